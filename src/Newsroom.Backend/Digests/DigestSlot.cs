using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Digests;

/// <summary>
/// A newsletter's cadence, or a rhythm of its readers, on one local date: unique, so restarts, retries and two nodes make one digest of it. The rows are the
/// diary: every slot says what became of it.
/// </summary>
public sealed class DigestSlot
{
    /// <summary>How late a slot may still run. A morning digest does not go out in the afternoon because a server was down.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromHours(2);

    /// <summary>After that a slot without outcome was left by a process that died: another one takes it up.</summary>
    public static readonly TimeSpan TakenFor = TimeSpan.FromMinutes(5);

    public int Id { get; private set; }
    public int NewsletterId { get; init; }

    /// <summary><see cref="Rhythm.AsPublished"/>: the newsletter's own cadence.</summary>
    public Rhythm Rhythm { get; init; } = Rhythm.AsPublished;
    public required DateOnly LocalDate { get; init; }
    public required DateTimeOffset DueAt { get; init; }

    /// <summary>When a process last began to work on it.</summary>
    public required DateTimeOffset TakenAt { get; set; }

    /// <summary>Null while it is made; then what became of it: <c>sending: …</c>, <c>draft: …</c>, <c>skipped: …</c>, <c>missed: …</c>.</summary>
    public string? Outcome { get; set; }

    public static bool IsTooLate(DateTimeOffset dueAt, DateTimeOffset now) => now - dueAt > Window;

    /// <summary>A slot that is worked on from now; one that is too late says so at once.</summary>
    public static DigestSlot Take(int newsletterId, Rhythm rhythm, CadenceSlot due, DateTimeOffset now) => new()
    {
        NewsletterId = newsletterId,
        Rhythm = rhythm,
        LocalDate = due.LocalDate,
        DueAt = due.DueAt,
        TakenAt = now,
        Outcome = IsTooLate(due.DueAt, now)
            ? FormattableString.Invariant($"missed: due at {due.DueAt.UtcDateTime:yyyy-MM-dd HH:mm} UTC, and nothing ran until {now.UtcDateTime:yyyy-MM-dd HH:mm} UTC")
            : null,
    };

    public bool WasMissed => Outcome?.StartsWith("missed", StringComparison.Ordinal) ?? false;
}

internal sealed class DigestSlotMapping : IEntityTypeConfiguration<DigestSlot>
{
    public void Configure(EntityTypeBuilder<DigestSlot> builder)
    {
        builder.Ignore(s => s.WasMissed);
        builder.Property(s => s.Rhythm).HasDefaultValue(Rhythm.AsPublished);
        builder.Property(s => s.Outcome).HasMaxLength(Digest.ReasonLength);
        builder.HasOne<Newsletters.Newsletter>().WithMany().HasForeignKey(s => s.NewsletterId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(s => new { s.NewsletterId, s.Rhythm, s.LocalDate }).IsUnique();
    }
}
