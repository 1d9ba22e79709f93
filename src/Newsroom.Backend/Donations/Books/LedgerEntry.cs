using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Newsroom.Backend.Donations.Books;

public enum LedgerAccount
{
    /// <summary>The balance at Stripe: up when money comes.</summary>
    StripeBalance,

    /// <summary>What was charged: gifts, and what else the account sells. Its entries are negative: it is where the money comes from.</summary>
    Income,
    StripeFees,
    Refunds,

    /// <summary>Bank debits that came back.</summary>
    FailedPayments,
    Disputes,
    DisputeFees,

    /// <summary>The newsroom's own bank: up when a payout leaves Stripe.</summary>
    Bank,
    Other,
}

/// <summary>One line of the double-entry ledger. Those of one transaction add up to nothing.</summary>
public sealed class LedgerEntry
{
    public long Id { get; private set; }
    public long TransactionId { get; private set; }
    public StripeTransaction Transaction { get; private set; } = null!;

    /// <summary>At most one entry of a transaction in each account.</summary>
    public required LedgerAccount Account { get; init; }

    /// <summary>A debit is positive, a credit negative; in the currency of the balance.</summary>
    public required long AmountMinor { get; init; }
    public required string CurrencyCode { get; init; }

    /// <summary>What a movement is in the books: the balance by its net, the fee, and against both where the money came from or went to.</summary>
    public static IEnumerable<LedgerEntry> Of(TransactionKind kind, long amountMinor, long feeMinor, string currencyCode)
    {
        var fees = kind is TransactionKind.Dispute or TransactionKind.DisputeReversal ? LedgerAccount.DisputeFees : LedgerAccount.StripeFees;
        (LedgerAccount Account, long Minor)[] lines =
        [
            (LedgerAccount.StripeBalance, amountMinor - feeMinor),
            (fees, feeMinor),
            (Against(kind), -amountMinor),
        ];
        return lines.GroupBy(l => l.Account, l => l.Minor)
            .Select(g => new LedgerEntry { Account = g.Key, AmountMinor = g.Sum(), CurrencyCode = currencyCode })
            .Where(e => e.AmountMinor != 0);
    }

    private static LedgerAccount Against(TransactionKind kind) => kind switch
    {
        TransactionKind.Charge => LedgerAccount.Income,
        TransactionKind.ChargeFailure => LedgerAccount.FailedPayments,
        TransactionKind.Refund or TransactionKind.RefundFailure => LedgerAccount.Refunds,
        TransactionKind.Dispute or TransactionKind.DisputeReversal => LedgerAccount.Disputes,
        TransactionKind.Fee => LedgerAccount.StripeFees,
        TransactionKind.Payout or TransactionKind.PayoutReversal => LedgerAccount.Bank,
        TransactionKind.Other => LedgerAccount.Other,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };
}

internal sealed class LedgerEntryMapping : IEntityTypeConfiguration<LedgerEntry>
{
    public void Configure(EntityTypeBuilder<LedgerEntry> builder)
    {
        builder.Property(e => e.CurrencyCode).HasMaxLength(3);
        builder.HasOne(e => e.Transaction).WithMany(t => t.Entries).HasForeignKey(e => e.TransactionId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(e => new { e.TransactionId, e.Account }).IsUnique();
        builder.HasIndex(e => new { e.Account, e.Id }).HasDatabaseName("IX_LedgerEntries_ListByAccount");
    }
}
