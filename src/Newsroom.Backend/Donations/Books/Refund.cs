using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Newsroom.Backend.Donations.Books;

/// <summary>Money given back, wherever that was done: here or in Stripe's dashboard.</summary>
public sealed class Refund
{
    public long Id { get; private set; }
    public required long DonationId { get; init; }
    public Donation Donation { get; private set; } = null!;

    /// <summary>Stripe's (<c>re_…</c>), unique.</summary>
    public required string RefundId { get; init; }

    /// <summary>In the gift's currency.</summary>
    public required long AmountMinor { get; init; }

    /// <summary>Stripe's word: <c>pending</c>, <c>requires_action</c>, <c>succeeded</c>, <c>failed</c> or <c>canceled</c>, or one it adds later.</summary>
    public required string Status { get; set; }
    public string? Reason { get; set; }
    public string? FailureReason { get; set; }

    /// <summary>Stripe's clock.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
}

internal sealed class RefundMapping : IEntityTypeConfiguration<Refund>
{
    public void Configure(EntityTypeBuilder<Refund> builder)
    {
        builder.Property(r => r.RefundId).HasMaxLength(StripeTransaction.IdLength);
        builder.Property(r => r.Status).HasMaxLength(40);
        builder.Property(r => r.Reason).HasMaxLength(64);
        builder.Property(r => r.FailureReason).HasMaxLength(64);
        builder.HasOne(r => r.Donation).WithMany().HasForeignKey(r => r.DonationId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(r => r.RefundId).IsUnique();
        builder.HasIndex(r => r.DonationId);
    }
}
