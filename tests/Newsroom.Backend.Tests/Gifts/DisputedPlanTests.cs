using Newsroom.Backend.Demo.Practice;
using Newsroom.Backend.Donations;
using Newsroom.Backend.Donations.Books;

namespace Newsroom.Backend.Tests;

/// <summary>A regular gift of which one payment is disputed: nothing more is taken from that donor by itself.</summary>
public sealed class ADisputedPlan
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Is_held_at_once_and_stays_so_when_the_dispute_is_won_until_somebody_resumes_it(bool inquiry)
    {
        await using var app = await GivingApp.StartAsync();
        var (plan, dispute) = await DisputedAsync(app, inquiry);
        Assert.Equal("held", await StatusAsync(app));
        Assert.Equal("void", (string)app.Stripe.Get("subscription", plan)["pause_collection"]!["behavior"]!);

        app.Stripe.CloseDispute(dispute, won: true);
        await app.HearAsync();
        await app.Newsroom.RunOnlyAsync<HoldDisputedPlans>();
        Assert.Equal("held", await StatusAsync(app));
        await app.Newsroom.RunOnlyAsync<WatchGifts>();
        Assert.Contains("gifts.held", (await app.Newsroom.OpenAlertsAsync()).Keys);

        // Staff resume it at Stripe; it is not held again for the same dispute.
        app.Newsroom.Clock.Advance(TimeSpan.FromMinutes(1));
        app.Stripe.UpdatePlan(plan, StripeParameters.Read(new Dictionary<string, string> { ["pause_collection"] = "" }));
        await app.HearAsync();
        await app.Newsroom.RunOnlyAsync<HoldDisputedPlans>();
        await app.Newsroom.RunOnlyAsync<WatchGifts>();
        Assert.Equal("active", await StatusAsync(app));
        Assert.DoesNotContain("gifts.held", (await app.Newsroom.OpenAlertsAsync()).Keys);
    }

    [Fact]
    public async Task Ends_when_the_dispute_is_lost()
    {
        await using var app = await GivingApp.StartAsync();
        var (plan, dispute) = await DisputedAsync(app);
        app.Stripe.CloseDispute(dispute, won: false);
        await app.HearAsync();
        await app.Newsroom.RunOnlyAsync<HoldDisputedPlans>();
        Assert.Equal("canceled", await StatusAsync(app));
        Assert.Equal("canceled", (string)app.Stripe.Get("subscription", plan)["status"]!);
    }

    [Fact]
    public async Task Has_what_it_owes_made_void_so_that_no_retry_takes_it_and_is_another_matter_when_paused_later()
    {
        await using var app = await GivingApp.StartAsync();
        var plan = await app.BeginPlanAsync();
        var disputed = ChargeOf(app);
        var owed = (string)app.Stripe.Renew(plan, succeeds: false)["id"]!;
        await app.HearAsync();
        var dispute = (string)app.Stripe.Dispute(disputed)["id"]!;
        await app.HearAsync();
        await app.Newsroom.RunOnlyAsync<HoldDisputedPlans>();
        Assert.Equal("void", (string)app.Stripe.Get("invoice", owed)["status"]!);
        Assert.Equal("held", await StatusAsync(app));

        app.Stripe.CloseDispute(dispute, won: true);
        app.Stripe.UpdatePlan(plan, StripeParameters.Read(new Dictionary<string, string> { ["pause_collection"] = "" }));
        app.Newsroom.Clock.Advance(TimeSpan.FromMinutes(1));
        await app.HearAsync();
        Assert.Equal("active", await StatusAsync(app));
        app.Stripe.UpdatePlan(plan, StripeParameters.Read(new Dictionary<string, string> { ["pause_collection[behavior]"] = "void" }));
        await app.HearAsync();
        Assert.Equal("paused", await StatusAsync(app));
    }

    [Fact]
    public async Task Is_held_once_although_the_program_stopped_before_it_knew()
    {
        await using var app = await GivingApp.StartAsync();
        var (plan, _) = await DisputedAsync(app, hold: false);
        // Stripe has done it, its answer is lost.
        app.Stripe.Faults.Next(PracticeFault.Drop, afterEffect: true);
        await app.Newsroom.RunOnlyAsync<HoldDisputedPlans>();
        Assert.Equal("active", await StatusAsync(app));
        await app.Newsroom.RunOnlyAsync<HoldDisputedPlans>();
        Assert.Equal("held", await StatusAsync(app));
        Assert.NotNull(app.Stripe.Get("subscription", plan)["pause_collection"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Or_single_gift_that_a_bank_warns_of_is_told_to_staff_until_it_is_refunded(bool eventLost)
    {
        await using var app = await GivingApp.StartAsync();
        var gift = await app.BookedAsync();
        app.Stripe.WarnOfFraud(app.ChargeOf(gift));
        if (eventLost)
        {
            app.Stripe.TakeEvents();
            await app.Newsroom.RunOnlyAsync<SweepCases>();
        }
        else
        {
            await app.HearAsync();
        }
        await app.Newsroom.RunOnlyAsync<WatchGifts>();
        Assert.Contains(gift.PublicId, (await app.Newsroom.OpenAlertsAsync())["gifts.fraud"], StringComparison.Ordinal);
        var timeline = (await app.Newsroom.GetAsync($"/api/v1/donations/{gift.PublicId}"))["timeline"]!.AsArray();
        Assert.Contains(timeline, t => (string)t!["what"]! == "fraudWarning");
        app.Stripe.Refund(app.ChargeOf(gift));
        await app.HearAsync();
        await app.Newsroom.RunOnlyAsync<WatchGifts>();
        Assert.DoesNotContain("gifts.fraud", (await app.Newsroom.OpenAlertsAsync()).Keys);
    }

    private static async Task<(string Plan, string Dispute)> DisputedAsync(GivingApp app, bool inquiry = false, bool hold = true)
    {
        var plan = await app.BeginPlanAsync();
        var dispute = (string)app.Stripe.Dispute(ChargeOf(app), warning: inquiry)["id"]!;
        await app.HearAsync();
        if (hold)
            await app.Newsroom.RunOnlyAsync<HoldDisputedPlans>();
        return (plan, dispute);
    }

    private static string ChargeOf(GivingApp app) => (string)app.Stripe.List("charge")[0]["id"]!;

    private static async Task<string> StatusAsync(GivingApp app) => (string)Assert.Single((await app.Newsroom.GetAsync("/api/v1/plans"))["items"]!.AsArray())!["status"]!;
}
