using System.Text.Json;
using Newsroom.Backend.Donations;

namespace Newsroom.Backend.Tests;

public sealed class AMonthlyGift
{
    [Fact]
    public async Task Books_each_paid_invoice_as_a_gift_of_its_own_with_its_own_receipt()
    {
        await using var app = await GivingApp.StartAsync();
        var plan = await BeginAsync(app);
        app.Newsroom.Clock.Advance(TimeSpan.FromDays(30));
        app.Stripe.Renew(plan);
        await SettleAsync(app);

        var gifts = await app.Newsroom.GiftsAsync();
        Assert.Equal(2, gifts.Count);
        Assert.All(gifts, g => Assert.Equal((DonationStatus.Succeeded, 1000, Frequency.Monthly, "autumn"), (g.Status, g.AmountMinor, g.Frequency, g.Campaign)));
        Assert.Equal(NewsroomApp.Start.AddDays(30), gifts[1].PaidAt);
        Assert.Single(gifts.Select(g => g.DonorId).Distinct());
        Assert.Equal(["2026-000001", "2026-000002"], (await app.Newsroom.ReceiptsAsync()).Select(r => r.Number));
        var mails = app.Newsroom.MailsTo("ada@example.org");
        Assert.Equal(2, mails.Count);
        Assert.Contains("every month", mails[1].Text, StringComparison.Ordinal);

        var listed = JsonDocument.Parse(await app.Newsroom.Api.GetStringAsync("/api/v1/plans", TestContext.Current.CancellationToken)).RootElement.GetProperty("items")[0];
        Assert.Equal(("active", 2, "monthly", 1000), (listed.GetProperty("status").GetString(), listed.GetProperty("gifts").GetInt32(),
            listed.GetProperty("frequency").GetString(), listed.GetProperty("amount").GetProperty("amount").GetInt64()));
    }

    [Fact]
    public async Task Becomes_past_due_by_a_refused_card_and_active_again_by_a_paid_one()
    {
        await using var app = await GivingApp.StartAsync();
        var plan = await BeginAsync(app);
        app.Stripe.Renew(plan, succeeds: false);
        await SettleAsync(app);
        Assert.Equal(PlanStatus.PastDue, Assert.Single(await app.Newsroom.PlansAsync()).Status);
        Assert.Single(await app.Newsroom.GiftsAsync());
        app.Stripe.Renew(plan);
        await SettleAsync(app);
        Assert.Equal(PlanStatus.Active, Assert.Single(await app.Newsroom.PlansAsync()).Status);
        Assert.Equal(2, (await app.Newsroom.GiftsAsync()).Count);
    }

    [Fact]
    public async Task Ends_when_it_is_cancelled_and_old_news_do_not_bring_it_back()
    {
        await using var app = await GivingApp.StartAsync();
        var plan = await BeginAsync(app);
        app.Stripe.Renew(plan);
        var old = app.Stripe.TakeEvents();
        app.Stripe.CancelPlan(plan);
        await SettleAsync(app);
        await app.DeliverAsync(old);
        await app.Newsroom.RunDueJobsAsync();
        var ended = Assert.Single(await app.Newsroom.PlansAsync());
        Assert.Equal(PlanStatus.Canceled, ended.Status);
        Assert.NotNull(ended.EndedAt);
        Assert.Equal(2, (await app.Newsroom.GiftsAsync()).Count);
    }

