using Newsroom.Backend.Primitives;
using Stripe;

namespace Newsroom.Backend.Donations.Stripe;

internal static class PlanSnapshots
{
    public static PlanSnapshot Of(Subscription subscription)
    {
        var item = subscription.Items.Data[0];
        var currency = Currency.Parse(subscription.Currency);
        return new PlanSnapshot(
            subscription.Id,
            StripeObjects.DonationId(subscription.Metadata),
            StatusOf(subscription),
            new Money(currency.FromStripe((item.Price.UnitAmount ?? 0) * item.Quantity), currency),
            item.Price.Recurring?.Interval == "year" ? Frequency.Yearly : Frequency.Monthly,
            StripeObjects.Instant(subscription.Created),
            subscription.EndedAt is { } ended ? StripeObjects.Instant(ended) : null,
            subscription.LatestInvoiceId);
    }

    /// <summary>https://docs.stripe.com/api/subscriptions/object#subscription_object-status; a word Stripe adds later is no reason to stop a plan.</summary>
    private static PlanStatus StatusOf(Subscription subscription) => subscription.Status switch
    {
        "incomplete" => PlanStatus.Pending,
        "incomplete_expired" => PlanStatus.Failed,
        "past_due" => PlanStatus.PastDue,
        "unpaid" => PlanStatus.Lapsed,
        "paused" => PlanStatus.Paused,
        // Retries exhausted, or the bank said no: nobody asked for the end.
        "canceled" => subscription.CancellationDetails?.Reason is "payment_failed" or "payment_disputed" ? PlanStatus.Lapsed : PlanStatus.Canceled,
        _ when subscription.PauseCollection is not null => PlanStatus.Paused,
        _ when subscription.CancelAtPeriodEnd || subscription.CancelAt is not null => PlanStatus.CancelScheduled,
        _ => PlanStatus.Active,
    };
}
