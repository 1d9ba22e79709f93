using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Stories;

/// <summary>An article of the newsroom, taken in from a feed or pushed by the site. <see cref="Id"/> is the order of intake.</summary>
public sealed class Story
{
    public long Id { get; private set; }
    public string PublicId { get; private set; } = Primitives.PublicId.New("sto");

    /// <summary>The feed's guid (normalised) or the canonical link when there is none: SHA-256, lower-case hex. Unique.</summary>
    public required string IdentityHash { get; init; }

    /// <summary>SHA-256 of the canonical link: the second way to know a story again. Unique.</summary>
    public required string LinkHash { get; set; }
    public required string Link { get; set; }
    public required string Title { get; set; }

    /// <summary>Plain text.</summary>
    public string Summary { get; set; } = "";
    public string? Author { get; set; }
    public string? Section { get; set; }
    public string? ImageUrl { get; set; }

    /// <summary>BCP 47, when the feed says.</summary>
    public string? Language { get; set; }

    /// <summary>What the site says; never decides what is new.</summary>
    public DateTimeOffset? PublishedAt { get; set; }

    /// <summary>When it was taken in. "New since the last digest" goes by <see cref="Id"/>, not by any clock.</summary>
    public required DateTimeOffset FirstSeenAt { get; init; }

    /// <summary>Was already on the site when its feed was first read: not offered to digests by itself.</summary>
    public bool SeenBefore { get; init; }

    /// <summary>Null: for every newsletter. Otherwise only for this one (<c>Stories:Feeds:N:Newsletter</c>).</summary>
    public int? NewsletterId { get; init; }
    public int? FeedId { get; init; }
    public DateTimeOffset? WithdrawnAt { get; set; }
}

/// <summary>A polled feed and how its last polls went.</summary>
public sealed class Feed
{
    public int Id { get; private set; }
    public required string Url { get; init; }
    public string? ETag { get; set; }
    public string? LastModified { get; set; }
    public DateTimeOffset? FirstReadAt { get; set; }
    public DateTimeOffset? LastReadAt { get; set; }
    public DateTimeOffset? LastUnconditionalAt { get; set; }
    public DateTimeOffset? LastFailedAt { get; set; }
    public string? LastError { get; set; }
    public int FailuresInARow { get; set; }
    public DateTimeOffset? LeaseUntil { get; set; }
}

internal sealed class StoryMapping : IEntityTypeConfiguration<Story>, IEntityTypeConfiguration<Feed>
{
    public void Configure(EntityTypeBuilder<Story> builder)
    {
        builder.Property(s => s.PublicId).HasMaxLength(PublicId.MaxLength);
        builder.Property(s => s.IdentityHash).HasMaxLength(64);
        builder.Property(s => s.LinkHash).HasMaxLength(64);
        builder.Property(s => s.Link).HasMaxLength(2000);
        builder.Property(s => s.Title).HasMaxLength(400);
        builder.Property(s => s.Summary).HasMaxLength(2000);
        builder.Property(s => s.Author).HasMaxLength(200);
        builder.Property(s => s.Section).HasMaxLength(120);
        builder.Property(s => s.ImageUrl).HasMaxLength(2000);
        builder.Property(s => s.Language).HasMaxLength(35);
        builder.HasIndex(s => s.PublicId).IsUnique();
        builder.HasIndex(s => s.IdentityHash).IsUnique();
        builder.HasIndex(s => s.LinkHash).IsUnique();
        builder.HasOne<Feed>().WithMany().HasForeignKey(s => s.FeedId).OnDelete(DeleteBehavior.SetNull);
        builder.HasOne<Newsletters.Newsletter>().WithMany().HasForeignKey(s => s.NewsletterId).OnDelete(DeleteBehavior.Restrict);
    }

    public void Configure(EntityTypeBuilder<Feed> builder)
    {
        // SQL Server indexes at most 1,700 bytes: 450 characters of nvarchar.
        builder.Property(f => f.Url).HasMaxLength(450);
        builder.Property(f => f.ETag).HasMaxLength(400);
        builder.Property(f => f.LastModified).HasMaxLength(100);
        builder.Property(f => f.LastError).HasMaxLength(500);
        builder.HasIndex(f => f.Url).IsUnique();
    }
}
