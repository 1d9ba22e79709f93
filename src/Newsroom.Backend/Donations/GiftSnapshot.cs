using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Donations;

/// <summary>What Stripe says of one gift. In this order each is later than the one before, whatever order we hear of them in.</summary>
public enum GiftState
{
    /// <summary>The checkout page waits for the donor.</summary>
    Open,
    Expired,

    /// <summary>A bank debit is under way: days, not seconds.</summary>
    Processing,

    /// <summary>Authorised and not captured.</summary>
    InReview,
    Failed,
    Rejected,
    Paid,
}

/// <summary>One gift as Stripe showed it at one moment, in our own words.</summary>
public sealed record GiftSnapshot
{
    public required GiftState State { get; init; }

    /// <summary>What was asked; once paid, what was taken. Null when Stripe does not say: as it was asked.</summary>
    public required Money? Amount { get; init; }
    public required bool LiveMode { get; init; }
    public string? SessionId { get; init; }
    public string? InvoiceId { get; init; }
    public string? PaymentIntentId { get; init; }

    /// <summary>Stripe's clock; null while unpaid, and when a paid one does not say.</summary>
    public DateTimeOffset? PaidAt { get; init; }

    /// <summary>The donor's address as the payment has it; null: as the form had it.</summary>
    public string? Email { get; init; }
}

/// <summary>What a snapshot did to a gift.</summary>
public enum GiftChange
{
    /// <summary>Nothing that anybody must hear of.</summary>
    None,

    /// <summary>Booked it: exactly once in a gift's life.</summary>
    Booked,

    /// <summary>It is booked by another payment already: this one is a person's to look at.</summary>
    SecondPayment,

    /// <summary>Paid in another currency than it was asked in: the number would be another sum.</summary>
    OtherCurrency,
}

/// <summary>A checkout session of ours.</summary>
/// <param name="Id">Stripe's id of it.</param>
/// <param name="DonationId">The public id of the gift.</param>
/// <param name="Gift">What it says of the gift.</param>
/// <param name="InvoiceId">The first invoice, once a plan's donor has paid: that invoice is the gift.</param>
/// <param name="SubscriptionId">The plan it made.</param>
public sealed record CheckoutSnapshot(string Id, string DonationId, GiftSnapshot Gift, string? InvoiceId, string? SubscriptionId);

/// <summary>An invoice.</summary>
/// <param name="Plan">The plan it belongs to; null when it names none.</param>
/// <param name="DonationId">The public id of the gift its plan began with; null when neither it nor the plan says, and for somebody else's.</param>
/// <param name="IsFirst">The one paid at the checkout: it is the session's own gift. Null when it does not say.</param>
/// <param name="Gift">The gift it is; null while unpaid and when nothing was to pay.</param>
/// <param name="Dunning">How a later period's payment stands that was not had at once; null for a first one, and when there is nothing to say.</param>
public sealed record InvoiceSnapshot(PlanSnapshot? Plan, string? DonationId, bool? IsFirst, GiftSnapshot? Gift, DunningSnapshot? Dunning);

/// <summary>A period's payment that failed, or did.</summary>
/// <param name="State">Where it stands.</param>
/// <param name="Amount">What is missing; null when Stripe does not say: as the plan has it.</param>
/// <param name="Attempts">How often Stripe tried by its own timetable, at least 1.</param>
/// <param name="NextAttemptAt">Stripe's clock; null when it will not try again by itself.</param>
/// <param name="NeedsDonor">The bank wants the donor's approval: trying again alone does not help.</param>
/// <param name="Why">Stripe's code (<c>expired_card</c>, <c>insufficient_funds</c>); null when it does not say.</param>
/// <param name="PayUrl">Stripe's page where the donor pays this one, by another card if they like.</param>
public sealed record DunningSnapshot(
    MissedPaymentState State, Money? Amount, int Attempts, DateTimeOffset? NextAttemptAt, bool NeedsDonor, string? Why, string? PayUrl);

/// <summary>A plan (Stripe: subscription). What is null Stripe did not say; then it is as the plan's first gift has it.</summary>
/// <param name="SubscriptionId">Stripe's id of it.</param>
/// <param name="DonationId">The public id of the gift it began with; null for a foreign subscription.</param>
/// <param name="Status">Stripe's words put into ours.</param>
/// <param name="Amount">Each period's.</param>
/// <param name="Frequency">Monthly or yearly.</param>
/// <param name="CreatedAt">Stripe's clock.</param>
/// <param name="EndedAt">Stripe's clock; null while it runs.</param>
/// <param name="LatestInvoiceId">Its newest invoice, paid or not.</param>
public sealed record PlanSnapshot(
    string SubscriptionId, string? DonationId, PlanStatus Status, Money? Amount, Frequency? Frequency,
    DateTimeOffset? CreatedAt, DateTimeOffset? EndedAt, string? LatestInvoiceId)
{
    /// <summary>Stripe's word; null while it runs.</summary>
    public string? EndReason { get; init; }

    /// <summary>When the period that was paid last ends (Stripe's clock).</summary>
    public DateTimeOffset? PeriodEndsAt { get; init; }

    /// <summary>Nothing is collected for it, whatever else its status says.</summary>
    public bool IsPaused { get; init; }

    /// <summary>When a pause ends by itself (Stripe's clock).</summary>
    public DateTimeOffset? PausedUntil { get; init; }
    public string? CustomerId { get; init; }

    /// <summary><c>visa 4242</c>.</summary>
    public string? PaidBy { get; init; }

    /// <summary>The last day of the card's last month.</summary>
    public DateOnly? CardExpiresOn { get; init; }

    /// <summary>A plan of which only a payment is known: it runs.</summary>
    public static PlanSnapshot Unseen(string subscriptionId) => new(subscriptionId, null, PlanStatus.Active, null, null, null, null, null);
}
