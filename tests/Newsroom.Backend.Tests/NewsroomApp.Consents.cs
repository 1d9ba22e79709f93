using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Tests;

public sealed partial class NewsroomApp
{
    public Task<ChainVerdict> ConsentChainAsync(string email) => ReadAsync(async db =>
        await ConsentChain.VerifyAsync(db, await db.Subscribers.Where(s => s.Address == email).Select(s => s.Id).SingleAsync(Cancelled), Cancelled));
}
