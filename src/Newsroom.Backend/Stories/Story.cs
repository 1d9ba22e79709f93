using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Stories;

/// <summary>An article of the newsroom, taken in from a feed or pushed by the site. <see cref="Id"/> is the order of intake.</summary>
public sealed class Story
{
    public const int LinkLength = 2000;
    public const int TitleLength = 400;
    public const int SummaryLength = 2000;
    public const int AuthorLength = 200;
    public const int SectionLength = 120;
    public const int LanguageLength = 35;

    public long Id { get; private set; }
    public string PublicId { get; private set; } = Primitives.PublicId.New("sto");

    /// <summary>Hash of the feed's guid, or of the link when there is none (see <see cref="StoryLink"/>). Unique.</summary>
    public required string IdentityHash { get; set; }

    /// <summary>Hash of the link: the second way to know a story again. Unique.</summary>
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

    /// <summary>
    /// Was already on the site when its feed was first read, or came in a heap of old stories: not offered to digests by itself.
    /// </summary>
    public bool SeenBefore { get; init; }

    /// <summary>Null: for every newsletter. Otherwise only for this one (<c>Stories:Feeds:N:Newsletter</c>).</summary>
    public int? NewsletterId { get; set; }

    /// <summary>The feed whose words it follows when they are edited; null for a pushed story no feed has shown yet.</summary>
    public int? FeedId { get; set; }
    public DateTimeOffset? WithdrawnAt { get; set; }

    /// <summary>Takes over the site's present words. What the site no longer says (a byline, an image) stays.</summary>
    public void Edit(StoryWords words)
    {
        Title = words.Title;
        Summary = words.Summary.Length > 0 ? words.Summary : Summary;
        Author = words.Author ?? Author;
        Section = words.Section ?? Section;
        ImageUrl = words.ImageUrl ?? ImageUrl;
        Language = words.Language ?? Language;
        PublishedAt = words.PublishedAt ?? PublishedAt;
    }
}

/// <summary>What a site says about a story: plain text, http(s) addresses, within the columns' lengths.</summary>
public sealed record StoryWords
{
    public required string Title { get; init; }
    public string Summary { get; init; } = "";
    public string? Author { get; init; }
    public string? Section { get; init; }
    public string? ImageUrl { get; init; }
    public string? Language { get; init; }
    public DateTimeOffset? PublishedAt { get; init; }
}

internal sealed class StoryMapping : IEntityTypeConfiguration<Story>
{
    public void Configure(EntityTypeBuilder<Story> builder)
    {
        builder.Property(s => s.PublicId).HasMaxLength(PublicId.MaxLength);
        builder.Property(s => s.IdentityHash).HasMaxLength(64);
        builder.Property(s => s.LinkHash).HasMaxLength(64);
        builder.Property(s => s.Link).HasMaxLength(Story.LinkLength);
        builder.Property(s => s.Title).HasMaxLength(Story.TitleLength);
        builder.Property(s => s.Summary).HasMaxLength(Story.SummaryLength);
        builder.Property(s => s.Author).HasMaxLength(Story.AuthorLength);
        builder.Property(s => s.Section).HasMaxLength(Story.SectionLength);
        builder.Property(s => s.ImageUrl).HasMaxLength(Story.LinkLength);
        builder.Property(s => s.Language).HasMaxLength(Story.LanguageLength);
        builder.HasIndex(s => s.PublicId).IsUnique();
        builder.HasIndex(s => s.IdentityHash).IsUnique();
        builder.HasIndex(s => s.LinkHash).IsUnique();
        builder.HasOne<Feed>().WithMany().HasForeignKey(s => s.FeedId).OnDelete(DeleteBehavior.SetNull);
        builder.HasOne<Newsletters.Newsletter>().WithMany().HasForeignKey(s => s.NewsletterId).OnDelete(DeleteBehavior.Restrict);
    }
}
