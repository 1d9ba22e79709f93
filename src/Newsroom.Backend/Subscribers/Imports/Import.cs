using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Newsroom.Backend.Newsletters;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Subscribers.Imports;

public enum ImportState
{
    Running,
    Done,

    /// <summary>By a fault of its file or by its operator. What was committed stays; the same file again goes on from there.</summary>
    Stopped,
    Undone,
}

/// <summary>One file's readers, brought in on the newsroom's word.</summary>
public sealed class Import
{
    public const int FileNameLength = 150;

    /// <summary>It says that it runs, and has not been heard of for this long: its process is gone.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromMinutes(5);

    public static readonly TimeSpan UndoLease = TimeSpan.FromMinutes(2);

    public long Id { get; private set; }
    public string PublicId { get; private set; } = Primitives.PublicId.New("imp");
    public required int NewsletterId { get; init; }
    public Newsletter Newsletter { get; init; } = null!;

    /// <summary>Without its folder.</summary>
    public required string FileName { get; init; }

    /// <summary>What the newsroom declares that these readers agreed to, and where.</summary>
    public required string ConsentText { get; init; }
    public required string Format { get; init; }
    public ImportState State { get; private set; } = ImportState.Running;
    public RowCounts Counts { get; private set; } = new();

    /// <summary>Of the readers brought in, how many undoing took away without a trace.</summary>
    public int Removed { get; private set; }
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When a batch of rows was committed last.</summary>
    public required DateTimeOffset HeardOfAt { get; set; }
    public DateTimeOffset? EndedAt { get; private set; }

    /// <summary>When staff asked for it on a page, until it is done.</summary>
    public DateTimeOffset? UndoAskedAt { get; private set; }

    /// <summary>A job that undoes it and was not heard of by then is gone.</summary>
    public DateTimeOffset? UndoLeaseUntil { get; private set; }

    /// <param name="newsletterId">What its readers are to get.</param>
    /// <param name="fileName">Cut to <see cref="FileNameLength"/>.</param>
    /// <param name="consentText">See <see cref="ConsentText"/>.</param>
    /// <param name="format">What the file was taken for.</param>
    /// <param name="now">It runs from now on.</param>
    public static Import Begin(int newsletterId, string fileName, string consentText, string format, DateTimeOffset now) => new()
    {
        NewsletterId = newsletterId,
        FileName = fileName.Length > FileNameLength ? fileName[..FileNameLength] : fileName,
        ConsentText = consentText,
        Format = format,
        StartedAt = now,
        HeardOfAt = now,
    };

    /// <summary>What to show of it: one that died cannot say so itself.</summary>
    public ImportState StateAt(DateTimeOffset now) => State == ImportState.Running && now - HeardOfAt > Silence ? ImportState.Stopped : State;

    public void Advance(RowCounts counts, DateTimeOffset now) => (Counts, HeardOfAt) = (counts, now);

    /// <exception cref="InvalidOperationException">It does not run.</exception>
    public void End(ImportState state, DateTimeOffset now)
    {
        if (State != ImportState.Running || state is not (ImportState.Done or ImportState.Stopped))
            throw new InvalidOperationException($"An import that is {State} cannot become {state}.");
        (State, HeardOfAt, EndedAt) = (state, now, now);
    }

    public void TookBack(int removed, DateTimeOffset now) => (Removed, UndoLeaseUntil) = (Removed + removed, now + UndoLease);

    public void Undo(DateTimeOffset now) => (State, EndedAt, UndoAskedAt, UndoLeaseUntil) = (ImportState.Undone, State == ImportState.Undone ? EndedAt : now, null, null);
}

/// <summary>How many rows got which verdict. Their sum is the rows read: blank ones are none.</summary>
public sealed record RowCounts
{
    public int New { get; init; }
    public int Known { get; init; }
    public int LeftBefore { get; init; }
    public int Suppressed { get; init; }
    public int NoConsent { get; init; }
    public int Bad { get; init; }
    public int Twice { get; init; }

    public int Rows => New + Known + LeftBefore + Suppressed + NoConsent + Bad + Twice;

    internal RowCounts And(RowVerdict verdict) => verdict switch
    {
        RowVerdict.New => this with { New = New + 1 },
        RowVerdict.Known => this with { Known = Known + 1 },
        RowVerdict.LeftBefore => this with { LeftBefore = LeftBefore + 1 },
        RowVerdict.Suppressed => this with { Suppressed = Suppressed + 1 },
        RowVerdict.NoConsent => this with { NoConsent = NoConsent + 1 },
        RowVerdict.Bad => this with { Bad = Bad + 1 },
        RowVerdict.Twice => this with { Twice = Twice + 1 },
        _ => throw new InvalidOperationException($"Unknown verdict {verdict}."),
    };
}

internal sealed class ImportMapping : IEntityTypeConfiguration<Import>
{
    public void Configure(EntityTypeBuilder<Import> builder)
    {
        builder.Property(i => i.PublicId).HasMaxLength(PublicId.MaxLength);
        builder.Property(i => i.FileName).HasMaxLength(Import.FileNameLength);
        builder.Property(i => i.ConsentText).HasMaxLength(ImportConsent.LongestText);
        builder.Property(i => i.Format).HasMaxLength(32);
        builder.ComplexProperty(i => i.Counts, c => c.Ignore(x => x.Rows));
        builder.HasOne(i => i.Newsletter).WithMany().HasForeignKey(i => i.NewsletterId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(i => i.PublicId).IsUnique();
        builder.HasIndex(i => i.UndoAskedAt).HasFilter("[UndoAskedAt] IS NOT NULL").HasDatabaseName("IX_Imports_UndoAsked");
    }
}
