using Newsroom.Backend.Donations;

namespace Newsroom.Backend.Tests;

/// <summary>Fifty donors at once: webhooks, thank-you pages, the reconciler and two more nodes, each at the same time.</summary>
public sealed class FiftyGiftsAtOnce
{
    private const int Donors = 50;

    [Fact]
    public async Task Are_fifty_gifts_with_fifty_receipts_and_no_deadlock()
    {
        await using var app = await GivingApp.StartAsync();
        // Each donor in two tabs: the same form twice, at the same time.
        var sessions = await Task.WhenAll(Enumerable.Range(0, Donors).Select(async i =>
        {
            var tabs = await Task.WhenAll(OpenAsync(i), OpenAsync(i));
            Assert.Equal(tabs[0], tabs[1]);
            return tabs[0];
        }));
        Assert.Equal(Donors, sessions.Distinct(StringComparer.Ordinal).Count());
        app.Stripe.TakeEvents();
        foreach (var session in sessions)
            app.Stripe.Pay(session);
        var events = app.Stripe.TakeEvents();
        await Task.WhenAll(events.Chunk(10).Select(some => app.DeliverAsync(some)).Concat(sessions.Select(s => app.Newsroom.ThanksAsync(s))));
        var inbox = (await app.Newsroom.InboxAsync()).ToLookup(e => e.ObjectId);
        var gifts = await app.Newsroom.GiftsAsync();
        Assert.Equal(Donors, gifts.Count);
        await Task.WhenAll(gifts.Select(g => app.Newsroom.SyncAtOnceAsync(g, inbox[g.SessionId])));
        await app.Newsroom.RunDueJobsAsync();

        Assert.All(await app.Newsroom.GiftsAsync(), g => Assert.Equal(DonationStatus.Succeeded, g.Status));
        var receipts = await app.Newsroom.ReceiptsAsync();
        Assert.Equal(Enumerable.Range(1, Donors), receipts.Select(r => r.Sequence).Order());
        Assert.Equal(Donors, receipts.Select(r => r.DonationId).Distinct().Count());
        for (var i = 0; i < Donors; i++)
            Assert.Single(app.Newsroom.MailsTo($"donor{i}@example.org"));
        await app.AgreesAsync();

        Task<string> OpenAsync(int donor) => app.OpenCheckoutAsync("15", "once", $"donor{donor}@example.org", ("form", $"form_{donor}"));
    }
}
