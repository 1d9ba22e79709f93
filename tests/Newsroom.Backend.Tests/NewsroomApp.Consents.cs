using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
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
        await ReadAsync(async db => await RecordHardBounce.RunAsync(db, await db.Subscribers.Where(s => s.Address == email).Select(s => s.Id).SingleOrDefaultAsync(Cancelled)));
    }

    /// <summary>The reader marks a mail as spam.</summary>
    public async Task ComplainAsync(string email)
    {
        await SuppressAsync(email, SuppressionReason.Complaint);
        await ReadAsync(db => db.Subscribers.Where(s => s.Address == email)
            .ExecuteUpdateAsync(s => s.SetProperty(x => x.Status, SubscriberStatus.Complained).SetProperty(x => x.Version, x => x.Version + 1), Cancelled));
    }

    /// <summary>Somebody new, as a list from elsewhere brings them: confirmed there, with the consent that staff vouch for.</summary>
    public Task ImportAsync(string email, string newsletter) => ArrangeAsync(async db =>
    {
        var now = Clock.GetUtcNow();
        var list = await db.Newsletters.SingleAsync(n => n.Slug == newsletter, Cancelled);
        var reader = new Subscriber { Address = email, AddressKey = email, CreatedAt = now };
        var subscription = await Subscription.NewAsync(list, _program.Services.GetRequiredService<LinkTokens>(), now, Cancelled);
        subscription.Activate(now);
        reader.Subscriptions.Add(subscription);
        reader.Confirm(now);
        db.Add(reader);
        db.Add(Consent.Append(reader, ConsentEvent.Confirmed, [list], new ConsentWording("import", "Signed up at the book fair."), "import", new ConsentPlace(), now));
    });
}
