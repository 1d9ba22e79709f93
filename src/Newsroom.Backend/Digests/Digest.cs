using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Digests;

public enum DigestStatus
{
    Draft,
    Scheduled,
    Sending,
    Paused,
    Sent,

    /// <summary>Its slot came and nothing was new: no number, no readers, only the reason.</summary>
    Skipped,

    /// <summary>The program held it (see <see cref="Digest.Reason"/>); a person resumes or cancels it.</summary>
    Stopped,
    Cancelled,
}

/// <summary>A step its digest does not allow now. The message says why in a sentence for staff.</summary>
public sealed class IllegalDigestStepException(string why) : InvalidOperationException(why);

/// <summary>
/// One mailing of a newsletter: <c>Draft → Scheduled → Sending ⇄ Paused → Sent</c>, with the other ends of <see cref="DigestStatus"/>.
/// <see cref="Status"/> and <see cref="ScheduledAt"/> are its concurrency tokens: a step decided on old ones is not saved.
/// </summary>
public sealed class Digest
{
    public const int SubjectLength = 200;
    public const int NoteLength = 4000;
    public const int ReasonLength = 500;
    public const int ApartFromLength = 700;

    public int Id { get; private set; }
    public string PublicId { get; private set; } = Primitives.PublicId.New("dig");
    public int NewsletterId { get; init; }

    /// <summary>Counts the newsletter's own digests from 1; unique per newsletter. Null when skipped (readers see no gap) and for an edition.</summary>
    public required int? Number { get; init; }
    public required string Subject { get; set; }

    /// <summary>The editor's note: plain text, blank lines between paragraphs.</summary>
    public string? Note { get; set; }
    public DigestStatus Status { get; private set; } = DigestStatus.Draft;

    /// <summary>Why it was skipped or stopped, or what holds it up, in one sentence.</summary>
    public string? Reason { get; private set; }

    /// <summary>Highest story id looked at when it was made: the next digest of this newsletter begins behind it.</summary>
    public long StoriesThroughId { get; init; }

    /// <summary>Which readers' wish it follows.</summary>
    public Rhythm Rhythm { get; init; } = Rhythm.AsPublished;

    /// <summary>
    /// Null: one of the newsletter's own digests, for the readers in step with them. Otherwise an edition, with neither number nor web copy,
    /// for the readers of <see cref="Rhythm"/> whose <see cref="Subscription.StoriesThroughId"/> is exactly this: it brings them the stories
    /// from there to <see cref="StoriesThroughId"/>.
    /// </summary>
    public long? CursorId { get; init; }

    /// <summary>
    /// Ids of the newsletter's own digests that just these readers of an edition got, joined by commas in ascending order: what stood
    /// in them is left out. Empty for almost every edition.
    /// </summary>
    public string ApartFrom { get; init; } = "";

    public int[] ApartFromIds => [.. ApartFrom.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(id => int.Parse(id, CultureInfo.InvariantCulture))];

    /// <summary>New stories it had no room for; the mail says how many more are on the site.</summary>
    public int LeftOutCount { get; init; }

