using Newsroom.Backend.Donations.Books;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Donations.Staff;

/// <summary>A gift's state in words, and how it feels.</summary>
public static class GiftStateWords
{
    public static string Of(DonationStatus status) => status switch
    {
        DonationStatus.Draft => "begun",
        DonationStatus.CheckoutOpen => "at the payment page",
        DonationStatus.Deferred => "waits for Stripe",
        DonationStatus.Processing => "at the bank",
        DonationStatus.Succeeded => "paid",
        DonationStatus.PartiallyRefunded => "partly refunded",
        DonationStatus.DisputeLost => "dispute lost",
        DonationStatus.LateFailed => "came back unpaid",
        DonationStatus.InReview => "in review",
        _ => status.ToString().ToLowerInvariant(),
    };

    public static Tone ToneOf(DonationStatus status) => status switch
    {
        DonationStatus.Succeeded => Tone.Good,
        DonationStatus.Processing or DonationStatus.CheckoutOpen => Tone.Busy,
        DonationStatus.Deferred or DonationStatus.Disputed or DonationStatus.PartiallyRefunded or DonationStatus.InReview => Tone.Warn,
        DonationStatus.Failed or DonationStatus.DisputeLost or DonationStatus.LateFailed or DonationStatus.Rejected => Tone.Bad,
        _ => Tone.Neutral,
    };
}

public static class PlanStateWords
{
    public static string Of(PlanStatus status) => status switch
    {
        PlanStatus.Pending => "begun",
        PlanStatus.PastDue => "payment missing",
        PlanStatus.ActionRequired => "waits for the donor",
        PlanStatus.CancelScheduled => "ends after this period",
        PlanStatus.Canceled => "ended",
        PlanStatus.Lapsed => "ended unpaid",
        _ => status.ToString().ToLowerInvariant(),
    };

    public static Tone ToneOf(PlanStatus status) => status switch
    {
        PlanStatus.Active => Tone.Good,
        PlanStatus.PastDue or PlanStatus.ActionRequired or PlanStatus.CancelScheduled => Tone.Warn,
        PlanStatus.Held or PlanStatus.Failed or PlanStatus.Lapsed => Tone.Bad,
        PlanStatus.Paused => Tone.Busy,
        _ => Tone.Neutral,
    };
}

public static class BookWords
{
    public static string Of(TransactionKind kind) => kind switch
    {
        TransactionKind.Charge => "payment",
        TransactionKind.ChargeFailure => "payment that came back",
        TransactionKind.RefundFailure => "refund that came back",
        TransactionKind.DisputeReversal => "dispute won back",
        TransactionKind.Fee => "fee",
        TransactionKind.PayoutReversal => "payout that came back",
        _ => kind.ToString().ToLowerInvariant(),
    };

    public static string Of(LedgerAccount account) => account switch
    {
        LedgerAccount.StripeBalance => "Balance at Stripe",
        LedgerAccount.Income => "Income",
        LedgerAccount.StripeFees => "Stripe's fees",
        LedgerAccount.Refunds => "Refunds",
        LedgerAccount.FailedPayments => "Payments that came back",
        LedgerAccount.Disputes => "Disputes",
        LedgerAccount.DisputeFees => "Dispute fees",
        LedgerAccount.Bank => "Your bank",
        LedgerAccount.Other => "Other",
        _ => throw new ArgumentOutOfRangeException(nameof(account), account, "No such account."),
    };

    public static string Of(PayoutAgreement agreement) => agreement switch
    {
        PayoutAgreement.Waiting => "not compared yet",
        PayoutAgreement.Agrees => "adds up",
        PayoutAgreement.Differs => "does not add up",
        PayoutAgreement.Manual => "by hand: not compared",
        _ => throw new ArgumentOutOfRangeException(nameof(agreement), agreement, "No such agreement."),
    };

    public static Tone ToneOf(PayoutAgreement agreement) => agreement switch
    {
        PayoutAgreement.Agrees => Tone.Good,
        PayoutAgreement.Differs => Tone.Bad,
        PayoutAgreement.Waiting => Tone.Busy,
        _ => Tone.Neutral,
    };
}

/// <summary>Who gave, as far as it is still known.</summary>
public static class DonorWords
{
    public static bool IsErased(string address) => address.EndsWith("@" + DonorPersonalData.ErasedDomain, StringComparison.Ordinal);

    public static string Of(string? name, string address) => IsErased(address) ? "erased" : name ?? address;
}
