using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Newsroom.Backend.Data;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Tests;

public sealed partial class NewsroomApp
{
    /// <summary>The reader's own page, as every digest carries it.</summary>
    public async Task<string> PreferencesLinkAsync(string email)
    {
        await using var scope = _program.Services.CreateAsyncScope();
        var id = await scope.ServiceProvider.GetRequiredService<NewsroomDb>().Subscribers.Where(s => s.AddressKey == email).Select(s => s.PublicId).SingleAsync(Cancelled);
        return await scope.ServiceProvider.GetRequiredService<ReaderLinks>().PreferencesAsync(id, Cancelled);
    }

    /// <summary>Sends one form of that page; gives the sentence it answers with after its redirect.</summary>
    public async Task<string> ActAsync(string preferencesLink, string act, params (string, string)[] fields)
    {
        var answer = await PostFormAsync(preferencesLink, [("act", act), .. fields]);
        Assert.True(answer.StatusCode == HttpStatusCode.SeeOther, await answer.Content.ReadAsStringAsync(Cancelled));
        return await Http.GetStringAsync(answer.Headers.Location, Cancelled);
    }

    /// <summary>Every reader's consents form the chain that its row names.</summary>
    public async Task AssertConsentsAreIntactAsync()
    {
        var readers = await ReadAsync(db => db.Subscribers.AsNoTracking().ToListAsync());
        var consents = await ReadAsync(db => db.Consents.AsNoTracking().OrderBy(c => c.Sequence).ToListAsync());
        foreach (var reader in readers)
        {
            var (count, head) = (0, "");
            foreach (var consent in consents.Where(c => c.SubscriberId == reader.Id))
            {
                Assert.True(consent.IsIntact(reader.PublicId, ++count, head));
                head = consent.Hash;
            }
            Assert.Equal((reader.ConsentCount, reader.ConsentHead ?? ""), (count, head));
        }
    }
}
