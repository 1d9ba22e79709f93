using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Subscribers.Imports;

public enum ListStage
{
    /// <summary>Staff say what its columns are, and what its readers agreed to.</summary>
    Uploaded,

    /// <summary>Judged row by row, by a job that writes nothing of it.</summary>
    Checking,

    /// <summary>The report is there; staff decide.</summary>
    Checked,

    /// <summary>Brought in by a job, see <see cref="UploadedList.Import"/>.</summary>
    Importing,
    Imported,
}

/// <summary>
/// A list that staff uploaded, on its way to become an <see cref="Imports.Import"/>. Its file is in <see cref="UploadedFile"/>, for only as long as it is
/// needed: a job may run on another machine than the one that took it.
/// </summary>
public sealed class UploadedList
{
    /// <summary>Whoever has not gone on by then has thought better of it.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromDays(7);

    /// <summary>A job that was not heard of for this long is gone: the next one goes on from what it committed.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromMinutes(2);

    /// <summary>Without getting any further.</summary>
    public const int MostAttempts = 5;
    public const int FaultLength = 1000;
    public const int ColumnsLength = 4000;

    public long Id { get; private set; }
    public string PublicId { get; private set; } = Primitives.PublicId.New("lst");

    /// <summary>Without its folder.</summary>
    public required string FileName { get; init; }
    public required DateTimeOffset UploadedAt { get; init; }
    public ListStage Stage { get; private set; } = ListStage.Uploaded;

    /// <summary>Slug. Null until staff have chosen.</summary>
    public string? Newsletter { get; private set; }
    public string? ConsentText { get; private set; }

    /// <summary>One <see cref="ColumnChoice"/> a line, <c>Email=Email Address</c>.</summary>
    public string? Columns { get; private set; }

    /// <summary>Of the check; while it runs, so far.</summary>
    public RowCounts Counts { get; private set; } = new();

    /// <summary>Why the last job could not go on; staff can act on it.</summary>
    public string? Fault { get; private set; }
    public long? ImportId { get; private set; }
    public Import? Import { get; private set; }
    public int Attempts { get; private set; }
    public Guid? LeaseId { get; private set; }
    public DateTimeOffset? LeaseUntil { get; private set; }

    /// <summary>Raised with every step, so that of two at once only one is taken.</summary>
    public int Version { get; private set; }

    public bool IsUnderWay => Stage is ListStage.Checking or ListStage.Importing;

    public IReadOnlyList<ColumnChoice> Choices => [.. (Columns ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(line => line.Split('=', 2)).Select(pair => new ColumnChoice(Enum.Parse<ImportField>(pair[0]), pair[1]))];

    /// <summary>Staff have said what it is; the check begins anew, also after one.</summary>
    /// <exception cref="InvalidOperationException">A job has it, or it is brought in.</exception>
    public void Check(string newsletter, string consentText, IEnumerable<ColumnChoice> choices)
    {
        Go(ListStage.Checking, Stage is ListStage.Uploaded or ListStage.Checked);
        (Newsletter, ConsentText, Columns) = (newsletter, consentText, string.Join('\n', choices.Select(c => $"{c.Field}={c.Column.ReplaceLineEndings(" ")}")));
    }

    public void EndCheck(RowCounts counts)
    {
        Go(ListStage.Checked, Stage == ListStage.Checking);
        Counts = counts;
    }

    /// <exception cref="InvalidOperationException">It is not checked.</exception>
    public void BringIn(Import import)
    {
        Go(ListStage.Importing, Stage == ListStage.Checked);
        Import = import;
    }

    public void EndImport(string? fault)
    {
        Go(ListStage.Imported, Stage == ListStage.Importing);
        Fault = fault;
    }

    /// <summary>Back to staff, with what to do.</summary>
    public void GiveBack(string fault)
    {
        Go(ListStage.Uploaded, Stage is ListStage.Checking or ListStage.Checked);
        Fault = fault;
    }

    private void Go(ListStage stage, bool isLegal)
    {
        if (!isLegal)
            throw new InvalidOperationException($"A list that is {Stage} cannot become {stage}.");
        (Stage, Fault, Attempts, LeaseId, LeaseUntil) = (stage, null, 0, null, null);
        if (stage == ListStage.Checking)
            Counts = new RowCounts();
        Version++;
    }
}

/// <summary>What was uploaded, gzipped, and what the check found of rows that are not new.</summary>
public sealed class UploadedFile
{
    public long ListId { get; init; }
    public UploadedList List { get; init; } = null!;
    public required byte[] Content { get; set; }

    /// <summary>A CSV file, gzipped: line, address, verdict, reason. Null before the check.</summary>
    public byte[]? NotTaken { get; set; }
}

internal sealed class UploadedListMapping : IEntityTypeConfiguration<UploadedList>
{
    public void Configure(EntityTypeBuilder<UploadedList> builder)
    {
        builder.Ignore(l => l.Choices);
        builder.Property(l => l.PublicId).HasMaxLength(PublicId.MaxLength);
        builder.Property(l => l.FileName).HasMaxLength(Import.FileNameLength);
        builder.Property(l => l.Newsletter).HasMaxLength(Newsletters.Newsletter.SlugLength);
        builder.Property(l => l.ConsentText).HasMaxLength(ImportConsent.LongestText);
        builder.Property(l => l.Columns).HasMaxLength(UploadedList.ColumnsLength);
        builder.Property(l => l.Fault).HasMaxLength(UploadedList.FaultLength);
        builder.Property(l => l.Version).IsConcurrencyToken();
        builder.ComplexProperty(l => l.Counts, c => c.Ignore(x => x.Rows));
        builder.HasOne(l => l.Import).WithMany().HasForeignKey(l => l.ImportId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(l => l.PublicId).IsUnique();
        builder.HasIndex(l => new { l.Stage, l.LeaseUntil }).HasDatabaseName("IX_UploadedLists_Due");
        builder.HasIndex(l => l.UploadedAt).HasDatabaseName("IX_UploadedLists_Forget");
    }
}

internal sealed class UploadedFileMapping : IEntityTypeConfiguration<UploadedFile>
{
    public void Configure(EntityTypeBuilder<UploadedFile> builder)
    {
        builder.HasKey(f => f.ListId);
        builder.Property(f => f.ListId).ValueGeneratedNever();
        builder.HasOne(f => f.List).WithOne().HasForeignKey<UploadedFile>(f => f.ListId).OnDelete(DeleteBehavior.Cascade);
    }
}
