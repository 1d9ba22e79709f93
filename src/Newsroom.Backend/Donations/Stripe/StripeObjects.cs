using System.Text.Json;
using Stripe;
using Stripe.Checkout;

namespace Newsroom.Backend.Donations.Stripe;

/// <summary>
/// Fetches Stripe's objects afresh and puts them into our words. Each method gives null when Stripe has no such object.
/// Paths to expand are at most four levels deep (https://docs.stripe.com/expand).
/// </summary>
public sealed class StripeObjects(StripeAccount account)
{
    /// <exception cref="StripeUnavailableException">Stripe did not answer usefully; the same question later may be answered.</exception>
    /// <returns>Null also for a session of somebody else on the same account.</returns>
    public Task<CheckoutSnapshot?> CheckoutAsync(string sessionId, CancellationToken cancellationToken) => account.AskAsync(async client =>
    {
        var session = await client.V1.Checkout.Sessions.GetAsync(sessionId,
            new SessionGetOptions { Expand = ["payment_intent.latest_charge"] }, cancellationToken: cancellationToken);
        return GiftSnapshots.DonationId(session.Metadata) is not { } donationId ? null : GiftSnapshots.Of(
            session, donationId, await PaymentOfAsync(client, session, cancellationToken), await FirstInvoiceOfAsync(client, session, cancellationToken));
    }, cancellationToken);

    /// <param name="invoiceId">Stripe's id of it.</param>
    /// <param name="subscriptionId">The plan it was reached through, for an invoice that names none.</param>
    /// <param name="cancellationToken">Cancels the questions to Stripe.</param>
    /// <inheritdoc cref="CheckoutAsync" path="/exception"/>
    public Task<InvoiceSnapshot?> InvoiceAsync(string invoiceId, string? subscriptionId, CancellationToken cancellationToken) => account.AskAsync(async client =>
    {
        var invoice = await client.V1.Invoices.GetAsync(invoiceId,
            new InvoiceGetOptions { Expand = ["payments", "parent.subscription_details.subscription"] }, cancellationToken: cancellationToken);
        if ((GiftSnapshots.SubscriptionIdOf(invoice) ?? subscriptionId) is not { } planId)
            return GiftSnapshots.Of(invoice, plan: null, payment: null);
        var subscription = invoice.Parent?.SubscriptionDetails?.Subscription
            ?? await StripeAccount.FoundAsync(() => client.V1.Subscriptions.GetAsync(planId, cancellationToken: cancellationToken));
        var payment = invoice is { Status: "open", Attempted: true } ? await PaymentOfAsync(client, invoice.Id, cancellationToken) : null;
        return GiftSnapshots.Of(invoice, subscription is null ? PlanSnapshot.Unseen(planId) : PlanSnapshots.Of(subscription), payment);
    }, cancellationToken);

    /// <inheritdoc cref="CheckoutAsync" path="/exception"/>
    public Task<PlanSnapshot?> PlanAsync(string subscriptionId, CancellationToken cancellationToken) => account.AskAsync(async client =>
        PlanSnapshots.Of(await client.V1.Subscriptions.GetAsync(subscriptionId, new SubscriptionGetOptions
        {
            Expand = ["default_payment_method", "customer.invoice_settings.default_payment_method"],
        }, cancellationToken: cancellationToken)), cancellationToken);

    /// <summary>The newest hundred paid invoices of a plan, the oldest of them first.</summary>
    /// <inheritdoc cref="CheckoutAsync" path="/exception"/>
    public async Task<IReadOnlyList<string>> PaidInvoicesAsync(string subscriptionId, CancellationToken cancellationToken) =>
        await account.AskAsync(client => PaidInvoicesAsync(client, subscriptionId, cancellationToken), cancellationToken) ?? [];

