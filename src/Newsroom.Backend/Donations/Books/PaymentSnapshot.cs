using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Donations.Books;

/// <summary>What became of a payment after it was made, as Stripe has it now.</summary>
/// <param name="FailedLate">A bank debit that came back, with the balance transaction as proof.</param>
/// <param name="Refunds">All of them, the failed ones too.</param>
/// <param name="Disputes">All of them, the closed ones too.</param>
/// <param name="Transactions">Every movement of the balance that these and the charge itself name.</param>
public sealed record PaymentSnapshot(
    bool FailedLate, IReadOnlyList<RefundSnapshot> Refunds, IReadOnlyList<DisputeSnapshot> Disputes, IReadOnlyList<TransactionSnapshot> Transactions)
{
    /// <summary>
    /// What a receipt may still say of a gift. A refund under way or an open dispute takes nothing off yet: it may fail, or be won. A lost dispute of nearly
    /// all is one of all: its sum may differ by the exchange rate (https://docs.stripe.com/api/disputes/object#dispute_object-amount).
    /// </summary>
    /// <param name="given">The whole gift; what moved in another currency is left out, its number would be another sum.</param>
    public long StandsOf(Money given)
    {
        var disputed = Disputes.Where(d => d.TookTheMoney && d.Amount.Currency == given.Currency).Sum(d => d.Amount.Minor);
        var stands = given.Minor - disputed - Refunds.Where(r => r.HasArrived && r.Amount.Currency == given.Currency).Sum(r => r.Amount.Minor);
        return FailedLate || stands < 0 || (disputed > 0 && stands * NearlyNothing < given.Minor) ? 0 : stands;
    }

    private const int NearlyNothing = 20;
}

/// <param name="Id">Stripe's.</param>
/// <param name="Amount">In the gift's currency.</param>
/// <param name="Status">Stripe's word.</param>
/// <param name="Reason">Stripe's word; null when none was given.</param>
/// <param name="FailureReason">Stripe's word; null unless it failed.</param>
/// <param name="CreatedAt">Stripe's clock; null when it does not say.</param>
public sealed record RefundSnapshot(string Id, Money Amount, string Status, string? Reason, string? FailureReason, DateTimeOffset? CreatedAt)
{
    /// <summary>Gone, or on its way: what failed or was taken back is not.</summary>
    public bool Counts => Status is not ("failed" or "canceled");

    /// <summary>The donor has it.</summary>
    public bool HasArrived => Status == "succeeded";
}

/// <param name="Id">Stripe's.</param>
/// <param name="Amount">In the gift's currency.</param>
/// <param name="Status">Stripe's word.</param>
/// <param name="Reason">Stripe's word.</param>
/// <param name="EvidenceDueBy">Stripe's clock; null when no evidence is asked for.</param>
/// <param name="CreatedAt">Stripe's clock; null when it does not say.</param>
public sealed record DisputeSnapshot(string Id, Money Amount, string Status, string? Reason, DateTimeOffset? EvidenceDueBy, DateTimeOffset? CreatedAt)
{
    public const string Lost = "lost";

    /// <summary>Ended without loss.</summary>
    public static readonly string[] ClosedWell = ["won", "warning_closed", "prevented"];

    public bool IsLost => Status == Lost;

    /// <summary>Lost, also while an appeal runs: the money comes back only when that is won.</summary>
    public bool TookTheMoney => IsLost || Status.StartsWith("appeal_", StringComparison.Ordinal);

    /// <summary>A word that Stripe adds later keeps it open: somebody looks.</summary>
    public bool IsOpen => !IsLost && !ClosedWell.Contains(Status);
}

/// <summary>A dispute or a warning of fraud, as a list of them has it.</summary>
/// <param name="Id">Stripe's.</param>
/// <param name="PaymentIntentId">The payment it is about; null when Stripe does not say.</param>
/// <param name="Status">Stripe's word for a dispute; null for a warning.</param>
/// <param name="CreatedAt">Stripe's clock; null when it does not say.</param>
public sealed record CaseSnapshot(string Id, string? PaymentIntentId, string? Status, DateTimeOffset? CreatedAt);

/// <param name="Id">Stripe's.</param>
/// <param name="Category">Stripe's reporting category.</param>
/// <param name="SourceId">What moved the money.</param>
/// <param name="Payment">The payment it belongs to; null for payouts and fees, and when Stripe does not say.</param>
/// <param name="Amount">In the currency of the balance, before the fee.</param>
/// <param name="FeeMinor">In the same currency.</param>
/// <param name="ExchangeRate">Null when the gift was in the same currency.</param>
/// <param name="CreatedAt">Stripe's clock; null when it does not say.</param>
public sealed record TransactionSnapshot(
    string Id, string Category, string? SourceId, PaymentOfTransaction? Payment, Money Amount, long FeeMinor, decimal? ExchangeRate, DateTimeOffset? CreatedAt)
{
    public TransactionKind Kind => Category switch
    {
        "charge" => TransactionKind.Charge,
        "charge_failure" => TransactionKind.ChargeFailure,
        "refund" or "partial_capture_reversal" => TransactionKind.Refund,
        "refund_failure" => TransactionKind.RefundFailure,
        "dispute" => TransactionKind.Dispute,
        "dispute_reversal" => TransactionKind.DisputeReversal,
        "fee" or "network_cost" or "tax" => TransactionKind.Fee,
        "payout" => TransactionKind.Payout,
        "payout_reversal" => TransactionKind.PayoutReversal,
        // A minimum balance that is held back or released is a part of the payout, not the payout (https://docs.stripe.com/changelog/acacia/2024-12-18/minimum-balance-reporting-categories).
        _ => TransactionKind.Other,
    };
}

/// <summary>The payment a movement belongs to.</summary>
/// <param name="PaymentIntentId">Stripe's id of it.</param>
/// <param name="IsCharge">The payment itself, not a later refund or dispute of it.</param>
public sealed record PaymentOfTransaction(string PaymentIntentId, bool IsCharge);

/// <param name="Id">Stripe's.</param>
/// <param name="Amount">In the currency of the balance.</param>
/// <param name="Status">Stripe's word.</param>
/// <param name="FailureCode">Stripe's word; null unless it failed.</param>
/// <param name="ArrivalAt">When it is or was expected at the bank.</param>
/// <param name="CreatedAt">Stripe's clock; null when it does not say.</param>
/// <param name="IsAutomatic">Only of these Stripe says what they are made of.</param>
/// <param name="IsComplete">Stripe has settled which transactions are in it.</param>
public sealed record PayoutSnapshot(
    string Id, Money Amount, string Status, string? FailureCode, DateTimeOffset? ArrivalAt, DateTimeOffset? CreatedAt, bool IsAutomatic, bool IsComplete);
