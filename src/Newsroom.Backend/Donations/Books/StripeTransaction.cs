using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Newsroom.Backend.Donations.Books;

/// <summary>What a movement of the balance at Stripe is: its reporting category (https://docs.stripe.com/reports/reporting-categories).</summary>
public enum TransactionKind
{
    Charge,

    /// <summary>A bank debit that came back after it had succeeded.</summary>
    ChargeFailure,
    Refund,

    /// <summary>A refund the donor's bank did not take: the money is back in the balance.</summary>
    RefundFailure,
    Dispute,
    DisputeReversal,
    Fee,
    Payout,

    /// <summary>A payout that the newsroom's bank did not take.</summary>
    PayoutReversal,
    Other,
}

/// <summary>
/// One balance transaction of Stripe's, as Stripe settled it: the only source of amounts in the books. Stripe never changes one, so neither is
/// it changed here; what it belongs to may become known later.
/// </summary>
public sealed class StripeTransaction
{
    public const int IdLength = 255;

    public long Id { get; private set; }

    /// <summary>Stripe's (<c>txn_…</c>), unique: a movement is booked once, whoever brings it.</summary>
    public required string TransactionId { get; init; }
    public required TransactionKind Kind { get; init; }

    /// <summary>Stripe's own word for it: what <see cref="Kind"/> does not know is still told apart.</summary>
    public required string Category { get; init; }

    /// <summary>The charge, refund, dispute or payout that moved the money.</summary>
    public required string? SourceId { get; init; }

    /// <summary>What moved, before <see cref="FeeMinor"/>; negative when it left. In the currency of the balance, not of the gift.</summary>
    public required long AmountMinor { get; init; }
    public required long FeeMinor { get; init; }

    /// <summary>By how much the balance changed: <see cref="AmountMinor"/> − <see cref="FeeMinor"/>.</summary>
    public required long NetMinor { get; init; }
    public required string CurrencyCode { get; init; }

    /// <summary>From the gift's currency to the balance's; null when they are the same.</summary>
    public required decimal? ExchangeRate { get; init; }

    /// <summary>False: made with a test key, no money. The two modes are two accounts, and their sums are never mixed.</summary>
    public required bool LiveMode { get; init; }

    /// <summary>Stripe's clock.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The gift it is about; null for payouts, Stripe's own fees, and what else the account sells.</summary>
    public long? DonationId { get; set; }
    public Donation? Donation { get; init; }

    /// <summary>The payout that carried it to the bank; null until that is reconciled.</summary>
    public long? PayoutId { get; set; }
    public Payout? Payout { get; init; }
    public List<LedgerEntry> Entries { get; init; } = [];
}

internal sealed class StripeTransactionMapping : IEntityTypeConfiguration<StripeTransaction>
{
    public void Configure(EntityTypeBuilder<StripeTransaction> builder)
    {
        builder.Property(t => t.TransactionId).HasMaxLength(StripeTransaction.IdLength);
        builder.Property(t => t.Category).HasMaxLength(64);
        builder.Property(t => t.SourceId).HasMaxLength(StripeTransaction.IdLength);
        builder.Property(t => t.CurrencyCode).HasMaxLength(3);
        builder.Property(t => t.ExchangeRate).HasPrecision(18, 8);
        builder.HasOne(t => t.Donation).WithMany().HasForeignKey(t => t.DonationId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne(t => t.Payout).WithMany().HasForeignKey(t => t.PayoutId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(t => t.TransactionId).IsUnique();
        builder.HasIndex(t => t.DonationId);
        builder.HasIndex(t => t.PayoutId);
        builder.HasIndex(t => t.CreatedAt);
        // All that a month's sum needs, so that it reads no row.
        builder.HasIndex(t => new { t.LiveMode, t.Kind, t.CreatedAt, t.CurrencyCode, t.AmountMinor, t.DonationId }).HasDatabaseName("IX_StripeTransactions_SumByMonth");
        builder.HasIndex(t => new { t.LiveMode, t.Kind, t.CurrencyCode, t.AmountMinor, t.FeeMinor }).HasDatabaseName("IX_StripeTransactions_SumByKind");
    }
}
