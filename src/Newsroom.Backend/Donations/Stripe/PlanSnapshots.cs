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
            subscription.LatestInvoiceId)
        {
            EndReason = subscription.EndedAt is null ? null : subscription.CancellationDetails?.Reason,
            PeriodEndsAt = GiftSnapshots.Instant(item?.CurrentPeriodEnd),
            IsPaused = subscription.PauseCollection is not null,
            PausedUntil = GiftSnapshots.Instant(subscription.PauseCollection?.ResumesAt),
            CustomerId = subscription.CustomerId,
            PaidBy = NameOf(PayerOf(subscription)),
            CardExpiresOn = LastDayOf(PayerOf(subscription)?.Card),
        };
    }

    /// <summary>The subscription's own goes before the customer's (https://docs.stripe.com/api/subscriptions/object#subscription_object-default_payment_method).</summary>
    private static PaymentMethod? PayerOf(Subscription subscription) =>
        subscription.DefaultPaymentMethod ?? subscription.Customer?.InvoiceSettings?.DefaultPaymentMethod;

    private static string? NameOf(PaymentMethod? method) => method switch
    {
        null => null,
        { Card: { } card } => $"{card.Brand} {card.Last4}",
        { SepaDebit: { } debit } => $"SEPA {debit.Last4}",
        { UsBankAccount: { } account } => $"{account.BankName} {account.Last4}".Trim(),
        _ => method.Type,
    };

    private static DateOnly? LastDayOf(PaymentMethodCard? card) => card is { ExpYear: > 2000 and < 9999, ExpMonth: >= 1 and <= 12 }
        ? new DateOnly((int)card.ExpYear, (int)card.ExpMonth, 1).AddMonths(1).AddDays(-1)
        : null;

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
