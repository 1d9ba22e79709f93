using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Subscribers;

/// <summary>One sign-up by one form: what its confirmation mail's button confirms, and nothing else.</summary>
public sealed class SignUpRequest
{
    public long Id { get; private set; }
    public string PublicId { get; private set; } = Primitives.PublicId.New("req");
    public long SubscriberId { get; init; }
    public Subscriber Subscriber { get; init; } = null!;

    /// <summary>Ids of the newsletters asked for, ascending, comma-separated.</summary>
    public required string NewsletterIds { get; init; }

    /// <summary>SHA-256 of the confirmation token (purpose "confirm").</summary>
    public required string TokenHash { get; set; }
    public required DateTimeOffset RequestedAt { get; init; }
    public required DateTimeOffset ExpiresAt { get; init; }
    public DateTimeOffset? ConfirmedAt { get; set; }
}

public enum ConsentEvent
{
    Requested,
    Confirmed,
    Withdrawn,
}

/// <summary>Append-only evidence (GDPR Art. 7(1)): what was agreed in which words, when, from where. Never updated.</summary>
public sealed class Consent
{
    public long Id { get; private set; }
    public long SubscriberId { get; init; }
    public required ConsentEvent Event { get; init; }

    /// <summary>Slugs of the newsletters, comma-separated.</summary>
    public required string Newsletters { get; init; }

    /// <summary>The exact sentence the person saw, and its version.</summary>
    public required string Wording { get; init; }
    public required string WordingVersion { get; init; }

    /// <summary>How it was said: <c>form</c>, <c>api</c>, <c>confirm-page</c>, <c>one-click</c>, <c>unsubscribe-page</c>.</summary>
    public required string Method { get; init; }

    /// <summary>The form or page, as it named itself.</summary>
    public string? Source { get; init; }
    public required DateTimeOffset At { get; init; }
}

internal sealed class SignUpRequestMapping : IEntityTypeConfiguration<SignUpRequest>, IEntityTypeConfiguration<Consent>
{
    public void Configure(EntityTypeBuilder<SignUpRequest> builder)
    {
        builder.Property(r => r.PublicId).HasMaxLength(PublicId.MaxLength);
        builder.Property(r => r.NewsletterIds).HasMaxLength(400);
        builder.Property(r => r.TokenHash).HasMaxLength(SecretToken.HashLength);
        builder.HasIndex(r => r.TokenHash).IsUnique();
        builder.HasIndex(r => new { r.SubscriberId, r.RequestedAt });
    }

    public void Configure(EntityTypeBuilder<Consent> builder)
    {
        builder.Property(c => c.Newsletters).HasMaxLength(1000);
        builder.Property(c => c.Wording).HasMaxLength(1000);
        builder.Property(c => c.WordingVersion).HasMaxLength(32);
        builder.Property(c => c.Method).HasMaxLength(32);
        builder.Property(c => c.Source).HasMaxLength(200);
        builder.HasOne<Subscriber>().WithMany().HasForeignKey(c => c.SubscriberId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(c => new { c.SubscriberId, c.Id });
    }
}
