using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Newsroom.Backend.Donations;

public enum StripeEventState
{
    Received,
    Applied,

    /// <summary>A type or object that means nothing to gifts.</summary>
    Ignored,

    /// <summary>Money for a gift that cannot have it: a <see cref="Books.UnmatchedPayment"/> waits for a person.</summary>
    Unmatched,
    Failed,
}

/// <summary>The webhook inbox: stored under Stripe's unique event id before Stripe is answered, worked on afterwards.</summary>
public sealed class StripeEvent
{
    public const string CardDeclined = "payment_intent.payment_failed";

    public long Id { get; private set; }
    public required string EventId { get; init; }
    public required string Type { get; init; }

    /// <summary>What the event is about: <c>checkout.session</c>, <c>invoice</c> … Only its id is used; the object is fetched afresh.</summary>
    public required string ObjectType { get; init; }
    public required string? ObjectId { get; init; }
    public required string? ApiVersion { get; init; }
    public required bool LiveMode { get; init; }

    /// <summary>Stripe's clock.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset ReceivedAt { get; init; }
    public StripeEventState State { get; set; } = StripeEventState.Received;
    public int Attempts { get; set; }
    public DateTimeOffset? NextAttemptAt { get; set; }
    public DateTimeOffset? LeaseUntil { get; set; }
    public DateTimeOffset? HandledAt { get; set; }

    /// <summary>The gift it is about, as a declined payment says itself, or as it turned out to be.</summary>
    public long? DonationId { get; set; }

    /// <summary>Public id of the gift that a declined payment names; not stored.</summary>
    public string? NamedGift { get; init; }
    public string? LastError { get; set; }
}

internal sealed class StripeEventMapping : IEntityTypeConfiguration<StripeEvent>
{
    public void Configure(EntityTypeBuilder<StripeEvent> builder)
    {
        builder.Ignore(e => e.NamedGift);
        builder.Property(e => e.EventId).HasMaxLength(255);
        builder.Property(e => e.Type).HasMaxLength(100);
        builder.Property(e => e.ObjectType).HasMaxLength(100);
        builder.Property(e => e.ObjectId).HasMaxLength(255);
        builder.Property(e => e.ApiVersion).HasMaxLength(64);
        builder.Property(e => e.LastError).HasMaxLength(500);
        builder.HasIndex(e => e.EventId).IsUnique();
        builder.HasIndex(e => e.DonationId);
        builder.HasIndex(e => new { e.Type, e.ReceivedAt });
        builder.HasIndex(e => new { e.State, e.NextAttemptAt }).HasDatabaseName("IX_StripeEvents_Due");
    }
}
