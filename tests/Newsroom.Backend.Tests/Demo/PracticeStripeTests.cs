using Microsoft.Extensions.Time.Testing;
using Newsroom.Backend.Demo.Practice;
using Stripe;
using Stripe.Checkout;

namespace Newsroom.Backend.Tests;

/// <summary>The contract: what the real client sends is understood, and what it gets back is what Stripe's documentation says.</summary>
public sealed class PracticeStripeUnderTheRealClient : IAsyncLifetime
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"practice-{Guid.CreateVersion7()}.json");
    private PracticeAccountHost _host = null!;
    private StripeClient _client = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private PracticeStripe Stripe => _host.Stripe;

    public async ValueTask InitializeAsync()
    {
        _host = await PracticeAccountHost.StartAsync(_clock, _file);
        _client = Client(PracticeAccountHost.SecretKey);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        System.IO.File.Delete(_file);
    }

    [Fact]
    public async Task Speaks_the_api_version_the_client_is_pinned_to()
    {
        var raised = await PaidOnceAsync();
        Assert.All(Stripe.TakeEvents(), e => Assert.Equal(StripeConfiguration.ApiVersion, EventUtility.ParseEvent(e.Json).ApiVersion));
        Assert.Equal("paid", raised.PaymentStatus);
    }

    [Fact]
    public async Task A_single_gift_is_paid_and_its_fee_is_two_point_nine_percent_and_thirty_cents()
    {
        var paid = await PaidOnceAsync();
        Assert.Equal("complete", paid.Status);
        Assert.Null(paid.Url);
        Assert.Equal(1500, paid.AmountTotal);
        Assert.Equal("don_1", paid.ClientReferenceId);
        Assert.Equal("ada@example.org", paid.CustomerDetails.Email);

        var intent = paid.PaymentIntent;
        Assert.Equal("succeeded", intent.Status);
        Assert.Equal("don_1", intent.Metadata["donation_id"]);
        Assert.Equal(_clock.GetUtcNow().UtcDateTime, intent.LatestCharge.Created);
        Assert.True(intent.LatestCharge.Paid);
        Assert.Equal((1500, 74, 1426), (intent.LatestCharge.BalanceTransaction.Amount, intent.LatestCharge.BalanceTransaction.Fee, intent.LatestCharge.BalanceTransaction.Net));
        Assert.Equal(
            ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded", "checkout.session.completed", "charge.updated"],
            Stripe.TakeEvents().Select(e => e.Type));
    }

    [Fact]
    public async Task A_monthly_gift_makes_a_plan_whose_invoices_lead_to_their_payment_intents()
    {
        var paid = await PaidMonthlyAsync();
        var plan = paid.Subscription;
        Assert.Equal("active", plan.Status);
        Assert.Equal("don_2", plan.Metadata["donation_id"]);
        Assert.Equal(new DateTime(2026, 12, 24, 12, 0, 0, DateTimeKind.Utc), plan.Items.Data[0].CurrentPeriodEnd);
        Assert.Equal(("paid", "subscription_create", 1000), (plan.LatestInvoice.Status, plan.LatestInvoice.BillingReason, plan.LatestInvoice.AmountPaid));
        Assert.Equal(plan.Id, plan.LatestInvoice.Parent.SubscriptionDetails.SubscriptionId);
        Assert.Equal("don_2", plan.LatestInvoice.Parent.SubscriptionDetails.Metadata["donation_id"]);
        Assert.Equal(
            ["customer.created", "payment_intent.created", "customer.subscription.created", "invoice.created", "invoice.finalized", "charge.succeeded",
                "payment_intent.succeeded", "invoice.paid", "invoice_payment.paid", "checkout.session.completed", "charge.updated"],
            Stripe.TakeEvents().Select(e => e.Type));

        var renewal = Stripe.Renew(plan.Id);
        var invoice = await _client.V1.Invoices.GetAsync(renewal["id"]!.GetValue<string>(),
            new InvoiceGetOptions { Expand = ["payments.data.payment.payment_intent.latest_charge"] }, cancellationToken: Token);
        Assert.Equal("subscription_cycle", invoice.BillingReason);
        Assert.Equal("succeeded", Assert.Single(invoice.Payments.Data).Payment.PaymentIntent.LatestCharge.Status);
        var payments = await _client.V1.InvoicePayments.ListAsync(new InvoicePaymentListOptions
        {
            Payment = new InvoicePaymentPaymentOptions { Type = "payment_intent", PaymentIntent = invoice.Payments.Data[0].Payment.PaymentIntentId },
        }, cancellationToken: Token);
        Assert.Equal(invoice.Id, Assert.Single(payments.Data).InvoiceId);
        Assert.Equal(2, (await _client.V1.Invoices.ListAsync(new InvoiceListOptions { Subscription = plan.Id }, cancellationToken: Token)).Data.Count);
    }

    [Fact]
    public async Task A_refused_renewal_leaves_the_plan_past_due_until_the_next_one_is_paid()
    {
        var plan = (await PaidMonthlyAsync()).SubscriptionId;
        Stripe.Renew(plan, succeeds: false);
        Assert.Equal("past_due", (await _client.V1.Subscriptions.GetAsync(plan, cancellationToken: Token)).Status);
        Stripe.Renew(plan);
        Assert.Equal("active", (await _client.V1.Subscriptions.GetAsync(plan, cancellationToken: Token)).Status);
        Assert.Contains("invoice.payment_failed", Stripe.TakeEvents().Select(e => e.Type));
        await _client.V1.Subscriptions.CancelAsync(plan, cancellationToken: Token);
        Assert.Equal("customer.subscription.deleted", Stripe.TakeEvents()[^1].Type);
    }

    [Fact]
    public async Task A_declined_card_leaves_the_session_open_and_an_expired_session_cannot_be_paid()
    {
        var session = await CreateAsync(Once());
        Stripe.Decline(session.Id);
        Assert.Equal(["payment_intent.created", "charge.failed", "payment_intent.payment_failed"], Stripe.TakeEvents().Select(e => e.Type));
        Assert.Equal("open", (await GetAsync(session.Id)).Status);

        _clock.Advance(TimeSpan.FromHours(25));
        Assert.Equal("expired", (await GetAsync(session.Id)).Status);
        Assert.Equal("checkout.session.expired", Assert.Single(Stripe.TakeEvents()).Type);
        Assert.Throws<StripeErrorException>(() => Stripe.Pay(session.Id));
    }

    [Theory]
    [InlineData(true, "paid", "succeeded", "checkout.session.async_payment_succeeded")]
    [InlineData(false, "unpaid", "requires_payment_method", "checkout.session.async_payment_failed")]
    public async Task A_bank_debit_completes_unpaid_and_ends_later(bool succeeds, string paymentStatus, string intentStatus, string lastEvent)
    {
        var session = await CreateAsync(Once());
        Stripe.PayByBankDebit(session.Id, succeeds);
        var waiting = await GetAsync(session.Id);
        Assert.Equal(("complete", "unpaid", "processing"), (waiting.Status, waiting.PaymentStatus, waiting.PaymentIntent.Status));
        Stripe.TakeEvents();

        _clock.Advance(PracticeStripe.BankDebitTakes);
        var settled = await GetAsync(session.Id);
        Assert.Equal((paymentStatus, intentStatus), (settled.PaymentStatus, settled.PaymentIntent.Status));
        Assert.Contains(lastEvent, Stripe.TakeEvents().Select(e => e.Type));
    }

    [Fact]
    public async Task A_late_balance_transaction_comes_with_charge_updated()
    {
        Stripe.HoldsBalanceTransactions = true;
        var paid = await PaidOnceAsync();
        Assert.Null(paid.PaymentIntent.LatestCharge.BalanceTransactionId);
        Assert.DoesNotContain("charge.updated", Stripe.TakeEvents().Select(e => e.Type));
        Stripe.SettleCharges();
        Assert.NotNull((await GetAsync(paid.Id)).PaymentIntent.LatestCharge.BalanceTransaction);
        Assert.Equal("charge.updated", Assert.Single(Stripe.TakeEvents()).Type);
    }

    [Fact]
    public async Task Refunds_take_no_more_than_was_given()
    {
        var charge = (await PaidOnceAsync()).PaymentIntent.LatestChargeId;
        var part = await _client.V1.Refunds.CreateAsync(new RefundCreateOptions { Charge = charge, Amount = 500 }, cancellationToken: Token);
        Assert.Equal("succeeded", part.Status);
        var tooMuch = await Assert.ThrowsAsync<StripeException>(() =>
            _client.V1.Refunds.CreateAsync(new RefundCreateOptions { Charge = charge, Amount = 1001 }, cancellationToken: Token));
        Assert.Equal("amount", tooMuch.StripeError.Param);
        await _client.V1.Refunds.CreateAsync(new RefundCreateOptions { Charge = charge }, cancellationToken: Token);
        var whole = await _client.V1.Charges.GetAsync(charge, cancellationToken: Token);
        Assert.True(whole.Refunded);
        var balance = await _client.V1.BalanceTransactions.ListAsync(new BalanceTransactionListOptions { Type = "refund" }, cancellationToken: Token);
        Assert.Equal(-1500, balance.Data.Sum(t => t.Amount));
    }

    [Fact]
    public async Task The_same_idempotency_key_gives_the_same_session_and_refuses_another_request()
    {
        var key = new RequestOptions { IdempotencyKey = "don_1:session:1" };
        var first = await _client.V1.Checkout.Sessions.CreateAsync(Once(), key, Token);
        var again = await _client.V1.Checkout.Sessions.CreateAsync(Once(), key, Token);
        Assert.Equal(first.Id, again.Id);
        var other = Once();
        other.LineItems[0].PriceData.UnitAmount = 1600;
        var refused = await Assert.ThrowsAsync<StripeException>(() => _client.V1.Checkout.Sessions.CreateAsync(other, key, Token));
        Assert.Equal("idempotency_error", refused.StripeError.Type);
    }

    [Fact]
    public async Task Refusals_are_stripes_own()
    {
        var wrongKey = await Assert.ThrowsAsync<StripeException>(() => Client("sk_test_other").V1.Checkout.Sessions.GetAsync("cs_test_x", cancellationToken: Token));
        Assert.Equal(System.Net.HttpStatusCode.Unauthorized, wrongKey.HttpStatusCode);
        var missing = await Assert.ThrowsAsync<StripeException>(() => _client.V1.Checkout.Sessions.GetAsync("cs_test_x", cancellationToken: Token));
        Assert.Equal("resource_missing", missing.StripeError.Code);
        var small = Once();
        small.LineItems[0].PriceData.UnitAmount = 49;
        Assert.Equal("amount_too_small", (await Assert.ThrowsAsync<StripeException>(() => CreateAsync(small))).StripeError.Code);
        var mixed = Monthly();
        mixed.PaymentIntentData = new SessionPaymentIntentDataOptions { Metadata = new() { ["a"] = "b" } };
        Assert.Equal("payment_intent_data", (await Assert.ThrowsAsync<StripeException>(() => CreateAsync(mixed))).StripeError.Param);
    }

    [Fact]
    public async Task Calls_go_wrong_when_told_to_and_the_clients_own_retry_finds_what_was_made()
    {
        Stripe.Faults.Next(PracticeFault.RateLimited);
        Assert.Equal((System.Net.HttpStatusCode)429, (await Assert.ThrowsAsync<StripeException>(() => CreateAsync(Once()))).HttpStatusCode);
        Stripe.Faults.Next(PracticeFault.Html);
        Assert.Contains("Invalid response object", (await Assert.ThrowsAsync<StripeException>(() => CreateAsync(Once()))).Message);
        Assert.Empty(Stripe.List("checkout.session"));

        Stripe.Faults.Next(PracticeFault.Drop, afterEffect: true);
        var session = await CreateAsync(Once());
        Assert.Equal(session.Id, Assert.Single(Stripe.List("checkout.session"))["id"]!.GetValue<string>());
    }

    [Fact]
    public async Task Webhooks_carry_a_signature_the_real_client_accepts_and_may_come_late_or_twice()
    {
        var session = await CreateAsync(Once());
        Stripe.Pay(session.Id, webhooks: WebhookTravel.Late);
        Assert.Empty(Stripe.TakeEvents());
        _clock.Advance(PracticeStripe.LateBy);
        var late = Stripe.TakeEvents();
        Assert.Equal(5, late.Count);
        Assert.Empty(Stripe.TakeEvents());
        var now = _clock.GetUtcNow();
        EventUtility.ValidateSignature(late[0].Json, Stripe.Sign(late[0].Json, now), PracticeAccountHost.WebhookSecret, 300, now.ToUnixTimeSeconds());
        Assert.Throws<StripeException>(() =>
            EventUtility.ValidateSignature(late[0].Json + "\n", Stripe.Sign(late[0].Json, now), PracticeAccountHost.WebhookSecret, 300, now.ToUnixTimeSeconds()));

        session = await CreateAsync(Once());
        Stripe.Pay(session.Id, webhooks: WebhookTravel.Twice);
        Assert.Equal(2, Stripe.TakeEvents().Count(e => e.Type == "checkout.session.completed"));
    }

    [Fact]
    public async Task Lists_page_both_ways()
    {
        for (var i = 0; i < 5; i++)
            await CreateAsync(Once());
        var first = await _client.V1.Checkout.Sessions.ListAsync(new SessionListOptions { Limit = 2 }, cancellationToken: Token);
        Assert.True(first.HasMore);
        var rest = await _client.V1.Checkout.Sessions.ListAsync(new SessionListOptions { Limit = 10, StartingAfter = first.Data[1].Id }, cancellationToken: Token);
        Assert.Equal((3, false), (rest.Data.Count, rest.HasMore));
        var newer = await _client.V1.Checkout.Sessions.ListAsync(new SessionListOptions { Limit = 1, EndingBefore = rest.Data[0].Id }, cancellationToken: Token);
        Assert.Equal((first.Data[1].Id, true), (newer.Data[0].Id, newer.HasMore));
        var events = await _client.V1.Events.ListAsync(new EventListOptions { Types = ["checkout.session.expired"], DeliverySuccess = false }, cancellationToken: Token);
        Assert.Empty(events.Data);
    }

    [Fact]
    public async Task A_restart_remembers_gifts_and_events_not_yet_delivered()
    {
        var paid = await PaidMonthlyAsync();
        var restarted = new PracticeStripe(_clock, Stripe.Account);
        Assert.Equal("paid", restarted.Get("checkout.session", paid.Id)["payment_status"]!.GetValue<string>());
        Assert.Equal(11, restarted.TakeEvents().Count);
        restarted.Renew(paid.SubscriptionId);
    }

    private async Task<Session> PaidOnceAsync()
    {
        var session = await CreateAsync(Once());
        Assert.StartsWith(_host.Url + "/checkout/", session.Url);
        Stripe.Pay(session.Id, name: "Ada Lovelace");
        return await GetAsync(session.Id);
    }

    private async Task<Session> PaidMonthlyAsync()
    {
        var session = await CreateAsync(Monthly());
        Stripe.Pay(session.Id, name: "Ada Lovelace");
        return await _client.V1.Checkout.Sessions.GetAsync(session.Id, new SessionGetOptions { Expand = ["subscription.latest_invoice"] }, cancellationToken: Token);
    }

    private Task<Session> CreateAsync(SessionCreateOptions options) => _client.V1.Checkout.Sessions.CreateAsync(options, cancellationToken: Token);

    private Task<Session> GetAsync(string id) => _client.V1.Checkout.Sessions.GetAsync(id,
        new SessionGetOptions { Expand = ["payment_intent.latest_charge.balance_transaction", "subscription.latest_invoice"] }, cancellationToken: Token);

    private static SessionCreateOptions Once() => new()
    {
        Mode = "payment",
        SubmitType = "donate",
        ClientReferenceId = "don_1",
        CustomerEmail = "ada@example.org",
        SuccessUrl = "https://news.example.org/donate/thanks?session_id={CHECKOUT_SESSION_ID}",
        CancelUrl = "https://news.example.org/donate/cancelled",
        AdaptivePricing = new SessionAdaptivePricingOptions { Enabled = false },
        PaymentIntentData = new SessionPaymentIntentDataOptions { Metadata = new() { ["donation_id"] = "don_1" } },
        Metadata = new() { ["donation_id"] = "don_1" },
        LineItems = [Line("Gift to The Test Gazette", 1500, null)],
    };

    private static SessionCreateOptions Monthly() => new()
    {
        Mode = "subscription",
        CustomerEmail = "ada@example.org",
        SuccessUrl = "https://news.example.org/donate/thanks?session_id={CHECKOUT_SESSION_ID}",
        SubscriptionData = new SessionSubscriptionDataOptions { Metadata = new() { ["donation_id"] = "don_2" } },
        LineItems = [Line("Monthly gift", 1000, new SessionLineItemPriceDataRecurringOptions { Interval = "month" })],
    };

    private static SessionLineItemOptions Line(string name, long amount, SessionLineItemPriceDataRecurringOptions? recurring) => new()
    {
        Quantity = 1,
        PriceData = new SessionLineItemPriceDataOptions
        {
            Currency = "usd",
            UnitAmount = amount,
            ProductData = new SessionLineItemPriceDataProductDataOptions { Name = name },
            Recurring = recurring,
        },
    };

    private StripeClient Client(string key) => new(new StripeClientOptions { ApiKey = key, ApiBase = _host.Url });
}