    /// <summary>The cadence's slot that made it; unique, so a slot taken up again after a crash finds its digest.</summary>
    public int? SlotId { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? ScheduledAt { get; private set; }

    /// <summary>When it began to be sent. Who confirmed later is not in its audience; from here on its web copy is public.</summary>
    public DateTimeOffset? StartedAt { get; private set; }
    public DateTimeOffset? FinishedAt { get; private set; }

    /// <summary>Since when it is being sent, this time: begun, resumed, or opened again for those who miss it.</summary>
    public DateTimeOffset? RunningSince { get; private set; }

    /// <summary>
    /// It was stopped for its share of refusals, bounces or complaints. Whoever resumes it has seen them: they stop it no more, only refusals
    /// in a row do.
    /// </summary>
    public bool StoppedForShares { get; private set; }

    /// <summary>Audience rows written and counted; null until planning is complete. No mail leaves before.</summary>
    public int? PlannedCount { get; private set; }

    /// <summary>
    /// The ledger of a digest that is over, counted from its rows when it ended and counted again whenever one of them changed since; null while
    /// it is being sent. Kept so that a list of digests need not count millions of rows.
    /// </summary>
    public int? AcceptedCount { get; private set; }
    public int? RefusedCount { get; private set; }
    public int? WithheldCount { get; private set; }
    public int? UncertainCount { get; private set; }

    /// <summary>The slice that is sending it, and until when unless it renews.</summary>
    public Guid? LeaseId { get; private set; }
    public DateTimeOffset? LeaseUntil { get; private set; }
    public List<DigestStory> Stories { get; } = [];

    /// <summary>What its newsletter's readers got instead of an edition: nothing, and why.</summary>
    public static Digest Skipped(int newsletterId, int slotId, string subject, string reason, long storiesThroughId, DateTimeOffset now) => new()
    {
        NewsletterId = newsletterId,
        Number = null,
        Subject = subject,
        SlotId = slotId,
        StoriesThroughId = storiesThroughId,
        CreatedAt = now,
        FinishedAt = now,
        Status = DigestStatus.Skipped,
        Reason = reason,
    };

    /// <exception cref="IllegalDigestStepException">It has begun or is over.</exception>
    public void Schedule(DateTimeOffset at, DateTimeOffset now)
    {
        Allow("scheduled", DigestStatus.Draft, DigestStatus.Scheduled);
        if (at <= now)
            throw new IllegalDigestStepException("A digest can only be scheduled for a time to come.");
        (Status, ScheduledAt) = (DigestStatus.Scheduled, at);
    }

    /// <summary>Opens it for planning and sending.</summary>
    /// <exception cref="IllegalDigestStepException">It has begun or is over.</exception>
    public void Start(DateTimeOffset now)
    {
        Allow("sent", DigestStatus.Draft, DigestStatus.Scheduled);
        (Status, StartedAt, RunningSince, Reason) = (DigestStatus.Sending, now, now, null);
    }

    /// <exception cref="IllegalDigestStepException">It is not being sent.</exception>
    public void Pause()
    {
        Allow("paused", DigestStatus.Sending);
        Status = DigestStatus.Paused;
    }

    /// <exception cref="IllegalDigestStepException">It is neither paused nor stopped.</exception>
    public void Resume(DateTimeOffset now)
    {
        Allow("resumed", DigestStatus.Paused, DigestStatus.Stopped);
        (Status, StartedAt, RunningSince, Reason) = (DigestStatus.Sending, StartedAt ?? now, now, null);
    }

    /// <exception cref="IllegalDigestStepException">It is over.</exception>
    public void Cancel(DateTimeOffset now)
    {
        Allow("cancelled", DigestStatus.Draft, DigestStatus.Scheduled, DigestStatus.Sending, DigestStatus.Paused, DigestStatus.Stopped);
        (Status, FinishedAt) = (DigestStatus.Cancelled, now);
    }

    /// <summary>Opens one that is over again, for some of its readers; its ledger is counted from the rows until it is over again.</summary>
    /// <exception cref="IllegalDigestStepException">It is not over, or its audience was never complete.</exception>
    public void SendOn(DateTimeOffset now)
    {
        Allow("sent on", DigestStatus.Sent, DigestStatus.Cancelled);
        if (PlannedCount is null)
            throw new IllegalDigestStepException("This digest was cancelled before its audience was known: make a new one of the same stories.");
        (Status, RunningSince, FinishedAt, Reason) = (DigestStatus.Sending, now, null, null);
        (AcceptedCount, RefusedCount, WithheldCount, UncertainCount) = (null, null, null, null);
    }

    public bool IsDue(DateTimeOffset now) => Status == DigestStatus.Scheduled && ScheduledAt <= now;

    /// <summary>The program gives it back to its people instead of beginning it.</summary>
    /// <exception cref="IllegalDigestStepException">It is not scheduled.</exception>
    public void Stop(string reason)
    {
        Allow("stopped", DigestStatus.Scheduled);
        (Status, Reason) = (DigestStatus.Stopped, reason.Length > ReasonLength ? reason[..ReasonLength] : reason);
    }

    private void Allow(string step, params ReadOnlySpan<DigestStatus> from)
    {
        if (!from.Contains(Status))
            throw new IllegalDigestStepException($"This digest is {DigestWords.Of(Status)} and cannot be {step}.");
    }
}

public static class DigestWords
{
    /// <summary>A status in a sentence: "This digest is …".</summary>
    public static string Of(DigestStatus status) => status switch
    {
        DigestStatus.Draft => "a draft",
        DigestStatus.Scheduled => "scheduled",
        DigestStatus.Sending => "being sent",
        DigestStatus.Paused => "paused",
        DigestStatus.Sent => "sent",
        DigestStatus.Skipped => "skipped",
        DigestStatus.Stopped => "stopped",
        DigestStatus.Cancelled => "cancelled",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, null),
    };
}