    [Fact]
    public async Task Of_which_all_events_of_a_month_but_the_plans_own_were_lost_is_booked_from_the_plan()
    {
        await using var app = await GivingApp.StartAsync();
        app.Stripe.Renew(await BeginAsync(app));
        await app.DeliverAsync(app.Stripe.TakeEvents().Where(e => e.Type == "customer.subscription.updated"));
        await app.Newsroom.RunDueJobsAsync();
        Assert.Equal(2, (await app.Newsroom.ReceiptsAsync()).Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Of_which_no_event_of_two_months_came_is_booked_within_a_day(bool spare)
    {
        await using var app = await GivingApp.StartAsync(spare: spare);
        var plan = await BeginAsync(app);
        app.Newsroom.Clock.Advance(TimeSpan.FromDays(31));
        app.Stripe.Renew(plan);
        app.Newsroom.Clock.Advance(TimeSpan.FromDays(30));
        app.Stripe.Renew(plan);
        app.Stripe.TakeEvents();
        await app.Newsroom.AdvanceAsync(TimeSpan.FromDays(1));
        await app.Newsroom.RunDueJobsAsync();
        var gifts = await app.Newsroom.GiftsAsync();
        Assert.Equal(3, gifts.Count);
        Assert.All(gifts, g => Assert.Equal((DonationStatus.Succeeded, 1000, gifts[0].PlanId), (g.Status, g.AmountMinor, g.PlanId)));
        Assert.Equal(3, app.Newsroom.MailsTo("ada@example.org").Count);
    }

    [Fact]
    public async Task That_ended_with_its_last_months_events_lost_is_booked_to_its_end()
    {
        await using var app = await GivingApp.StartAsync();
        var plan = await BeginAsync(app);
        app.Stripe.Renew(plan);
        app.Stripe.CancelPlan(plan);
        app.Stripe.TakeEvents();
        await app.Newsroom.AdvanceAsync(TimeSpan.FromDays(1));
        Assert.Equal(2, (await app.Newsroom.GiftsAsync()).Count);
        Assert.Equal(PlanStatus.Canceled, Assert.Single(await app.Newsroom.PlansAsync()).Status);
    }

    /// <summary>After the sum was changed at Stripe nobody knows what part of it is for the fee.</summary>
    [Fact]
    public async Task States_the_part_for_the_fee_only_while_the_sum_is_the_one_asked_for()
    {
        await using var app = await GivingApp.StartAsync(new() { ["Stripe:FeeCover:Percent"] = "2.2", ["Stripe:FeeCover:Fixed"] = "0.30" });
        var session = await app.OpenCheckoutAsync("10", "monthly", "ada@example.org", ("cover_fees", "true"));
        app.Stripe.Pay(session);
        await SettleAsync(app);
        var plan = app.Stripe.Get("checkout.session", session)["subscription"]!.GetValue<string>();
        app.Stripe.Renew(plan);
        await SettleAsync(app);
        app.Stripe.UpdatePlan(plan, Demo.Practice.StripeParameters.Read(new Dictionary<string, string>
        {
            ["items[0][id]"] = (string)app.Stripe.Get("subscription", plan)["items"]!["data"]![0]!["id"]!,
            ["items[0][price_data][unit_amount]"] = "700",
            ["items[0][price_data][currency]"] = "usd",
        }));
        app.Stripe.Renew(plan);
        await SettleAsync(app);
        var gifts = await app.Newsroom.GiftsAsync();
        Assert.Equal([gifts[0].AmountMinor - 1000, gifts[0].AmountMinor - 1000, 0], gifts.Select(g => g.FeeCoverMinor));
        Assert.True(gifts[0].FeeCoverMinor > 0);
        var mails = app.Newsroom.MailsTo("ada@example.org");
        Assert.Contains("for the card fee", mails[1].Text, StringComparison.Ordinal);
        Assert.DoesNotContain("for the card fee", mails[2].Text, StringComparison.Ordinal);
    }

    private static async Task<string> BeginAsync(GivingApp app)
    {
        var session = await app.OpenCheckoutAsync("10", "monthly", "ada@example.org", ("campaign", "autumn"));
        await app.DeliverAsync(app.Pay(session));
        await app.Newsroom.RunDueJobsAsync();
        return app.Stripe.Get("checkout.session", session)["subscription"]!.GetValue<string>();
    }

    private static async Task SettleAsync(GivingApp app)
    {
        await app.DeliverAsync(app.Stripe.TakeEvents());
        await app.Newsroom.RunDueJobsAsync();
    }
}
