using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Demo.Practice;
using Newsroom.Backend.Donations;

namespace Newsroom.Backend.Tests;

/// <summary>A period of a regular gift whose payment could not be had.</summary>
public sealed class AMissedPayment
{
    [Fact]
    public async Task Is_told_the_donor_once_with_the_page_to_pay_it_and_is_settled_when_it_is_paid()
    {
        await using var app = await GivingApp.StartAsync();
        var plan = await app.BeginPlanAsync();
        var invoice = (string)app.Stripe.Renew(plan, succeeds: false)["id"]!;
        await app.HearAsync();
        var missed = Assert.Single((await PlanAsync(app))["missed"]!.AsArray())!;
        Assert.Equal(("pastDue", 1000, 1, invoice), ((string)(await PlanAsync(app))["status"]!, (long)missed["amount"]!["amount"]!, (int)missed["attempts"]!, (string)missed["invoice"]!));
        var mail = app.Newsroom.MailsTo("ada@example.org")[^1];
        Assert.Equal("Your gift of $10.00 every month could not be taken", mail.Subject);
        Assert.Contains((string)app.Stripe.Get("invoice", invoice)["hosted_invoice_url"]!, mail.Text, StringComparison.Ordinal);
        Assert.Contains("has expired", mail.Text, StringComparison.Ordinal);
        Assert.Contains($"to stop, open {NewsroomApp.PublicUrl}/giving", mail.Text, StringComparison.Ordinal);

        // Stripe's next try fails too: no second mail.
        app.Stripe.PayInvoice(invoice, succeeds: false);
        await app.HearAsync();
        Assert.Equal(2, (int)(await PlanAsync(app))["missed"]![0]!["attempts"]!);
        Assert.Equal(2, app.Newsroom.MailsTo("ada@example.org").Count);

        app.Stripe.PayInvoice(invoice);
        await app.HearAsync();
        var paid = await PlanAsync(app);
        Assert.Equal(("active", 2, 0), ((string)paid["status"]!, (int)paid["gifts"]!, paid["missed"]!.AsArray().Count));
        Assert.Equal(MissedPaymentState.Recovered, (await MissedAsync(app)).State);
        Assert.Equal(3, app.Newsroom.MailsTo("ada@example.org").Count);
    }

