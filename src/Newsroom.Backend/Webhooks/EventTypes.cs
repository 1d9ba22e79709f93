namespace Newsroom.Backend.Webhooks;

/// <summary>What other systems can hear of. A type's payload keeps its shape; fields may be added.</summary>
public static class EventTypes
{
    /// <summary>A reader has said yes: by the button of a confirmation mail, on the reader's own page, at a new address, or by undoing.</summary>
    public const string SubscriberConfirmed = "subscriber.confirmed";

    /// <summary>A reader has left one or more newsletters, or wants no mail ever again.</summary>
    public const string SubscriberUnsubscribed = "subscriber.unsubscribed";

    /// <summary>A reader was erased: receivers should forget theirs.</summary>
    public const string SubscriberErased = "subscriber.erased";

    /// <summary>A gift was booked: one gift, or each period's of a regular one.</summary>
    public const string DonationSucceeded = "donation.succeeded";

    /// <summary>Money of a gift went back to its donor, all or some: once for each refund.</summary>
    public const string DonationRefunded = "donation.refunded";

    /// <summary>A regular gift has begun: its first payment is booked.</summary>
    public const string SubscriptionStarted = "subscription.started";

    /// <summary>A regular gift is over: ended by its donor, or its payment could not be had any more.</summary>
    public const string SubscriptionCancelled = "subscription.cancelled";

    /// <summary>A period of a regular gift could not be paid when it was due; once for each period, however often Stripe tries again.</summary>
    public const string SubscriptionPaymentFailed = "subscription.payment_failed";

    /// <summary>Every reader of a digest is accounted for.</summary>
    public const string DigestSent = "digest.sent";

    /// <summary>Only when somebody asks for it; nobody can subscribe to it.</summary>
    public const string Test = "webhook.test";

    public static IReadOnlyList<string> Known { get; } =
    [
        SubscriberConfirmed, SubscriberUnsubscribed, SubscriberErased, DonationSucceeded, DonationRefunded, SubscriptionStarted, SubscriptionCancelled,
        SubscriptionPaymentFailed, DigestSent,
    ];
}
