using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Digests;

public enum DigestStatus
{
    Draft,
    Scheduled,
    Sending,
    Paused,
    Sent,
    Skipped,
    Stopped,
    Cancelled,
}

/// <summary>One edition of a newsletter. <c>Draft → Scheduled → Sending ⇄ Paused → Sent</c>; see <see cref="DigestStatus"/> for the other ends.</summary>
public sealed class Digest
{
    public const int SubjectLength = 200;
    public const int NoteLength = 4000;

    public int Id { get; private set; }
    public string PublicId { get; private set; } = Primitives.PublicId.New("dig");
    public int NewsletterId { get; init; }

    /// <summary>Counts the newsletter's editions from 1; unique per newsletter.</summary>
    public required int Number { get; init; }
    public required string Subject { get; set; }

    /// <summary>The editor's note: plain text, blank lines between paragraphs.</summary>
    public string? Note { get; set; }
    public DigestStatus Status { get; private set; } = DigestStatus.Draft;

    /// <summary>Why it was skipped, stopped or paused by the program, in one sentence.</summary>
    public string? Reason { get; private set; }

    /// <summary>Highest story id looked at when it was made: the next digest of this newsletter begins behind it.</summary>
    public long StoriesThroughId { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? ScheduledAt { get; private set; }
    public DateTimeOffset? StartedAt { get; private set; }
    public DateTimeOffset? FinishedAt { get; private set; }

    /// <summary>Audience rows written and counted; null until planning is complete. No mail leaves before.</summary>
    public int? PlannedCount { get; private set; }
    public List<DigestStory> Stories { get; } = [];
}

/// <summary>A story in a digest, in the words it had when the digest was made: what was sent stays what was sent.</summary>
public sealed class DigestStory
{
    public int Id { get; private set; }
    public int DigestId { get; init; }
    public long StoryId { get; init; }
    public required int Position { get; set; }
    public required string Title { get; set; }
    public required string Summary { get; set; }
    public required string Link { get; set; }
    public string? Author { get; set; }
    public string? Section { get; set; }
    public string? ImageUrl { get; set; }
    public string? Language { get; set; }
}

/// <summary>A newsletter's cadence on one local date: unique, so restarts, retries and two nodes make one digest of it.</summary>
public sealed class DigestSlot
{
    public int Id { get; private set; }
    public int NewsletterId { get; init; }
    public required DateOnly LocalDate { get; init; }
    public required DateTimeOffset DueAt { get; init; }
    public required DateTimeOffset TakenAt { get; init; }
    public int? DigestId { get; set; }

    /// <summary>Null while it is made; then <c>sent to sending</c>, or why it was skipped.</summary>
    public string? Outcome { get; set; }
}

internal sealed class DigestMapping : IEntityTypeConfiguration<Digest>, IEntityTypeConfiguration<DigestStory>, IEntityTypeConfiguration<DigestSlot>
{
    public void Configure(EntityTypeBuilder<Digest> builder)
    {
        builder.Property(d => d.PublicId).HasMaxLength(PublicId.MaxLength);
        builder.Property(d => d.Subject).HasMaxLength(Digest.SubjectLength);
        builder.Property(d => d.Note).HasMaxLength(Digest.NoteLength);
        builder.Property(d => d.Reason).HasMaxLength(500);
        builder.HasOne<Newsletters.Newsletter>().WithMany().HasForeignKey(d => d.NewsletterId).OnDelete(DeleteBehavior.Restrict);
        builder.HasMany(d => d.Stories).WithOne().HasForeignKey(s => s.DigestId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(d => d.PublicId).IsUnique();
        builder.HasIndex(d => new { d.NewsletterId, d.Number }).IsUnique();
        builder.HasIndex(d => new { d.Status, d.ScheduledAt }).HasDatabaseName("IX_Digests_Due");
    }

    public void Configure(EntityTypeBuilder<DigestStory> builder)
    {
        builder.Property(s => s.Title).HasMaxLength(400);
        builder.Property(s => s.Summary).HasMaxLength(2000);
        builder.Property(s => s.Link).HasMaxLength(2000);
        builder.Property(s => s.Author).HasMaxLength(200);
        builder.Property(s => s.Section).HasMaxLength(120);
        builder.Property(s => s.ImageUrl).HasMaxLength(2000);
        builder.Property(s => s.Language).HasMaxLength(35);
        builder.HasOne<Stories.Story>().WithMany().HasForeignKey(s => s.StoryId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(s => new { s.DigestId, s.StoryId }).IsUnique();
    }

    public void Configure(EntityTypeBuilder<DigestSlot> builder)
    {
        builder.Property(s => s.Outcome).HasMaxLength(500);
        builder.HasOne<Newsletters.Newsletter>().WithMany().HasForeignKey(s => s.NewsletterId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(s => new { s.NewsletterId, s.LocalDate }).IsUnique();
    }
}