    [Fact]
    public async Task Is_not_told_of_when_it_is_paid_before_the_mail_leaves()
    {
        await using var app = await GivingApp.StartAsync();
        var invoice = (string)app.Stripe.Renew(await app.BeginPlanAsync(), succeeds: false)["id"]!;
        await app.DeliverAsync(app.Stripe.TakeEvents());
        await app.Newsroom.RunOnlyAsync<ApplyStripeEvents>();
        app.Newsroom.LoseEnqueuedJobs();
        app.Stripe.PayInvoice(invoice);
        await app.DeliverAsync(app.Stripe.TakeEvents());
        await app.Newsroom.RunOnlyAsync<ApplyStripeEvents>();
        await app.Newsroom.RunDueJobsAsync();
        Assert.DoesNotContain(app.Newsroom.MailsTo("ada@example.org"), m => m.Subject.Contains("could not be taken", StringComparison.Ordinal));
        Assert.Equal(2, app.Newsroom.MailsTo("ada@example.org").Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Of_which_no_event_came_is_found_within_a_day_and_so_is_its_end(bool recovers)
    {
        await using var app = await GivingApp.StartAsync();
        var plan = await app.BeginPlanAsync();
        var invoice = (string)app.Stripe.Renew(plan, succeeds: false)["id"]!;
        await app.Newsroom.RunOnlyAsync<CheckPlans>();
        Assert.Equal(MissedPaymentState.Open, (await MissedAsync(app)).State);
        if (recovers)
            app.Stripe.PayInvoice(invoice);
        else
            app.Stripe.CancelPlan(plan);
        app.Stripe.TakeEvents();
        await app.Newsroom.RunOnlyAsync<CheckPlans>();
        Assert.Equal(recovers ? MissedPaymentState.Recovered : MissedPaymentState.GivenUp, (await MissedAsync(app)).State);
        Assert.Equal(recovers ? 2 : 1, (await app.Newsroom.GiftsAsync()).Count);
    }

    [Fact]
    public async Task That_is_given_up_ends_the_plan_with_one_last_mail()
    {
        await using var app = await GivingApp.StartAsync();
        var plan = await app.BeginPlanAsync();
        app.Stripe.Renew(plan, succeeds: false);
        await app.HearAsync();
        // Stripe's own timetable runs out.
        for (var day = 0; day < 30; day++)
        {
            app.Stripe.Advance(TimeSpan.FromDays(1));
            await app.HearAsync();
        }
        var ended = await PlanAsync(app);
        Assert.Equal(("lapsed", "payment_failed", 1), ((string)ended["status"]!, (string)ended["endReason"]!, (int)ended["gifts"]!));
        Assert.Equal(MissedPaymentState.GivenUp, (await MissedAsync(app)).State);
        var mails = app.Newsroom.MailsTo("ada@example.org");
        Assert.Equal(3, mails.Count);
        Assert.Equal("Your gift every month has ended: its payment could not be taken", mails[^1].Subject);
        Assert.Contains("/donate?amount=10.00&currency=USD&frequency=monthly", mails[^1].Text, StringComparison.Ordinal);
        Assert.Contains("Nothing more will be charged.", mails[^1].Text, StringComparison.Ordinal);
    }

    /// <summary>Stripe's <c>unpaid</c>: nothing is asked for, and whoever pays the missing one goes on giving.</summary>
    [Fact]
    public async Task That_Stripe_stops_asking_for_is_said_to_be_payable_still()
    {
        await using var app = await GivingApp.StartAsync();
        var plan = await app.BeginPlanAsync();
        app.Stripe.Renew(plan, succeeds: false);
        app.Stripe.LeaveUnpaid(plan);
        await app.HearAsync();
        Assert.Equal("lapsed", (string)(await PlanAsync(app))["status"]!);
        var farewell = Assert.Single(app.Newsroom.MailsTo("ada@example.org"), m => m.Subject.Contains("has ended", StringComparison.Ordinal));
        foreach (var text in new[] { farewell.Text, farewell.Html })
        {
            Assert.Contains("Nothing more will be charged by itself.", text, StringComparison.Ordinal);
            Assert.Contains("the gift goes on", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Of_a_donor_who_ended_the_gift_is_given_up_and_the_farewell_says_what_was_given()
    {
        await using var app = await GivingApp.StartAsync();
        var plan = await app.BeginPlanAsync();
        app.Stripe.Renew(plan);
        app.Stripe.CancelPlan(plan);
        await app.HearAsync();
        await app.HearAsync();
        var farewell = Assert.Single(app.Newsroom.MailsTo("ada@example.org"), m => m.Subject.Contains("has ended", StringComparison.Ordinal));
        Assert.Equal("Your gift every month has ended", farewell.Subject);
        Assert.Contains("you have given 2 times", farewell.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ends_with_the_customer_who_was_deleted()
    {
        await using var app = await GivingApp.StartAsync();
        var plan = await app.BeginPlanAsync();
        app.Stripe.DeleteCustomer((string)app.Stripe.Get("subscription", plan)["customer"]!);
        // Only the customer's own event arrives.
        await app.DeliverAsync(app.Stripe.TakeEvents().Where(e => e.Type == "customer.deleted"));
        await app.Newsroom.RunEnqueuedJobsAsync();
        Assert.Equal("canceled", (string)(await PlanAsync(app))["status"]!);
    }

    [Fact]
    public async Task Shows_pause_amount_and_card_as_Stripe_has_them()
    {
        await using var app = await GivingApp.StartAsync();
        var plan = await app.BeginPlanAsync();
        Assert.NotNull((await PlanAsync(app))["nextPaymentAt"]);
        app.Stripe.UpdateCard(plan, "1881", 3, 2031);
        await app.HearAsync();
        Assert.Equal(("visa 1881", "2031-03-31"), ((string)(await PlanAsync(app))["paidBy"]!, (string)(await PlanAsync(app))["cardExpiresOn"]!));
        app.Stripe.UpdatePlan(plan, Parameters(("pause_collection[behavior]", "void"), ("pause_collection[resumes_at]", "1798761600")));
        await app.HearAsync();
        var paused = await PlanAsync(app);
        Assert.Equal(("paused", "2027-01-01T00:00:00+00:00"), ((string)paused["status"]!, (string)paused["pausedUntil"]!));
        Assert.Null(paused["nextPaymentAt"]);
        app.Stripe.UpdatePlan(plan, Parameters(("pause_collection", "")));
        var item = (string)app.Stripe.Get("subscription", plan)["items"]!["data"]![0]!["id"]!;
        app.Stripe.UpdatePlan(plan, Parameters(("items[0][id]", item), ("items[0][price_data][unit_amount]", "2500"), ("items[0][price_data][currency]", "usd")));
        await app.HearAsync();
        Assert.Equal(("active", 2500), ((string)(await PlanAsync(app))["status"]!, (long)(await PlanAsync(app))["amount"]!["amount"]!));
        app.Stripe.Renew(plan);
        await app.HearAsync();
        Assert.Equal([1000L, 2500L], (await app.Newsroom.GiftsAsync()).Select(g => g.AmountMinor));
    }

    private static StripeParameters Parameters(params (string Name, string Value)[] wanted) =>
        StripeParameters.Read(wanted.ToDictionary(w => w.Name, w => w.Value, StringComparer.Ordinal));

    private static async Task<JsonNode> PlanAsync(GivingApp app) => Assert.Single((await app.Newsroom.GetAsync("/api/v1/plans"))["items"]!.AsArray())!;

    private static Task<MissedPayment> MissedAsync(GivingApp app) => app.Newsroom.ReadAsync(db => db.MissedPayments.AsNoTracking().SingleAsync());
}
