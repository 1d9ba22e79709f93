using System.Text.Json;
using Newsroom.Backend.Primitives;
using Stripe;
using Stripe.Checkout;

namespace Newsroom.Backend.Donations.Stripe;

/// <summary>
/// Puts Stripe's sessions and invoices into our words. A field that is absent (another API version, a server that only speaks like
/// Stripe) stays null and never becomes a zero or the year 1970: Stripe.net gives those for absent numbers.
/// </summary>
internal static class GiftSnapshots
{
    public static CheckoutSnapshot Of(Session session, string donationId, PaymentIntent? payment, string? firstInvoiceId) => new(
        session.Id, donationId, new GiftSnapshot
        {
            State = StateOf(session, payment),
            Amount = session.AmountTotal is { } total ? Amount(total, session.Currency) : null,
            LiveMode = session.Livemode,
            SessionId = session.Id,
            PaymentIntentId = session.PaymentIntentId ?? payment?.Id,
            PaidAt = session.PaymentStatus != "paid" ? null
                : Instant(payment?.LatestCharge?.Created) ?? Instant(payment?.Created) ?? Instant(session.Created),
            Email = Address(session.CustomerDetails?.Email),
        }, firstInvoiceId, session.SubscriptionId);

    /// <param name="invoice">The invoice.</param>
    /// <param name="plan">Its plan.</param>
    /// <param name="payment">How the payment of an invoice stands that is open; null when nothing was tried.</param>
    public static InvoiceSnapshot Of(global::Stripe.Invoice invoice, PlanSnapshot? plan, PaymentIntent? payment) => new(
        plan,
        plan?.DonationId ?? DonationId(invoice.Parent?.SubscriptionDetails?.Metadata),
        invoice.BillingReason is { } reason ? reason == "subscription_create" : null,
        // Of an invoice that a credit settled, nothing is paid: it is no gift. One that does not say how much is one all the same.
        invoice.Status != "paid" || (invoice.AmountPaid == 0 && Says(invoice, "amount_paid")) ? null : new GiftSnapshot
        {
            State = GiftState.Paid,
            Amount = invoice.AmountPaid == 0 ? null : Amount(invoice.AmountPaid, invoice.Currency),
            LiveMode = invoice.Livemode,
            InvoiceId = invoice.Id,
            PaymentIntentId = invoice.Payments?.Data?.Find(p => p.Status == "paid")?.Payment?.PaymentIntentId,
            PaidAt = Instant(invoice.StatusTransitions?.PaidAt) ?? Instant(invoice.Created),
            Email = Address(invoice.CustomerEmail),
        },
        invoice.BillingReason == "subscription_create" ? null : DunningOf(invoice, payment));

    /// <summary>https://docs.stripe.com/api/invoices/object#invoice_object-status; a bank debit that is still under way is not missing.</summary>
    private static DunningSnapshot? DunningOf(global::Stripe.Invoice invoice, PaymentIntent? payment)
    {
        MissedPaymentState? state = invoice.Status switch
        {
            "open" when payment?.Status is "requires_payment_method" or "requires_action" or "canceled" => MissedPaymentState.Open,
            "paid" => MissedPaymentState.Recovered,
            "void" or "uncollectible" => MissedPaymentState.GivenUp,
            _ => null,
        };
        return state is not { } known ? null : new DunningSnapshot(
            known, Says(invoice, "amount_due") ? Amount(invoice.AmountDue, invoice.Currency) : null, Math.Max(1, (int)invoice.AttemptCount), Instant(invoice.NextPaymentAttempt),
            payment?.Status == "requires_action", payment?.LastPaymentError?.DeclineCode ?? payment?.LastPaymentError?.Code, invoice.HostedInvoiceUrl);
    }

    /// <summary>Before 2025-03-31.basil an invoice named its subscription itself (https://docs.stripe.com/changelog/basil/2025-03-31/adds-new-parent-field-to-invoicing-objects).</summary>
    public static string? SubscriptionIdOf(global::Stripe.Invoice invoice) => invoice.Parent?.SubscriptionDetails?.SubscriptionId
        ?? (Says(invoice, "subscription") && invoice.RawJsonElement is { } raw && raw.GetProperty("subscription") is { ValueKind: JsonValueKind.String } id ? id.GetString() : null);

    public static string? DonationId(Dictionary<string, string>? metadata) => metadata?.GetValueOrDefault(CheckoutPages.DonationIdKey);

    /// <exception cref="FormatException">The currency is none gifts can be made in.</exception>
    public static Money? Amount(long stripes, string? currencyCode) =>
        string.IsNullOrEmpty(currencyCode) ? null : Currency.Parse(currencyCode) is var currency ? new Money(currency.FromStripe(stripes), currency) : null;

    public static DateTimeOffset? Instant(DateTime? stripes) =>
        stripes is { Year: > 1970 } told ? new DateTimeOffset(DateTime.SpecifyKind(told, DateTimeKind.Utc)) : null;

    private static GiftState StateOf(Session session, PaymentIntent? payment) => (session.Status, session.PaymentStatus, payment?.Status) switch
    {
        (_, "paid", _) => GiftState.Paid,
        ("open", _, _) => GiftState.Open,
        ("expired", _, _) => GiftState.Expired,
        (_, _, "requires_capture") => GiftState.InReview,
        (_, _, "canceled") => GiftState.Rejected,
        (_, _, "requires_payment_method") => GiftState.Failed,
        _ => GiftState.Processing,
    };

    private static bool Says(StripeEntity from, string name) =>
        from.RawJsonElement is { ValueKind: JsonValueKind.Object } raw && raw.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;

    private static string? Address(string? text) => EmailAddress.TryParse(text, out var address) ? address.Value : null;
}
