using Newsroom.Backend.Primitives;
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
    public Task<CheckoutSnapshot?> CheckoutAsync(string sessionId, CancellationToken cancellationToken) => AskAsync(async client =>
    {
        var session = await client.V1.Checkout.Sessions.GetAsync(sessionId,
            new SessionGetOptions { Expand = ["payment_intent.latest_charge"] }, cancellationToken: cancellationToken);
        return Snapshot(session, session.PaymentIntent ?? await FirstPaymentAsync(client, session, cancellationToken));
    }, cancellationToken);

    /// <inheritdoc cref="CheckoutAsync"/>
    public Task<InvoiceSnapshot?> InvoiceAsync(string invoiceId, CancellationToken cancellationToken) => AskAsync(async client =>
    {
        var invoice = await client.V1.Invoices.GetAsync(invoiceId,
            new InvoiceGetOptions { Expand = ["payments", "parent.subscription_details.subscription"] }, cancellationToken: cancellationToken);
        return Snapshot(invoice);
    }, cancellationToken);

    /// <inheritdoc cref="CheckoutAsync"/>
    public Task<PlanSnapshot?> PlanAsync(string subscriptionId, CancellationToken cancellationToken) => AskAsync(async client =>
        PlanSnapshots.Of(await client.V1.Subscriptions.GetAsync(subscriptionId, cancellationToken: cancellationToken)), cancellationToken);

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
        "invoice_payment" => await AskAsync<GiftObject>(async client =>
            (await client.V1.InvoicePayments.GetAsync(id, cancellationToken: cancellationToken)).InvoiceId is { } invoice ? new GiftObject.Invoice(invoice) : null, cancellationToken),
        "charge" => await AskAsync<GiftObject>(async client =>
            (await client.V1.Charges.GetAsync(id, cancellationToken: cancellationToken)).PaymentIntentId is { } intent ? await OwnerOfPaymentAsync(client, intent, cancellationToken) : null, cancellationToken),
        "payment_intent" => await AskAsync(client => OwnerOfPaymentAsync(client, id, cancellationToken), cancellationToken),
        _ => null,
    };

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
    private static async Task<PaymentIntent?> FirstPaymentAsync(StripeClient client, Session session, CancellationToken cancellationToken)
    {
        if (session is not { Status: "complete", PaymentStatus: "unpaid", InvoiceId: { } invoice })
            return null;
        var payments = await client.V1.InvoicePayments.ListAsync(
            new InvoicePaymentListOptions { Invoice = invoice, Limit = 1, Expand = ["data.payment.payment_intent"] }, cancellationToken: cancellationToken);
        return payments.Data.FirstOrDefault()?.Payment?.PaymentIntent;
    }

    private static CheckoutSnapshot Snapshot(Session session, PaymentIntent? payment)
    {
        var currency = Currency.Parse(session.Currency);
        var paid = session.PaymentStatus == "paid";
        return new CheckoutSnapshot(session.Id, DonationId(session.Metadata), new GiftSnapshot
        {
            State = StateOf(session, payment),
            Amount = new Money(currency.FromStripe(session.AmountTotal ?? 0), currency),
            LiveMode = session.Livemode,
            SessionId = session.Id,
            PaymentIntentId = payment?.Id,
            PaidAt = paid && payment is not null ? Instant(payment.LatestCharge?.Created ?? payment.Created) : null,
            Email = Address(session.CustomerDetails?.Email),
        }, paid ? session.InvoiceId : null);
    }

    private static GiftState StateOf(Session session, PaymentIntent? payment) => (session.Status, session.PaymentStatus, payment?.Status) switch
    {
        ("open", _, _) => GiftState.Open,
        ("expired", _, _) => GiftState.Expired,
        (_, "paid", _) => GiftState.Paid,
        (_, _, "requires_capture") => GiftState.InReview,
        (_, _, "canceled") => GiftState.Rejected,
        (_, _, "requires_payment_method") => GiftState.Failed,
        _ => GiftState.Processing,
    };

    private static InvoiceSnapshot Snapshot(global::Stripe.Invoice invoice)
    {
        var plan = invoice.Parent?.SubscriptionDetails?.Subscription is { } subscription ? PlanSnapshots.Of(subscription) : null;
        var currency = Currency.Parse(invoice.Currency);
        var paid = invoice.Status == "paid" && invoice.AmountPaid > 0;
        return new InvoiceSnapshot(plan, invoice.BillingReason == "subscription_create", !paid ? null : new GiftSnapshot
        {
            State = GiftState.Paid,
            Amount = new Money(currency.FromStripe(invoice.AmountPaid), currency),
            LiveMode = invoice.Livemode,
            InvoiceId = invoice.Id,
            PaymentIntentId = invoice.Payments?.Data.Find(p => p.Status == "paid")?.Payment?.PaymentIntentId,
            PaidAt = Instant(invoice.StatusTransitions?.PaidAt ?? invoice.Created),
            Email = Address(invoice.CustomerEmail),
        });
    }

    internal static string? DonationId(Dictionary<string, string>? metadata) => metadata?.GetValueOrDefault(CheckoutPages.DonationIdKey);

    internal static DateTimeOffset Instant(DateTime stripes) => new(DateTime.SpecifyKind(stripes, DateTimeKind.Utc));

    private static string? Address(string? text) => EmailAddress.TryParse(text, out var address) ? address.Value : null;

    private async Task<T?> AskAsync<T>(Func<StripeClient, Task<T?>> ask, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return await ask(account.Client());
        }
        catch (Exception e) when (StripeFailure.Of(e, cancellationToken) is { } failure)
        {
            return failure.Missing ? null : throw new StripeUnavailableException(failure.Why, e);
        }
    }
}

/// <summary>An object at Stripe that a gift is made of.</summary>
public abstract record GiftObject
{
    private GiftObject() { }

    public sealed record Checkout(string SessionId) : GiftObject;

    public sealed record Invoice(string InvoiceId) : GiftObject;

    public sealed record Plan(string SubscriptionId) : GiftObject;
}

/// <summary>Stripe could not be asked. The message holds no personal data.</summary>
public sealed class StripeUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
