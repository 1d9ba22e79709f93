namespace Newsroom.Backend.Donations;

/// <summary>Ids only: never an address, a name, or an amount with a person.</summary>
internal static partial class DonationsLog
{
    [LoggerMessage(3001, LogLevel.Warning, "Gift {DonationId} has no checkout page yet: {Why}")]
    public static partial void CheckoutDeferred(ILogger logger, string donationId, string why);

    [LoggerMessage(3002, LogLevel.Information, "Gift {DonationId} is booked.")]
    public static partial void Booked(ILogger logger, long donationId);

    [LoggerMessage(3003, LogLevel.Error, "Stripe's {StripeId} is paid, but its gift {DonationId} {Why}: look it up in Stripe's dashboard.")]
    public static partial void Unmatched(ILogger logger, string? stripeId, string donationId, string why);

    [LoggerMessage(3004, LogLevel.Warning, "Event {EventId} ({Type}) is tried again: {Why}")]
    public static partial void EventRetried(ILogger logger, string eventId, string type, string why);

    [LoggerMessage(3005, LogLevel.Error, "Event {EventId} ({Type}) is given up: {Why}")]
    public static partial void EventFailed(ILogger logger, string eventId, string type, string why);

    [LoggerMessage(3006, LogLevel.Warning, "A webhook was refused: {Why}")]
    public static partial void WebhookRefused(ILogger logger, string why);

    [LoggerMessage(3007, LogLevel.Warning, "Gift {DonationId} could not be checked with Stripe: {Why}")]
    public static partial void CheckFailed(ILogger logger, string donationId, string why);

    [LoggerMessage(3008, LogLevel.Warning, "The newsletter sign-up of gift {DonationId} could not be passed on: {Why}")]
    public static partial void OptInRefused(ILogger logger, string donationId, string why);

    [LoggerMessage(3009, LogLevel.Warning, "Plan {PlanId} could not be checked with Stripe: {Why}")]
    public static partial void PlanCheckFailed(ILogger logger, string planId, string why);

    [LoggerMessage(3010, LogLevel.Warning, "The job that applies Stripe's events could not be enqueued: they wait for the minutely sweep")]
    public static partial void EventsNotEnqueued(ILogger logger, Exception exception);

    [LoggerMessage(3011, LogLevel.Warning, "The books could not be compared with Stripe to the end, the next run goes on: {Why}")]
    public static partial void SweepFailed(ILogger logger, string why);

    [LoggerMessage(3012, LogLevel.Error, "Payout {PayoutId} is not the sum of its transactions: see /api/v1/payouts/{PayoutId}")]
    public static partial void PayoutDiffers(ILogger logger, string payoutId);

    [LoggerMessage(3013, LogLevel.Error, "Stripe's {StripeId} is not in the books: {Why}")]
    public static partial void Unreadable(ILogger logger, string stripeId, string why);

    [LoggerMessage(3014, LogLevel.Warning, "The gift of balance transaction {TransactionId} could not be brought up to date: {Why}")]
    public static partial void TransactionUnmatched(ILogger logger, string transactionId, string why);

    [LoggerMessage(3015, LogLevel.Warning, "Plan {PlanId} is held at Stripe because of dispute {DisputeId}")]
    public static partial void PlanHeld(ILogger logger, string planId, string disputeId);

    [LoggerMessage(3016, LogLevel.Warning, "Plan {PlanId} is ended at Stripe because dispute {DisputeId} was lost")]
    public static partial void PlanEnded(ILogger logger, string planId, string disputeId);

    [LoggerMessage(3017, LogLevel.Warning, "The gift of Stripe's {StripeId} could not be brought up to date: {Why}")]
    public static partial void CaseFailed(ILogger logger, string stripeId, string why);
}