    /// <summary>The public id of the gift a plan began with, from the checkout that made it: for a plan that does not carry it itself.</summary>
    /// <inheritdoc cref="CheckoutAsync" path="/exception"/>
    public Task<string?> GiftOfPlanAsync(string subscriptionId, CancellationToken cancellationToken) => account.AskAsync(async client =>
    {
        var sessions = await client.V1.Checkout.Sessions.ListAsync(new SessionListOptions { Subscription = subscriptionId, Limit = 1 }, cancellationToken: cancellationToken);
        // A server that does not know the filter would hand out any session.
        return sessions.Data.Find(s => s.SubscriptionId == subscriptionId) is { } session ? GiftSnapshots.DonationId(session.Metadata) : null;
    }, cancellationToken);

    /// <summary>Which of the objects that are gifts an object of a webhook belongs to.</summary>
    /// <param name="type">Stripe's name of the kind, <c>charge</c>.</param>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Cancels the questions to Stripe.</param>
    /// <inheritdoc cref="CheckoutAsync" path="/exception"/>
    public async Task<GiftObject?> OwnerOfAsync(string type, string id, CancellationToken cancellationToken) => type switch
    {
        "checkout.session" => new GiftObject.Checkout(id),
        "invoice" => new GiftObject.Invoice(id),
        "subscription" => new GiftObject.Plan(id),
        "customer" => new GiftObject.Customer(id),
        "payment_method" => await account.AskAsync<GiftObject>(async client =>
            (await client.V1.PaymentMethods.GetAsync(id, cancellationToken: cancellationToken)).CustomerId is { } customer ? new GiftObject.Customer(customer) : null, cancellationToken),
        "invoice_payment" => await account.AskAsync<GiftObject>(async client =>
            (await client.V1.InvoicePayments.GetAsync(id, cancellationToken: cancellationToken)).InvoiceId is { } invoice ? new GiftObject.Invoice(invoice) : null, cancellationToken),
        "charge" => await OwnerAsync(async client => (await client.V1.Charges.GetAsync(id, cancellationToken: cancellationToken)).PaymentIntentId, cancellationToken),
        "refund" => await OwnerAsync(async client => (await client.V1.Refunds.GetAsync(id, cancellationToken: cancellationToken)).PaymentIntentId, cancellationToken),
        "dispute" => await OwnerAsync(async client => (await client.V1.Disputes.GetAsync(id, cancellationToken: cancellationToken)).PaymentIntentId, cancellationToken),
        "payment_intent" => await OwnerAsync(_ => Task.FromResult<string?>(id), cancellationToken),
        _ => null,
    };

    /// <summary>Events of this account's mode that Stripe could not deliver, newest first.</summary>
    /// <param name="from">Not older (Stripe's clock); null: as far back as Stripe lists them.</param>
    /// <param name="after">The page before's <see cref="StripePage{T}.Next"/>.</param>
    /// <param name="now">When they are received.</param>
    /// <param name="cancellationToken">Cancels the question.</param>
    /// <inheritdoc cref="CheckoutAsync" path="/exception"/>
    public async Task<StripePage<StripeEvent>> UndeliveredAsync(DateTimeOffset? from, string? after, DateTimeOffset now, CancellationToken cancellationToken) =>
        await account.AskAsync(async client =>
        {
            var page = await client.V1.Events.ListAsync(new EventListOptions
            {
                DeliverySuccess = false,
                Created = from is { } since ? new DateRangeOptions { GreaterThanOrEqual = since.UtcDateTime } : null,
                StartingAfter = after,
                Limit = 100,
            }, cancellationToken: cancellationToken);
            var events = page.Data.Select(e => e.RawJsonElement is { ValueKind: JsonValueKind.Object } raw ? StripeWebhook.Read(raw, now, account.IsLive) : null)
                .OfType<StripeEvent>().Where(e => e.LiveMode == account.IsLive).ToList();
            return new StripePage<StripeEvent>(events, page.HasMore ? page.Data[^1].Id : null);
        }, cancellationToken) ?? new([], null);

    private Task<GiftObject?> OwnerAsync(Func<StripeClient, Task<string?>> payment, CancellationToken cancellationToken) => account.AskAsync(
        async client => await payment(client) is { } intent ? await OwnerOfPaymentAsync(client, intent, cancellationToken) : null, cancellationToken);

