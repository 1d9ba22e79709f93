using Microsoft.Extensions.Time.Testing;
using Newsroom.Backend.Demo.Practice;
using Stripe;

namespace Newsroom.Backend.Tests;

/// <summary>Plans whose card is refused, and what the donor or time does about it, read by the real client.</summary>
public sealed class PracticeStripeDunningUnderTheRealClient : IAsyncLifetime
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));
    private PracticeAccountHost _host = null!;
    private StripeClient _client = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private PracticeStripe Stripe => _host.Stripe;

    public async ValueTask InitializeAsync()
    {
        _host = await PracticeAccountHost.StartAsync(_clock);
        _client = _host.Client();
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_refused_renewal_is_tried_again_after_3_5_and_7_days_and_then_the_plan_ends()
    {
        var plan = _host.BeginPlan();
        var invoice = (string)Stripe.Renew(plan, succeeds: false)["id"]!;
        var open = await InvoiceAsync(invoice);
        Assert.Equal(("open", 1, _clock.GetUtcNow().AddDays(3).UtcDateTime), (open.Status, open.AttemptCount, open.NextPaymentAttempt));
        Assert.Equal($"{_host.Url}/invoices/{invoice}", open.HostedInvoiceUrl);
        foreach (var (days, attempts) in new[] { (3, 2), (5, 3) })
        {
            _clock.Advance(TimeSpan.FromDays(days) - TimeSpan.FromSeconds(1));
            Assert.Equal(attempts - 1, (await InvoiceAsync(invoice)).AttemptCount);
            _clock.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(attempts, (await InvoiceAsync(invoice)).AttemptCount);
            Assert.Equal("past_due", (await PlanAsync(plan)).Status);
        }
        Stripe.TakeEvents();
        _clock.Advance(TimeSpan.FromDays(7));
        var ended = await PlanAsync(plan);
        Assert.Equal(("canceled", "payment_failed"), (ended.Status, ended.CancellationDetails.Reason));
        var lost = await InvoiceAsync(invoice);
        Assert.Equal(("uncollectible", 4, (DateTime?)null), (lost.Status, lost.AttemptCount, lost.NextPaymentAttempt));
        Assert.Equal(["charge.failed", "payment_intent.payment_failed", "invoice.payment_failed", "invoice.marked_uncollectible", "customer.subscription.deleted"],
            Stripe.TakeEvents().Select(e => e.Type));
        Assert.Single(Stripe.List("balance_transaction"));
    }

    [Fact]
    public async Task A_clock_that_jumps_tries_as_often_as_one_that_walks()
    {
        var plan = _host.BeginPlan();
        var invoice = (string)Stripe.Renew(plan, succeeds: false)["id"]!;
        _clock.Advance(TimeSpan.FromDays(60));
        Assert.Equal(4, (await InvoiceAsync(invoice)).AttemptCount);
        Assert.Equal("canceled", (await PlanAsync(plan)).Status);
    }

    [Fact]
    public async Task The_donor_pays_an_open_invoice_and_the_plan_goes_on()
    {
        var plan = _host.BeginPlan();
        var invoice = (string)Stripe.Renew(plan, succeeds: false)["id"]!;
        Stripe.TakeEvents();
        Assert.Equal(2, (long)Stripe.PayInvoice(invoice, succeeds: false)["attempt_count"]!);
        Assert.Equal("past_due", (await PlanAsync(plan)).Status);
        Stripe.TakeEvents();
        await _client.V1.Invoices.PayAsync(invoice, cancellationToken: Token);
        var paid = await InvoiceAsync(invoice);
        Assert.Equal(("paid", 1000, (DateTime?)null), (paid.Status, paid.AmountPaid, paid.NextPaymentAttempt));
        Assert.Equal("active", (await PlanAsync(plan)).Status);
        Assert.Equal(["charge.succeeded", "payment_intent.succeeded", "invoice.paid", "invoice_payment.paid", "charge.updated", "customer.subscription.updated"],
            Stripe.TakeEvents().Select(e => e.Type));
        Assert.Throws<StripeErrorException>(() => Stripe.PayInvoice(invoice));
        _clock.Advance(TimeSpan.FromDays(30));
        Assert.Equal("active", (await PlanAsync(plan)).Status);
    }

    [Fact]
    public async Task A_renewal_that_needs_the_donor_waits_for_nobody_else()
    {
        var plan = _host.BeginPlan();
        Stripe.TakeEvents();
        var invoice = (string)Stripe.Renew(plan, Renewal.NeedsDonor)["id"]!;
        Assert.Contains("invoice.payment_action_required", Stripe.TakeEvents().Select(e => e.Type));
        var waiting = await _client.V1.Invoices.GetAsync(invoice, new InvoiceGetOptions { Expand = ["payments.data.payment.payment_intent"] }, cancellationToken: Token);
        Assert.Equal(("open", "requires_action"), (waiting.Status, Assert.Single(waiting.Payments.Data).Payment.PaymentIntent.Status));
        _clock.Advance(TimeSpan.FromDays(20));
        Assert.Equal("past_due", (await PlanAsync(plan)).Status);
        Stripe.PayInvoice(invoice);
        Assert.Equal("active", (await PlanAsync(plan)).Status);
    }

    [Theory]
    [InlineData(false, "payment_method.attached", "customer.updated", "customer.subscription.updated")]
    [InlineData(true, "payment_method.automatically_updated")]
    public async Task A_new_card_pays_what_is_open_at_the_next_try(bool byItsBank, params string[] events)
    {
        var plan = _host.BeginPlan();
        var invoice = (string)Stripe.Renew(plan, succeeds: false)["id"]!;
        Stripe.TakeEvents();
        Stripe.UpdateCard(plan, "1881", 5, 2033, byItsBank);
        Assert.Equal(events, Stripe.TakeEvents().Select(e => e.Type));
        var card = (await _client.V1.Subscriptions.GetAsync(plan, new SubscriptionGetOptions { Expand = ["default_payment_method"] }, cancellationToken: Token)).DefaultPaymentMethod.Card;
        Assert.Equal(("1881", 5, 2033), (card.Last4, card.ExpMonth, card.ExpYear));
        _clock.Advance(TimeSpan.FromDays(3));
        Assert.Equal("paid", (await InvoiceAsync(invoice)).Status);
        Assert.Equal("1881", (string)Stripe.List("charge")[0]["payment_method_details"]!["card"]!["last4"]!);
    }

    [Fact]
    public async Task A_pause_ends_on_its_day()
    {
        var plan = _host.BeginPlan();
        Stripe.PausePlan(plan, _clock.GetUtcNow().AddDays(10));
        Assert.Equal("void", (string)Stripe.Renew(plan)["status"]!);
        Stripe.TakeEvents();
        _clock.Advance(TimeSpan.FromDays(10));
        Assert.Null((await PlanAsync(plan)).PauseCollection);
        Assert.Equal("customer.subscription.updated", Assert.Single(Stripe.TakeEvents()).Type);
        Stripe.PausePlan(plan);
        Stripe.ResumePlan(plan);
        Assert.Equal("paid", (string)Stripe.Renew(plan)["status"]!);
    }

    [Fact]
    public async Task A_deleted_customer_takes_the_plans_along_and_is_still_known_to_have_been()
    {
        var plan = _host.BeginPlan();
        var customer = (await PlanAsync(plan)).CustomerId;
        var invoice = (string)Stripe.Renew(plan, succeeds: false)["id"]!;
        Stripe.TakeEvents();
        Assert.True((await _client.V1.Customers.DeleteAsync(customer, cancellationToken: Token)).Deleted);
        Assert.Equal(["customer.subscription.deleted", "customer.deleted"], Stripe.TakeEvents().Select(e => e.Type));
        Assert.True((await _client.V1.Customers.GetAsync(customer, cancellationToken: Token)).Deleted);
        Assert.Empty((await _client.V1.Customers.ListAsync(cancellationToken: Token)).Data);
        Assert.Empty((await _client.V1.Subscriptions.ListAsync(cancellationToken: Token)).Data);
        Assert.Equal(plan, Assert.Single((await _client.V1.Subscriptions.ListAsync(new SubscriptionListOptions { Status = "all", Customer = customer }, cancellationToken: Token)).Data).Id);
        _clock.Advance(TimeSpan.FromDays(30));
        Assert.Equal(1, (await InvoiceAsync(invoice)).AttemptCount);
        Assert.Throws<StripeErrorException>(() => Stripe.DeleteCustomer(customer));
    }

    private Task<Invoice> InvoiceAsync(string id) => _client.V1.Invoices.GetAsync(id, cancellationToken: Token);

    private Task<Subscription> PlanAsync(string id) => _client.V1.Subscriptions.GetAsync(id, cancellationToken: Token);
}
