using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Subscribers;

public enum SubscriberStatus
{
    Pending,
    Confirmed,
    Left,
    Bounced,
    Complained,
    Suppressed,
    Erased,
}

/// <summary>A person's address and its state. One row per address for ever; what it subscribes to are <see cref="Subscription"/>s.</summary>
public sealed class Subscriber
{
    public const int NameLength = 120;

    public long Id { get; private set; }
    public string PublicId { get; private set; } = Primitives.PublicId.New("sub");
    public required string Address { get; set; }

    /// <summary><see cref="EmailAddress.Key"/>: unique.</summary>
    public required string AddressKey { get; set; }
    public string? Name { get; set; }
    public SubscriberStatus Status { get; set; } = SubscriberStatus.Pending;
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? ConfirmedAt { get; set; }
    public DateTimeOffset? LeftAt { get; set; }
}

public enum SubscriptionState
{
    /// <summary>Asked for, not confirmed: gets nothing but the confirmation mail.</summary>
    Pending,
    Active,
    Left,
}

/// <summary>Subscriber × newsletter.</summary>
public sealed class Subscription
{
    public long Id { get; private set; }

    /// <summary>What the unsubscribe link's token is derived from.</summary>
    public string PublicId { get; private set; } = Primitives.PublicId.New("sn");
    public long SubscriberId { get; init; }
    public Subscriber Subscriber { get; init; } = null!;
    public int NewsletterId { get; init; }
    public SubscriptionState State { get; set; } = SubscriptionState.Pending;

    /// <summary>SHA-256 of the unsubscribe token (purpose "leave").</summary>
    public required string LeaveTokenHash { get; set; }
    public required DateTimeOffset RequestedAt { get; set; }
    public DateTimeOffset? ConfirmedAt { get; set; }
    public DateTimeOffset? LeftAt { get; set; }
}

internal sealed class SubscriberMapping : IEntityTypeConfiguration<Subscriber>, IEntityTypeConfiguration<Subscription>
{
    public void Configure(EntityTypeBuilder<Subscriber> builder)
    {
        builder.Property(s => s.PublicId).HasMaxLength(PublicId.MaxLength);
        builder.Property(s => s.Address).HasMaxLength(254);
        builder.Property(s => s.AddressKey).HasMaxLength(254);
        builder.Property(s => s.Name).HasMaxLength(Subscriber.NameLength);
        builder.HasIndex(s => s.PublicId).IsUnique();
        builder.HasIndex(s => s.AddressKey).IsUnique();
        builder.HasIndex(s => new { s.Status, s.Id }).HasDatabaseName("IX_Subscribers_ListByStatus");
    }

    public void Configure(EntityTypeBuilder<Subscription> builder)
    {
        builder.Property(s => s.PublicId).HasMaxLength(PublicId.MaxLength);
        builder.Property(s => s.LeaveTokenHash).HasMaxLength(SecretToken.HashLength);
        builder.HasOne<Newsletters.Newsletter>().WithMany().HasForeignKey(s => s.NewsletterId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(s => s.PublicId).IsUnique();
        builder.HasIndex(s => s.LeaveTokenHash).IsUnique();
        builder.HasIndex(s => new { s.SubscriberId, s.NewsletterId }).IsUnique();
        builder.HasIndex(s => new { s.NewsletterId, s.State, s.SubscriberId }).HasDatabaseName("IX_Subscriptions_Audience");
    }
}
