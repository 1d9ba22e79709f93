using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Newsroom.Backend.Newsletters;

namespace Newsroom.Backend.Subscribers;

public enum ConsentEvent
{
    Requested,
    Confirmed,
    Withdrawn,
}

/// <summary>Append-only evidence (GDPR Art. 7(1)): what was agreed in which words, when, from where. Never updated.</summary>
public sealed class Consent
{
    public const int SourceLength = 200;

    public long Id { get; private set; }
    public long SubscriberId { get; init; }
    public Subscriber Subscriber { get; init; } = null!;
    public required ConsentEvent Event { get; init; }

    /// <summary>Slugs of the newsletters, comma-separated.</summary>
    public required string Newsletters { get; init; }

    /// <summary>The exact sentence the person saw, and its version.</summary>
    public required string Wording { get; init; }
    public required string WordingVersion { get; init; }

    /// <summary>How it was said: one of <see cref="ConsentMethod"/>.</summary>
    public required string Method { get; init; }

    /// <summary>The form or page, as it named itself.</summary>
    public string? Source { get; init; }
    public required DateTimeOffset At { get; init; }

    public static Consent Of(
        Subscriber subscriber, ConsentEvent what, IEnumerable<Newsletter> newsletters, ConsentWording wording, string method, string? source, DateTimeOffset now) =>
        new()
        {
            Subscriber = subscriber,
            Event = what,
            Newsletters = string.Join(',', newsletters.Select(n => n.Slug)),
            Wording = wording.Text,
            WordingVersion = wording.Version,
            Method = method,
            Source = source,
            At = now,
        };
}

internal sealed class ConsentMapping : IEntityTypeConfiguration<Consent>
{
    public void Configure(EntityTypeBuilder<Consent> builder)
    {
        // As long as all slugs of a newsroom's newsletters.
        builder.Property(c => c.Newsletters).HasMaxLength(2000);
        builder.Property(c => c.Wording).HasMaxLength(1000);
        builder.Property(c => c.WordingVersion).HasMaxLength(32);
        builder.Property(c => c.Method).HasMaxLength(32);
        builder.Property(c => c.Source).HasMaxLength(Consent.SourceLength);
        builder.HasOne(c => c.Subscriber).WithMany().HasForeignKey(c => c.SubscriberId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(c => new { c.SubscriberId, c.Id });
    }
}
