using System.Net;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Demo.Practice;
using Newsroom.Backend.Donations;

namespace Newsroom.Backend.Tests;

/// <summary>What a donor does to a regular gift, by the mailed link.</summary>
public sealed class ChangingARegularGift
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_sum_is_taken_from_the_next_payment_on_and_confirmed_by_one_mail()
    {
        await using var app = await GivingApp.StartAsync();
        var (subscription, link, plan) = await app.PlanAsync();
        await app.ActAsync(link, plan, "amount", ("amount", "25"));
        await app.HearAsync();
        Assert.Equal(2500, Assert.Single(await app.Newsroom.PlansAsync()).AmountMinor);
        var mail = Assert.Single(app.Newsroom.MailsTo("ada@example.org"), m => m.Subject == "Your gift is $25.00 every month from now on");
        Assert.Contains("it was $10.00", mail.Text, StringComparison.Ordinal);
        app.Stripe.Renew(subscription);
        await app.HearAsync();
        Assert.Equal([1000, 2500], (await app.Newsroom.GiftsAsync()).Select(g => g.AmountMinor));
        // Nothing was charged for the change itself, and none of it is told twice. A second change needs no second product.
        await app.ActAsync(link, plan, "amount", ("amount", "30"));
        await app.HearAsync();
        Assert.Equal(2, app.Stripe.List("product").Count);
        Assert.Equal(3000, Assert.Single(await app.Newsroom.PlansAsync()).AmountMinor);
        await app.Newsroom.RunOnlyAsync<CheckPlans>();
        await app.Newsroom.RunDueJobsAsync();
        Assert.Equal(2, app.Newsroom.MailsTo("ada@example.org").Count(m => m.Subject.StartsWith("Your gift is", StringComparison.Ordinal)));
        Assert.Equal([(1000L, 2500L), (2500L, 3000L)], await app.Newsroom.ReadAsync(async db => (await db.PlanChanges.OrderBy(c => c.Id).ToListAsync()).ConvertAll(c => (c.FromMinor!.Value, c.ToMinor!.Value))));
    }

    [Theory]
    [InlineData("0.10", "The smallest gift")]
    [InlineData("99999", "The largest gift")]
    [InlineData("a lot", "Type the amount in plain digits")]
    [InlineData("", "Choose an amount")]
    public async Task A_sum_that_cannot_be_taken_is_refused_with_what_to_do_and_stripe_is_not_asked(string typed, string said)
    {
        await using var app = await GivingApp.StartAsync();
        var (_, link, plan) = await app.PlanAsync();
        var answer = await app.Newsroom.PostFormAsync(link, ("act", "amount"), ("plan", plan), ("amount", typed));
        var page = await answer.Content.ReadAsStringAsync(Cancelled);
        Assert.True(answer.StatusCode == HttpStatusCode.UnprocessableEntity, page);
        Assert.Contains(said, page, StringComparison.Ordinal);
        Assert.Empty(app.Stripe.TakeEvents());
        Assert.Equal(1000, Assert.Single(await app.Newsroom.PlansAsync()).AmountMinor);
    }

    [Fact]
    public async Task A_pause_leaves_out_just_the_payments_asked_for_and_goes_on_by_itself()
    {
        await using var app = await GivingApp.StartAsync();
        var (subscription, link, plan) = await app.PlanAsync();
        await app.ActAsync(link, plan, "pause", ("payments", "2"));
        await app.HearAsync();
        var paused = Assert.Single(await app.Newsroom.PlansAsync());
        Assert.Equal(PlanStatus.Paused, paused.Status);
        Assert.Single(app.Newsroom.MailsTo("ada@example.org"), m => m.Subject == "Your gift every month is paused");
        // The first gift, two left out, then two.
        for (var period = 0; period < 4; period++)
        {
            var end = (long)app.Stripe.Get("subscription", subscription)["items"]!["data"]![0]!["current_period_end"]!;
            await app.Newsroom.AdvanceAsync(DateTimeOffset.FromUnixTimeSeconds(end) - app.Newsroom.Clock.GetUtcNow());
            app.Stripe.Renew(subscription);
            await app.HearAsync();
        }
        Assert.Equal(3, (await app.Newsroom.GiftsAsync()).Count);
        Assert.Equal(PlanStatus.Active, Assert.Single(await app.Newsroom.PlansAsync()).Status);
        Assert.Single(app.Newsroom.MailsTo("ada@example.org"), m => m.Subject == "Your gift every month goes on");
    }

    [Fact]
    public async Task A_pause_without_end_lasts_until_the_donor_goes_on()
    {
        await using var app = await GivingApp.StartAsync();
        var (_, link, plan) = await app.PlanAsync();
        await app.ActAsync(link, plan, "pause", ("payments", ""));
        Assert.Contains("Paused until you go on", await app.ReadAsync(link), StringComparison.Ordinal);
        await app.ActAsync(link, plan, "go-on");
        Assert.Contains("The next payment is on", await app.ReadAsync(link), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stopping_takes_nothing_more_not_even_the_payment_that_is_missing()
    {
        await using var app = await GivingApp.StartAsync();
        var (subscription, link, plan) = await app.PlanAsync();
        app.Stripe.Renew(subscription, succeeds: false);
        await app.HearAsync();
        Assert.Contains("Pay it now", await app.ReadAsync(link), StringComparison.Ordinal);
        await app.ActAsync(link, plan, "end");
        await app.HearAsync();
        Assert.Equal(PlanStatus.Canceled, Assert.Single(await app.Newsroom.PlansAsync()).Status);
        Assert.Single(app.Newsroom.MailsTo("ada@example.org"), m => m.Subject.StartsWith("Your gift every month has ended", StringComparison.Ordinal));
        var page = await app.ReadAsync(link);
        Assert.Contains("It ended on", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Pay it now", page, StringComparison.Ordinal);
        Assert.Single(await app.Newsroom.GiftsAsync(), g => g.IsBooked);
        // Pressed again on an old page.
        var again = await app.Newsroom.PostFormAsync(link, ("act", "end"), ("plan", plan));
        Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);
    }

    [Fact]
    public async Task An_end_set_elsewhere_for_the_end_of_the_period_is_told_and_can_be_taken_back()
    {
        await using var app = await GivingApp.StartAsync();
        var (subscription, link, plan) = await app.PlanAsync();
        app.Stripe.UpdatePlan(subscription, StripeParameters.Read([KeyValuePair.Create("cancel_at_period_end", "true")]));
        await app.HearAsync();
        Assert.Single(app.Newsroom.MailsTo("ada@example.org"), m => m.Subject == "Your gift every month ends soon");
        await app.ActAsync(link, plan, "keep");
        await app.HearAsync();
        Assert.Equal(PlanStatus.Active, Assert.Single(await app.Newsroom.PlansAsync()).Status);
        Assert.Single(app.Newsroom.MailsTo("ada@example.org"), m => m.Subject == "Your gift every month goes on");
    }

    [Fact]
    public async Task Another_card_is_given_on_stripes_page_and_pays_from_then_on()
    {
        await using var app = await GivingApp.StartAsync();
        var (subscription, link, plan) = await app.PlanAsync();
        var answer = await app.Newsroom.PostFormAsync(link, ("act", "card"), ("plan", plan));
        Assert.True(answer.StatusCode == HttpStatusCode.SeeOther, await answer.Content.ReadAsStringAsync(Cancelled));
        var url = answer.Headers.Location!.ToString();
        Assert.StartsWith(app.Stripe.Account.Url + "/portal/", url, StringComparison.Ordinal);
        var session = app.Stripe.GiveCard(url[(url.LastIndexOf('/') + 1)..], "1881", 5, 2035);
        Assert.Equal($"{NewsroomApp.PublicUrl}{link}?done=card", (string)session["return_url"]!);
        await app.HearAsync();
        Assert.Equal("visa 1881", Assert.Single(await app.Newsroom.PlansAsync()).PaidBy);
        Assert.Single(app.Newsroom.MailsTo("ada@example.org"), m => m.Subject == "Your gift every month is paid by another card" && m.Text.Contains("visa 1881", StringComparison.Ordinal));
        app.Stripe.Renew(subscription);
        await app.HearAsync();
        Assert.Equal(2, (await app.Newsroom.GiftsAsync()).Count);
        // The page's configuration is made once.
        await app.Newsroom.PostFormAsync(link, ("act", "card"), ("plan", plan));
        Assert.Single(app.Stripe.List("billing_portal.configuration"));
    }

    [Theory]
    [InlineData("amount")]
    [InlineData("pause")]
    [InlineData("end")]
    [InlineData("card")]
    public async Task Anothers_regular_gift_is_out_of_reach(string act)
    {
        await using var app = await GivingApp.StartAsync();
        var (_, _, plan) = await app.PlanAsync();
        await app.GiveAndHearAsync(email: "ben@example.org");
        var bens = await app.GivingLinkAsync("ben@example.org");
        app.Stripe.TakeEvents();
        var answer = await app.Newsroom.PostFormAsync(bens, ("act", act), ("plan", plan), ("amount", "20"), ("payments", "1"));
        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        Assert.Empty(app.Stripe.TakeEvents());
    }

    [Fact]
    public async Task Looking_changes_nothing_however_often_a_scanner_does_it()
    {
        await using var app = await GivingApp.StartAsync();
        var (_, link, _) = await app.PlanAsync();
        for (var i = 0; i < 3; i++)
            await app.ReadAsync($"{link}?act=end");
        Assert.Empty(app.Stripe.TakeEvents());
        Assert.Equal(PlanStatus.Active, Assert.Single(await app.Newsroom.PlansAsync()).Status);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_silent_stripe_is_said_plainly_and_what_it_did_all_the_same_is_learnt_and_told(bool did)
    {
        await using var app = await GivingApp.StartAsync();
        var (_, link, plan) = await app.PlanAsync();
        // The first call of a pause is the one that does it.
        app.Stripe.Faults.Next(PracticeFault.Drop, afterEffect: did);
        var answer = await app.Newsroom.PostFormAsync(link, ("act", "pause"), ("plan", plan), ("payments", "1"));
        var page = await answer.Content.ReadAsStringAsync(Cancelled);
        Assert.True(answer.StatusCode == HttpStatusCode.ServiceUnavailable, page);
        Assert.Contains("did not answer to the end", page, StringComparison.Ordinal);
        app.Stripe.Faults.Clear();
        // No event comes either: the daily look finds it.
        app.Stripe.TakeEvents();
        await app.Newsroom.RunOnlyAsync<CheckPlans>();
        await app.Newsroom.RunDueJobsAsync();
        Assert.Equal(did ? PlanStatus.Paused : PlanStatus.Active, Assert.Single(await app.Newsroom.PlansAsync()).Status);
        Assert.Equal(did ? 1 : 0, app.Newsroom.MailsTo("ada@example.org").Count(m => m.Subject.EndsWith("is paused", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_held_one_is_not_gone_on_with_by_its_donor_and_its_hold_is_no_pause_told_by_mail()
    {
        await using var app = await GivingApp.StartAsync();
        var (_, link, plan) = await app.PlanAsync();
        app.Stripe.Dispute((string)app.Stripe.List("charge")[0]["id"]!);
        await app.HearAsync();
        await app.Newsroom.RunOnlyAsync<HoldDisputedPlans>();
        await app.HearAsync();
        Assert.Equal(PlanStatus.Held, Assert.Single(await app.Newsroom.PlansAsync()).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await app.Newsroom.PostFormAsync(link, ("act", "go-on"), ("plan", plan))).StatusCode);
        Assert.DoesNotContain(app.Newsroom.MailsTo("ada@example.org"), m => m.Subject.EndsWith("is paused", StringComparison.Ordinal));
        // But ended it can be.
        await app.ActAsync(link, plan, "end");
        Assert.Equal(PlanStatus.Canceled, Assert.Single(await app.Newsroom.PlansAsync()).Status);
    }
}
