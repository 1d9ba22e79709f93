namespace Newsroom.Backend.Donations;

public enum Frequency
{
    Once,
    Monthly,
    Yearly,
}

/// <summary>Where a gift stands; which change is legal is for <see cref="Donation"/>'s methods to say.</summary>
public enum DonationStatus
{
    Draft,
    CheckoutOpen,

    /// <summary>Stripe could not be reached: nothing was charged, the intent is kept.</summary>
    Deferred,
    Processing,
    Succeeded,
    Failed,
    Expired,
    PartiallyRefunded,
    Refunded,
    Disputed,
    DisputeLost,
    LateFailed,
    InReview,
    Rejected,
}