    private static async Task<GiftObject?> OwnerOfPaymentAsync(StripeClient client, string paymentIntentId, CancellationToken cancellationToken)
    {
        var sessions = await client.V1.Checkout.Sessions.ListAsync(new SessionListOptions { PaymentIntent = paymentIntentId, Limit = 1 }, cancellationToken: cancellationToken);
        if (sessions.Data.FirstOrDefault() is { } session)
            return new GiftObject.Checkout(session.Id);
        var payments = await client.V1.InvoicePayments.ListAsync(new InvoicePaymentListOptions
        {
            Payment = new InvoicePaymentPaymentOptions { Type = "payment_intent", PaymentIntent = paymentIntentId },
            Limit = 1,
        }, cancellationToken: cancellationToken);
        return payments.Data.FirstOrDefault()?.InvoiceId is { } invoice ? new GiftObject.Invoice(invoice) : null;
    }

    /// <summary>A plan's session names no payment intent; while its bank debit is under way, the first invoice's payment tells how that goes.</summary>
    private static async Task<PaymentIntent?> PaymentOfAsync(StripeClient client, Session session, CancellationToken cancellationToken)
    {
        if (session.PaymentIntent is { } expanded)
            return expanded;
        if (session.PaymentIntentId is { } id)
            return await IntentAsync(client, id, cancellationToken);
        return session is { Status: "complete", PaymentStatus: "unpaid", InvoiceId: { } invoice } ? await PaymentOfAsync(client, invoice, cancellationToken) : null;
    }

    /// <summary>The newest try to pay an invoice.</summary>
    private static async Task<PaymentIntent?> PaymentOfAsync(StripeClient client, string invoice, CancellationToken cancellationToken)
    {
        var payments = await StripeAccount.FoundAsync(() => client.V1.InvoicePayments.ListAsync(
            new InvoicePaymentListOptions { Invoice = invoice, Limit = 1, Expand = ["data.payment.payment_intent"] }, cancellationToken: cancellationToken));
        var payment = payments?.Data.FirstOrDefault()?.Payment;
        return payment?.PaymentIntent ?? (payment?.PaymentIntentId is { } first ? await IntentAsync(client, first, cancellationToken) : null);
    }

    private static Task<PaymentIntent?> IntentAsync(StripeClient client, string id, CancellationToken cancellationToken) => StripeAccount.FoundAsync(() =>
        client.V1.PaymentIntents.GetAsync(id, new PaymentIntentGetOptions { Expand = ["latest_charge"] }, cancellationToken: cancellationToken));

    private static async Task<string?> FirstInvoiceOfAsync(StripeClient client, Session session, CancellationToken cancellationToken)
    {
        if (session.PaymentStatus != "paid")
            return null;
        return session.InvoiceId ?? (session.SubscriptionId is { } plan ? (await PaidInvoicesAsync(client, plan, cancellationToken)) is [var first, ..] ? first : null : null);
    }

    private static async Task<IReadOnlyList<string>?> PaidInvoicesAsync(StripeClient client, string subscriptionId, CancellationToken cancellationToken)
    {
        var newestFirst = await StripeAccount.FoundAsync(() => client.V1.Invoices.ListAsync(
            new InvoiceListOptions { Subscription = subscriptionId, Status = "paid", Limit = 100 }, cancellationToken: cancellationToken));
        return newestFirst?.Data.Where(i => GiftSnapshots.SubscriptionIdOf(i) is not { } other || other == subscriptionId).Select(i => i.Id).Reverse().ToList();
    }
}

/// <summary>An object at Stripe that a gift is made of.</summary>
public abstract record GiftObject
{
    private GiftObject() { }

    public sealed record Checkout(string SessionId) : GiftObject;

    public sealed record Invoice(string InvoiceId) : GiftObject;

    public sealed record Plan(string SubscriptionId) : GiftObject;

    /// <summary>Who pays plans of ours, or somebody else's customer.</summary>
    public sealed record Customer(string CustomerId) : GiftObject;
}
