using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Tests;

public sealed partial class NewsroomApp
{
    public Task<ChainVerdict> ConsentChainAsync(string email) => ReadAsync(async db =>
        await ConsentChain.VerifyAsync(db, await db.Subscribers.Where(s => s.Address == email).Select(s => s.Id).SingleAsync(Cancelled), Cancelled));

    /// <summary>The address does not exist any more, as a bounce says.</summary>
    public async Task BounceAsync(string email)
    {
        await SuppressAsync(email, SuppressionReason.HardBounce);
        await ReadAsync(async db => await RecordHardBounce.RunAsync(
            db, await db.Subscribers.Where(s => s.Address == email).Select(s => s.Id).SingleOrDefaultAsync(Cancelled), EmailAddress.Parse(email)));
    }

    /// <summary>The reader marks a mail as spam.</summary>
    public async Task ComplainAsync(string email)
    {
        await SuppressAsync(email, SuppressionReason.Complaint);
        await ReadAsync(db => db.Subscribers.Where(s => s.Address == email)
            .ExecuteUpdateAsync(s => s.SetProperty(x => x.Status, SubscriberStatus.Complained).SetProperty(x => x.Version, x => x.Version + 1), Cancelled));
    }
}
