using Newsroom.Backend.Demo.Practice;
using Newsroom.Backend.Donations;

namespace Newsroom.Backend.Tests;

/// <summary>Webhooks come twice, late, in any order or never: a gift that Stripe took is booked exactly once.</summary>
public sealed class WebhooksInAnyOrder
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_order_of_one_gifts_events_each_delivered_twice_books_it_once(bool spare)
    {
        await using var app = await GivingApp.StartAsync(spare: spare);
        var orders = 0;
        foreach (var order in Orders.Of(5))
        {
            // One network may open a checkout each five seconds.
            app.Newsroom.Clock.Advance(TimeSpan.FromSeconds(5));
            var donor = $"donor{++orders}@example.org";
            var events = app.Pay(await app.OpenCheckoutAsync("15", "once", donor));
            Assert.Equal(5, events.Count);
            var ordered = order.Select(i => events[i]).ToList();
            if (orders % 2 == 0)
            {
                await app.DeliverAsync([.. ordered, .. ordered.AsEnumerable().Reverse()]);
                await app.Newsroom.RunEnqueuedJobsAsync();
            }
            else
            {
                foreach (var raised in ordered)
                {
                    await app.DeliverAsync([raised, raised]);
                    await app.Newsroom.RunEnqueuedJobsAsync();
                }
            }
            Assert.Single(app.Newsroom.MailsTo(donor));
        }
        Assert.Equal(120, orders);
        Assert.All(await app.Newsroom.GiftsAsync(), g => Assert.Equal(DonationStatus.Succeeded, g.Status));
        var receipts = await app.Newsroom.ReceiptsAsync();
        Assert.Equal(Enumerable.Range(1, 120), receipts.Select(r => r.Sequence).Order());
        Assert.Equal(120, receipts.Select(r => r.DonationId).Distinct().Count());
        var inbox = await app.Newsroom.InboxAsync();
        Assert.Empty(inbox.Where(e => e.State != StripeEventState.Applied).Select(e => $"{e.Type}: {e.State} after {e.Attempts}, {e.LastError}"));
        Assert.Equal(5 * 120, inbox.Count);
    }

    [Theory]
    [InlineData("once", false)]
    [InlineData("once", true)]
    [InlineData("monthly", false)]
    [InlineData("monthly", true)]
    public async Task Any_one_event_about_the_payment_is_enough_when_all_others_are_lost(string frequency, bool spare)
    {
        await using var app = await GivingApp.StartAsync(spare: spare);
        var kinds = app.Pay(await app.OpenCheckoutAsync("15", frequency)).Count;
        for (var only = 0; only < kinds; only++)
        {
            var donor = $"donor{only}@example.org";
            var raised = app.Pay(await app.OpenCheckoutAsync("15", frequency, donor))[only];
            if (raised.Type is "customer.created")
                continue;
            await app.DeliverAsync([raised]);
            await app.Newsroom.RunEnqueuedJobsAsync();
            Assert.True(app.Newsroom.MailsTo(donor).Count == 1, $"{raised.Type} alone did not book the gift.");
        }
    }

    [Theory]
    [InlineData("once", false)]
    [InlineData("once", true)]
    [InlineData("monthly", false)]
    [InlineData("monthly", true)]
    public async Task No_event_at_all_is_made_good_by_the_reconciler(string frequency, bool spare)
    {
        await using var app = await GivingApp.StartAsync(spare: spare);
        app.Pay(await app.OpenCheckoutAsync("15", frequency));
        await app.Newsroom.AdvanceAsync(TimeSpan.FromMinutes(10));
        Assert.Equal(DonationStatus.CheckoutOpen, (await app.Newsroom.OnlyGiftAsync()).Status);
        await app.Newsroom.AdvanceAsync(TimeSpan.FromMinutes(10));
        await app.Newsroom.RunDueJobsAsync();
        Assert.Equal(DonationStatus.Succeeded, (await app.Newsroom.OnlyGiftAsync()).Status);
        Assert.Single(app.Newsroom.Mails);
    }

    [Theory]
    [InlineData("once", false)]
    [InlineData("once", true)]
    [InlineData("monthly", false)]
    [InlineData("monthly", true)]
    public async Task No_event_at_all_is_made_good_by_the_thank_you_page(string frequency, bool spare)
    {
        await using var app = await GivingApp.StartAsync(spare: spare);
        var session = await app.OpenCheckoutAsync("15", frequency);
        app.Pay(session);
        Assert.Contains("being confirmed", await app.Newsroom.ThanksAsync(session), StringComparison.Ordinal);
        await app.Newsroom.RunEnqueuedJobsAsync();
        Assert.Contains("has arrived", await app.Newsroom.ThanksAsync(session), StringComparison.Ordinal);
        Assert.Single(app.Newsroom.Mails);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_first_month_and_its_renewal_in_shuffled_orders_are_two_gifts_of_one_plan(bool spare)
    {
        await using var app = await GivingApp.StartAsync(spare: spare);
        var random = new Random(2026);
        const int Rounds = 40;
        for (var round = 0; round < Rounds; round++)
        {
            app.Newsroom.Clock.Advance(TimeSpan.FromSeconds(5));
            var donor = $"donor{round}@example.org";
            var session = await app.OpenCheckoutAsync("10", "monthly", donor);
            var events = app.Pay(session).ToList();
            app.Stripe.Renew(app.Stripe.Get("checkout.session", session)["subscription"]!.GetValue<string>());
            events.AddRange(app.Stripe.TakeEvents());
            var order = events.Concat(events.Where(_ => random.Next(2) == 0)).OrderBy(_ => random.Next()).ToList();
            foreach (var raised in order)
            {
                await app.DeliverAsync([raised]);
                if (random.Next(3) == 0)
                    await app.Newsroom.RunEnqueuedJobsAsync();
            }
            await app.Newsroom.RunEnqueuedJobsAsync();
            Assert.Equal(2, app.Newsroom.MailsTo(donor).Count);
        }
        var gifts = await app.Newsroom.GiftsAsync();
        Assert.Equal(2 * Rounds, gifts.Count);
        Assert.All(gifts, g => Assert.Equal((DonationStatus.Succeeded, 1000), (g.Status, g.AmountMinor)));
        Assert.All(gifts.GroupBy(g => g.PlanId), plan => Assert.Equal(2, plan.Count()));
        Assert.Equal(Rounds, (await app.Newsroom.PlansAsync()).Count);
        Assert.Equal(2 * Rounds, (await app.Newsroom.ReceiptsAsync()).Count);
    }

    [Fact]
    public async Task The_thank_you_page_opened_again_and_again_books_nothing_that_was_not_paid()
    {
        await using var app = await GivingApp.StartAsync();
        var session = await app.OpenCheckoutAsync();
        for (var i = 0; i < 20; i++)
        {
            Assert.Contains("being confirmed", await app.Newsroom.ThanksAsync(session), StringComparison.Ordinal);
            await app.Newsroom.RunEnqueuedJobsAsync();
        }
        Assert.Equal(DonationStatus.CheckoutOpen, (await app.Newsroom.OnlyGiftAsync()).Status);
        Assert.Empty(await app.Newsroom.ReceiptsAsync());
        Assert.Empty(app.Newsroom.Mails);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Webhook_thank_you_page_reconciler_and_other_nodes_at_once_book_one_gift(bool spare)
    {
        await using var app = await GivingApp.StartAsync(spare: spare);
        for (var round = 0; round < 10; round++)
        {
            var session = await app.OpenCheckoutAsync("15", round % 2 == 0 ? "once" : "monthly", $"donor{round}@example.org");
            var events = app.Pay(session);
            await app.DeliverAsync(events);
            var gift = (await app.Newsroom.GiftsAsync())[^1];
            await app.Newsroom.SyncAtOnceAsync(gift, await app.Newsroom.InboxAsync());
        }
        await app.Newsroom.RunDueJobsAsync();
        Assert.All(await app.Newsroom.GiftsAsync(), g => Assert.Equal(DonationStatus.Succeeded, g.Status));
        Assert.Equal(10, (await app.Newsroom.ReceiptsAsync()).Count);
        Assert.Equal(10, app.Newsroom.Mails.Count);
        Assert.Equal(Enumerable.Range(1, 10), (await app.Newsroom.ReceiptsAsync()).Select(r => r.Sequence).Order());
    }

    [Fact]
    public async Task Lost_jobs_are_found_by_the_sweep()
    {
        await using var app = await GivingApp.StartAsync();
        await app.DeliverAsync(app.Pay(await app.OpenCheckoutAsync()));
        app.Newsroom.LoseEnqueuedJobs();
        await app.Newsroom.RunDueJobsAsync();
        Assert.Single(app.Newsroom.Mails);
    }

    [Fact]
    public async Task An_event_whose_object_cannot_be_fetched_is_tried_again_until_it_can()
    {
        await using var app = await GivingApp.StartAsync();
        await app.DeliverAsync(app.Pay(await app.OpenCheckoutAsync()).Where(e => e.Type == "checkout.session.completed"));
        app.Stripe.Faults.Next(PracticeFault.Html, calls: 2);
        await app.Newsroom.RunEnqueuedJobsAsync();
        var waiting = Assert.Single(await app.Newsroom.InboxAsync());
        Assert.Equal((StripeEventState.Received, 1), (waiting.State, waiting.Attempts));
        Assert.NotNull(waiting.LastError);
        app.Stripe.Faults.Clear();
        await app.Newsroom.RunDueJobsAsync();
        Assert.Equal(1, Assert.Single(await app.Newsroom.InboxAsync()).Attempts);
        await app.Newsroom.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(StripeEventState.Applied, Assert.Single(await app.Newsroom.InboxAsync()).State);
        Assert.Single(app.Newsroom.Mails);
    }

    [Fact]
    public async Task An_event_that_never_succeeds_is_kept_as_failed_with_its_reason()
    {
        await using var app = await GivingApp.StartAsync();
        await app.DeliverAsync(app.Pay(await app.OpenCheckoutAsync()).Where(e => e.Type == "checkout.session.completed"));
        for (var day = 0; day < 14; day++)
        {
            app.Stripe.Faults.Clear();
            app.Stripe.Faults.Next(PracticeFault.RateLimited, calls: 10);
            await app.Newsroom.RunDueJobsAsync();
            app.Newsroom.Clock.Advance(TimeSpan.FromHours(13));
        }
        var failed = Assert.Single(await app.Newsroom.InboxAsync());
        Assert.Equal(StripeEventState.Failed, failed.State);
        Assert.Contains("429", failed.LastError, StringComparison.Ordinal);
    }
}