/// <summary>A story in a digest, in the words it had when the digest was made: what was sent stays what was sent.</summary>
public sealed class DigestStory
{
    public int Id { get; private set; }
    public int DigestId { get; init; }
    public long StoryId { get; init; }

    /// <summary>From 1; the first is the lead.</summary>
    public required int Position { get; init; }
    public required string Title { get; init; }
    public required string Summary { get; init; }
    public required string Link { get; init; }
    public string? Author { get; init; }
    public string? Section { get; init; }
    public string? ImageUrl { get; init; }
    public string? Language { get; init; }

    /// <summary>For a list's <c>Select</c>: <paramref name="index"/> counts from 0.</summary>
    internal static DigestStory Of(Stories.Story story, int index) => new()
    {
        StoryId = story.Id,
        Position = index + 1,
        Title = story.Title,
        Summary = story.Summary,
        Link = story.Link,
        Author = story.Author,
        Section = story.Section,
        ImageUrl = story.ImageUrl,
        Language = story.Language,
    };
}

internal sealed class DigestMapping : IEntityTypeConfiguration<Digest>, IEntityTypeConfiguration<DigestStory>
{
    public void Configure(EntityTypeBuilder<Digest> builder)
    {
        builder.Property(d => d.PublicId).HasMaxLength(PublicId.MaxLength);
        builder.Property(d => d.Subject).HasMaxLength(Digest.SubjectLength);
        builder.Property(d => d.Note).HasMaxLength(Digest.NoteLength);
        builder.Property(d => d.Reason).HasMaxLength(Digest.ReasonLength);
        builder.Property(d => d.Rhythm).HasDefaultValue(Rhythm.AsPublished);
        builder.Property(d => d.ApartFrom).HasMaxLength(Digest.ApartFromLength);
        builder.Ignore(d => d.ApartFromIds);
        builder.Property(d => d.Status).IsConcurrencyToken();
        builder.Property(d => d.ScheduledAt).IsConcurrencyToken();
        builder.HasOne<Newsletters.Newsletter>().WithMany().HasForeignKey(d => d.NewsletterId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<DigestSlot>().WithOne().HasForeignKey<Digest>(d => d.SlotId).OnDelete(DeleteBehavior.Restrict);
        builder.HasMany(d => d.Stories).WithOne().HasForeignKey(s => s.DigestId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(d => d.PublicId).IsUnique();
        builder.HasIndex(d => new { d.NewsletterId, d.Number }).IsUnique();
        // One edition for the readers of one cursor, however many make it at once. The newsletter's own digests have no cursor and are not in it.
        builder.HasIndex(d => new { d.NewsletterId, d.Rhythm, d.CursorId, d.StoriesThroughId, d.ApartFrom }).IsUnique().HasDatabaseName("IX_Digests_Edition");
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
}
