using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Demo.Practice;
using Newsroom.Backend.Donations;

namespace Newsroom.Backend.Tests;

/// <summary>The reconciler, the inbox's sweep and the thank-you page when one gift is odd or Stripe answers nobody.</summary>
public sealed class AskingStripe
{
    [Fact]
    public async Task About_one_odd_gift_does_not_keep_the_others_waiting()
    {
        await using var app = await GivingApp.StartAsync();
        for (var i = 0; i < 3; i++)
            app.Pay(await app.OpenCheckoutAsync("15", "once", $"donor{i}@example.org"));
        // A row that cannot even be read.
        await app.Newsroom.ArrangeAsync(db => db.Database.ExecuteSqlAsync($"UPDATE Donations SET Frequency = 'sometimes' WHERE Id = (SELECT MIN(Id) FROM Donations)"));
        await app.Newsroom.AdvanceAsync(TimeSpan.FromMinutes(20));
        await app.Newsroom.RunDueJobsAsync();
        Assert.Equal(2, app.Newsroom.Mails.Count);
        Assert.Equal(3, await app.Newsroom.ReadAsync(db => db.Donations.CountAsync(d => d.CheckedAt != null)));
    }

    [Fact]
    public async Task Ends_a_run_of_the_reconciler_at_the_first_silence()
    {
        await using var app = await GivingApp.StartAsync();
        // The run of the start.
        await app.Newsroom.RunEnqueuedJobsAsync();
        for (var i = 0; i < 3; i++)
            app.Pay(await app.OpenCheckoutAsync("15", "once", $"donor{i}@example.org"));
        app.Stripe.Faults.Next(PracticeFault.ServerError, calls: 100);
        await app.Newsroom.AdvanceAsync(TimeSpan.FromMinutes(20));
        Assert.Single(await app.Newsroom.GiftsAsync(), g => g.CheckedAt is not null);
        app.Stripe.Faults.Clear();
        await app.Newsroom.AdvanceAsync(TimeSpan.FromMinutes(10));
        await app.Newsroom.AdvanceAsync(TimeSpan.FromMinutes(10));
        Assert.All(await app.Newsroom.GiftsAsync(), g => Assert.True(g.IsBooked));
    }

    [Fact]
    public async Task Ends_a_sweep_of_the_inbox_at_the_first_silence()
    {
        await using var app = await GivingApp.StartAsync();
        await app.DeliverAsync(app.Pay(await app.OpenCheckoutAsync()));
        app.Newsroom.LoseEnqueuedJobs();
        app.Stripe.Faults.Next(PracticeFault.ServerError, calls: 100);
        await app.Newsroom.RunDueJobsAsync();
        Assert.Single(await app.Newsroom.InboxAsync(), e => e.Attempts > 0);
        app.Stripe.Faults.Clear();
        await app.Newsroom.RunDueJobsAsync();
        Assert.True((await app.Newsroom.OnlyGiftAsync()).IsBooked);
    }

    [Fact]
    public async Task Brings_the_events_that_could_not_be_delivered()
    {
        await using var app = await GivingApp.StartAsync();
        var events = app.Pay(await app.OpenCheckoutAsync());
        await app.DeliverAsync(events.Take(1));
        await app.Newsroom.RunOnlyAsync<FetchMissedEvents>();
        await app.Newsroom.RunEnqueuedJobsAsync();
        Assert.Equal(events.Select(e => e.Id).Order(StringComparer.Ordinal), (await app.Newsroom.InboxAsync()).Select(e => e.EventId).Order(StringComparer.Ordinal));
        Assert.All(await app.Newsroom.InboxAsync(), e => Assert.Equal(StripeEventState.Applied, e.State));
        Assert.True((await app.Newsroom.OnlyGiftAsync()).IsBooked);
        Assert.Single(app.Newsroom.Mails);
        // What Stripe delivers after all is here already.
        await app.DeliverAsync(events);
        await app.Newsroom.RunOnlyAsync<FetchMissedEvents>();
        Assert.Equal(events.Count, (await app.Newsroom.InboxAsync()).Count);
    }

    [Fact]
    public async Task By_a_thank_you_page_opened_many_times_is_one_question_in_ten_seconds()
    {
        await using var app = await GivingApp.StartAsync();
        var session = await app.OpenCheckoutAsync();
        app.Pay(session);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => app.Newsroom.ThanksAsync(session)));
        // The one question fails; a second one would be answered.
        app.Stripe.Faults.Next(PracticeFault.ServerError);
        await app.Newsroom.RunEnqueuedJobsAsync();
        Assert.False((await app.Newsroom.OnlyGiftAsync()).IsBooked);
        app.Newsroom.Clock.Advance(TimeSpan.FromSeconds(10));
        await app.Newsroom.ThanksAsync(session);
        await app.Newsroom.RunEnqueuedJobsAsync();
        Assert.True((await app.Newsroom.OnlyGiftAsync()).IsBooked);
    }
}
