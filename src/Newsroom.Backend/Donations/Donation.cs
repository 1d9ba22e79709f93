using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Newsroom.Backend.Primitives;

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

/// <summary>One gift: a single one, or one paid month of a <see cref="RecurringPlan"/>.</summary>
public sealed class Donation
{
    public long Id { get; private set; }
    public string PublicId { get; private set; } = Primitives.PublicId.New("don");

    /// <summary>Set when the gift is booked: an attempt never becomes a donor.</summary>
    public long? DonorId { get; set; }
    public long? PlanId { get; set; }
    public required string Address { get; set; }
    public string? Name { get; set; }
    public required long AmountMinor { get; set; }
    public required string CurrencyCode { get; set; }
    public required Frequency Frequency { get; init; }
    public DonationStatus Status { get; set; } = DonationStatus.Draft;

    /// <summary>Counts checkout sessions asked of Stripe: part of the idempotency key.</summary>
    public int Attempt { get; set; } = 1;
    public string? SessionId { get; set; }
    public string? SessionUrl { get; set; }

    /// <summary>The paid invoice of a plan: unique, so a month is booked once.</summary>
    public string? InvoiceId { get; set; }
    public string? PaymentIntentId { get; set; }
    public bool LiveMode { get; set; }
    public bool CoversFees { get; init; }
    public bool Anonymous { get; init; }
    public string? Campaign { get; init; }
    public string? Message { get; init; }

    /// <summary>Where the donor came from (<c>src</c>).</summary>
    public string? Attribution { get; init; }

    /// <summary>Slug ticked on the form; the sign-up goes through the readers' own confirmation.</summary>
    public string? NewsletterOptIn { get; init; }
    public string? LastError { get; set; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When Stripe took the money (its clock).</summary>
    public DateTimeOffset? PaidAt { get; set; }

    public Money Amount => new(AmountMinor, Currency.Parse(CurrencyCode));
}

internal sealed class DonationMapping : IEntityTypeConfiguration<Donation>
{
    public void Configure(EntityTypeBuilder<Donation> builder)
    {
        builder.Ignore(d => d.Amount);
        builder.Property(d => d.PublicId).HasMaxLength(PublicId.MaxLength);
        builder.Property(d => d.Address).HasMaxLength(254);
        builder.Property(d => d.Name).HasMaxLength(120);
        builder.Property(d => d.CurrencyCode).HasMaxLength(3);
        builder.Property(d => d.SessionId).HasMaxLength(255);
        builder.Property(d => d.SessionUrl).HasMaxLength(2000);
        builder.Property(d => d.InvoiceId).HasMaxLength(255);
        builder.Property(d => d.PaymentIntentId).HasMaxLength(255);
        builder.Property(d => d.Campaign).HasMaxLength(64);
        builder.Property(d => d.Message).HasMaxLength(500);
        builder.Property(d => d.Attribution).HasMaxLength(200);
        builder.Property(d => d.NewsletterOptIn).HasMaxLength(64);
        builder.Property(d => d.LastError).HasMaxLength(500);
        builder.HasOne<Donor>().WithMany().HasForeignKey(d => d.DonorId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<RecurringPlan>().WithMany().HasForeignKey(d => d.PlanId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(d => d.PublicId).IsUnique();
        builder.HasIndex(d => d.SessionId).IsUnique();
        builder.HasIndex(d => d.InvoiceId).IsUnique();
        builder.HasIndex(d => new { d.Status, d.CreatedAt }).HasDatabaseName("IX_Donations_Open");
    }
}
