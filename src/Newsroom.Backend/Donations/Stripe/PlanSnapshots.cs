using Stripe;

namespace Newsroom.Backend.Donations.Stripe;

internal static class PlanSnapshots
{
    public static PlanSnapshot Of(Subscription subscription)
    {
        var item = subscription.Items?.Data?.FirstOrDefault();
        return new PlanSnapshot(
            subscription.Id,
            GiftSnapshots.DonationId(subscription.Metadata),
            StatusOf(subscription),
            item?.Price?.UnitAmount is { } each ? GiftSnapshots.Amount(each * Math.Max(1, item.Quantity), subscription.Currency) : null,
            item?.Price?.Recurring?.Interval switch { "year" => Frequency.Yearly, "month" => Frequency.Monthly, _ => null },
            GiftSnapshots.Instant(subscription.Created),
            GiftSnapshots.Instant(subscription.EndedAt),
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
