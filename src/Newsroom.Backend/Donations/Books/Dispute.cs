using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Newsroom.Backend.Donations.Books;

/// <summary>A donor's bank wants a payment back, or asks about it.</summary>
public sealed class Dispute
{
    public long Id { get; private set; }
    public required long DonationId { get; init; }
    public Donation Donation { get; private set; } = null!;

    /// <summary>Stripe's (<c>dp_…</c>), unique.</summary>
    public required string DisputeId { get; init; }

    /// <summary>In the gift's currency.</summary>
    public required long AmountMinor { get; init; }

    /// <summary>Stripe's word (https://docs.stripe.com/api/disputes/object#dispute_object-status), or one it adds later.</summary>
    public required string Status { get; set; }
    public required string? Reason { get; init; }

    /// <summary>Until when evidence is heard (Stripe's clock); null when none is asked for.</summary>
    public DateTimeOffset? EvidenceDueBy { get; set; }

    /// <summary>When we had Stripe stop collecting for the plan of the gift; null for a single gift, and until then.</summary>
    public DateTimeOffset? PlanHeldAt { get; set; }

    /// <summary>When somebody had resumed it at Stripe: a later pause is another matter.</summary>
    public DateTimeOffset? PlanReleasedAt { get; set; }

    /// <summary>When we had Stripe end the plan, because the dispute was lost.</summary>
    public DateTimeOffset? PlanEndedAt { get; set; }

    /// <summary>Stripe's clock.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
}

internal sealed class DisputeMapping : IEntityTypeConfiguration<Dispute>
{
    public void Configure(EntityTypeBuilder<Dispute> builder)
    {
        builder.Property(d => d.DisputeId).HasMaxLength(StripeTransaction.IdLength);
        builder.Property(d => d.Status).HasMaxLength(40);
        builder.Property(d => d.Reason).HasMaxLength(64);
        builder.HasOne(d => d.Donation).WithMany().HasForeignKey(d => d.DonationId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(d => d.DisputeId).IsUnique();
        builder.HasIndex(d => d.DonationId);
    }
}
