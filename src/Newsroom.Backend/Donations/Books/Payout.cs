using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Newsroom.Backend.Donations.Books;

public enum PayoutAgreement
{
    /// <summary>Stripe has not said yet what it is made of.</summary>
    Waiting,

    /// <summary>Its transactions add up to it.</summary>
    Agrees,

    /// <summary>They do not: <see cref="Payout.DifferenceMinor"/> is unexplained.</summary>
    Differs,

    /// <summary>Asked for by hand: Stripe does not say which transactions are in it.</summary>
    Manual,
}

/// <summary>Money on its way from Stripe to the newsroom's bank.</summary>
public sealed class Payout
{
    public long Id { get; private set; }

    /// <summary>Stripe's (<c>po_…</c>), unique.</summary>
    public required string PayoutId { get; init; }
    public required long AmountMinor { get; init; }
    public required string CurrencyCode { get; init; }

    /// <summary>Stripe's word: <c>pending</c>, <c>in_transit</c>, <c>paid</c>, <c>failed</c> or <c>canceled</c>. A paid one may still fail.</summary>
    public required string Status { get; set; }
    public string? FailureCode { get; set; }
    public DateTimeOffset? ArrivalAt { get; set; }

    /// <inheritdoc cref="StripeTransaction.LiveMode"/>
    public required bool LiveMode { get; init; }

    /// <summary>Stripe's clock.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
    public PayoutAgreement Agreement { get; set; } = PayoutAgreement.Waiting;

    /// <summary>The payout less the sum of its transactions; null while nobody could add them up.</summary>
    public long? DifferenceMinor { get; set; }
}

internal sealed class PayoutMapping : IEntityTypeConfiguration<Payout>
{
    public void Configure(EntityTypeBuilder<Payout> builder)
    {
        builder.Property(p => p.PayoutId).HasMaxLength(StripeTransaction.IdLength);
        builder.Property(p => p.CurrencyCode).HasMaxLength(3);
        builder.Property(p => p.Status).HasMaxLength(40);
        builder.Property(p => p.FailureCode).HasMaxLength(64);
        builder.HasIndex(p => p.PayoutId).IsUnique();
        builder.HasIndex(p => p.CreatedAt);
    }
}
