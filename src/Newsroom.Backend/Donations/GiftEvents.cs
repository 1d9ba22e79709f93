using Newsroom.Backend.Donations.Books;
using Newsroom.Backend.Web;
using Newsroom.Backend.Webhooks;

namespace Newsroom.Backend.Donations;

/// <summary>What other systems hear of gifts: ids, sums and states. Who gave, and the donor's words, the API tells who may know.</summary>
internal static class GiftEvents
{
    private sealed record GiftData(string Id, DonationStatus Status, MoneyShape Amount, Frequency Frequency, string Donor, string? Plan, bool LiveMode);

    /// <param name="Id">The gift's.</param>
    /// <param name="Status">The gift's, afterwards.</param>
    /// <param name="Amount">Of this refund.</param>
    /// <param name="Refunded">Of all of them.</param>
    /// <param name="Refund">Stripe's id.</param>
    /// <param name="LiveMode">False: practice.</param>
    private sealed record RefundData(string Id, DonationStatus Status, MoneyShape Amount, MoneyShape Refunded, string Refund, bool LiveMode);

    private sealed record PlanData(string Id, PlanStatus Status, MoneyShape Amount, Frequency Frequency, string Donor, string? EndReason, bool LiveMode);

    /// <param name="Id">The plan's.</param>
    /// <param name="Amount">What is missing.</param>
    /// <param name="Attempts">How often Stripe has tried.</param>
    /// <param name="NextAttemptAt">Null when it will not by itself.</param>
    /// <param name="NeedsDonor">The bank wants the donor's approval.</param>
    /// <param name="LiveMode">False: practice.</param>
    private sealed record MissedData(string Id, MoneyShape Amount, int Attempts, DateTime? NextAttemptAt, bool NeedsDonor, bool LiveMode);

    /// <summary>A gift that was just booked, with its donor and plan.</summary>
    public static Announcement Succeeded(Donation gift) => new(
        EventTypes.DonationSucceeded, gift.PublicId, gift.PublicId, gift.PaidAt!.Value,
        new GiftData(gift.PublicId, gift.Status, MoneyShape.Of(gift.Amount), gift.Frequency, gift.Donor!.PublicId, gift.Plan?.PublicId, gift.LiveMode));

    /// <param name="gift">As it stands now.</param>
    /// <param name="refund">That has succeeded just now.</param>
    /// <param name="now">When that was heard: Stripe says only when it was asked for.</param>
    public static Announcement Refunded(Donation gift, Refund refund, DateTimeOffset now) => new(
        EventTypes.DonationRefunded, refund.RefundId, gift.PublicId, now,
        new RefundData(gift.PublicId, gift.Status, new MoneyShape(refund.AmountMinor, gift.CurrencyCode), new MoneyShape(gift.RefundedMinor, gift.CurrencyCode), refund.RefundId, gift.LiveMode));

    public static Announcement Started(RecurringPlan plan, bool liveMode) =>
        new(EventTypes.SubscriptionStarted, plan.SubscriptionId, plan.PublicId, plan.CreatedAt, DataOf(plan, liveMode));

    /// <param name="plan">With its donor, and over since now.</param>
    /// <param name="now">When that was heard, for one that is over without an end: who pays it after all gives again, and may end it again.</param>
    /// <param name="liveMode">False: practice.</param>
    public static Announcement Cancelled(RecurringPlan plan, DateTimeOffset now, bool liveMode)
    {
        var at = plan.EndedAt ?? now;
        return new(EventTypes.SubscriptionCancelled, $"{plan.SubscriptionId}.{at.UtcTicks}", plan.PublicId, at, DataOf(plan, liveMode));
    }

    /// <param name="missed">Heard of for the first time.</param>
    /// <param name="liveMode">False: practice.</param>
    public static Announcement PaymentFailed(MissedPayment missed, bool liveMode) => new(
        EventTypes.SubscriptionPaymentFailed, missed.InvoiceId, missed.Plan.PublicId, missed.FirstSeenAt,
        new MissedData(missed.Plan.PublicId, MoneyShape.Of(missed.Amount), missed.Attempts, missed.NextAttemptAt?.UtcDateTime, missed.NeedsDonor, liveMode));

    private static PlanData DataOf(RecurringPlan plan, bool liveMode) =>
        new(plan.PublicId, plan.Status, MoneyShape.Of(plan.Amount), plan.Frequency, plan.Donor.PublicId, plan.EndReason, liveMode);
}
