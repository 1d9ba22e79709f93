using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Newsletters;

namespace Newsroom.Backend.Subscribers.Imports;

/// <param name="File">Read once, from front to end; not closed.</param>
/// <param name="FileName">What to call it.</param>
/// <param name="Newsletter">Slug of the one that all rows are for.</param>
/// <param name="Consent">The sentence these readers agreed to, and where they did.</param>
/// <param name="Columns">What staff say of its columns, over what is recognised.</param>
/// <param name="DryRun">Judges every row and writes nothing.</param>
public sealed record ImportOrder(Stream File, string FileName, string Newsletter, string Consent, IReadOnlyList<ColumnChoice> Columns, bool DryRun)
{
    /// <summary>Told of every row that is not <see cref="RowVerdict.New"/>, in the order of the file.</summary>
    public Func<JudgedRow, Task>? NotTaken { get; init; }

    /// <summary>Told after every batch how far it is. What it throws ends the run.</summary>
    public Func<RowCounts, Task>? Progress { get; init; }

    /// <summary>Key of a running <see cref="Import"/>: this run goes on behind the rows it has counted, and leaves it running when it is cancelled.</summary>
    public long? Continues { get; init; }
}

/// <param name="Id">The batch's; null for a dry run.</param>
/// <param name="Newsletter">Its slug.</param>
/// <param name="Format">What the file was taken for.</param>
/// <param name="Encoding">As far as it was read.</param>
/// <param name="Delimiter">What parts its cells.</param>
/// <param name="Columns">By field, the names of the columns it was read from.</param>
/// <param name="Counts">Of the rows read.</param>
/// <param name="Samples">The first few rows of each verdict but <see cref="RowVerdict.New"/>.</param>
/// <param name="Note">What staff must know of files of this format.</param>
public sealed record ImportReport(
    string? Id, string Newsletter, string Format, string Encoding, char Delimiter, IReadOnlyDictionary<ImportField, string[]> Columns, RowCounts Counts,
    IReadOnlyList<JudgedRow> Samples, string? Note);

public abstract record ImportOutcome
{
    public sealed record Done(ImportReport Report) : ImportOutcome;

    /// <summary>Part of the way; what is counted is committed.</summary>
    public sealed record Stopped(ImportReport Report, string Why) : ImportOutcome;

    /// <summary>Nothing was read.</summary>
    public sealed record Unreadable(string WhatToDo) : ImportOutcome;

    public sealed record NoSuchNewsletter(string Slug) : ImportOutcome;

    public sealed record NoConsent(string WhatToDo) : ImportOutcome;
}

/// <summary>
/// Brings a list in, in batches of <see cref="BatchRows"/> rows, each a short transaction, so that sign-ups get in between and what was
/// committed survives a kill. May run beside a serving process, and again: then everybody is known.
/// </summary>
public sealed class ImportReaders(NewsroomDb db, ImportBatch batch, TimeProvider clock)
{
    /// <summary>A transaction of about a tenth of a second on SQLite.</summary>
    public const int BatchRows = 2000;

    /// <summary>
    /// Between two batches on SQLite, where a sign-up that finds the file locked looks again each 150 ms (Microsoft.Data.Sqlite): without it, one might
    /// not get in for seconds.
    /// </summary>
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(160);
    private const int SamplesOfEach = 5;

    private readonly ImportBatch _batch = batch;
    private readonly TimeProvider _clock = clock;

    public async Task<ImportOutcome> RunAsync(ImportOrder order, CancellationToken cancellationToken)
    {
        if (ImportConsent.FaultOf(order.Consent) is { } noConsent)
            return new ImportOutcome.NoConsent(noConsent);
        if (await db.Newsletters.AsNoTracking().SingleOrDefaultAsync(n => n.Slug == order.Newsletter, cancellationToken) is not { } newsletter)
            return new ImportOutcome.NoSuchNewsletter(order.Newsletter);
        try
        {
            using var file = await ImportFile.OpenAsync(order.File, order.Columns, cancellationToken);
            await using var pages = await ManyPages.OpenAsync(db, cancellationToken);
            if (file.Format == ImportFormat.Mailchimp && IsOfNobody(order.FileName))
                return new ImportOutcome.Unreadable(OfNobody);
            return await new Run(this, order with { Consent = order.Consent.Trim() }, newsletter, file).ToEndAsync(cancellationToken);
        }
        catch (UnreadableFileException e)
        {
            return new ImportOutcome.Unreadable(e.Message);
        }
    }

    internal const string OfNobody =
        "This is Mailchimp's file of contacts who never subscribed: they may not be written to. Import the files subscribed_, unsubscribed_ and cleaned_.";

    internal static bool IsOfNobody(string fileName) => fileName.StartsWith("nonsubscribed", StringComparison.OrdinalIgnoreCase);

    private sealed class Run(ImportReaders own, ImportOrder order, Newsletter newsletter, ImportFile file)
    {
        private readonly SeenAddresses _seen = new();
        private readonly List<JudgedRow> _samples = [];
        private RowCounts _counts = new();
        private Import? _import;

        public async Task<ImportOutcome> ToEndAsync(CancellationToken cancellationToken)
        {
            if (!order.DryRun)
                _import = await own.BeginAsync(order, newsletter, file.Format.Name, cancellationToken);
            _counts = _import?.Counts ?? _counts;
            try
            {
                // Only the word of its end may be missing.
                if (_import is not { State: ImportState.Done })
                    await JudgeAllAsync(new RowReader(file, newsletter.Slug, _import?.StartedAt ?? own._clock.GetUtcNow()), cancellationToken);
            }
            catch (UnreadableFileException e)
            {
                return new ImportOutcome.Stopped(await EndAsync(ImportState.Stopped), e.Message);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested && order.Continues is null)
            {
                return new ImportOutcome.Stopped(await EndAsync(ImportState.Stopped), "Stopped by you.");
            }
            return new ImportOutcome.Done(await EndAsync(ImportState.Done));
        }

        private async Task JudgeAllAsync(RowReader rows, CancellationToken cancellationToken)
        {
            var (pending, before) = (new List<FileRow>(BatchRows), _counts.Rows);
            await foreach (var (line, cells) in file.RowsAsync(cancellationToken))
            {
                var row = rows.Read(line, cells);
                if (before-- > 0)
                {
                    // Committed by the run before, and still the first place of its address.
                    if (row.Fault is null)
                        _seen.LineBefore(row);
                    continue;
                }
                pending.Add(row);
                if (pending.Count < BatchRows)
                    continue;
                await JudgeAsync(pending, cancellationToken);
                if (_import is not null)
                    await own.BreatheAsync(cancellationToken);
            }
            await JudgeAsync(pending, cancellationToken);
        }

        private async Task JudgeAsync(List<FileRow> rows, CancellationToken cancellationToken)
        {
            var judged = new List<JudgedRow>(rows.Count);
            var good = new List<FileRow>(rows.Count);
            foreach (var row in rows)
            {
                if (row.Fault is not null)
                    judged.Add(new JudgedRow(row.Line, row.Text, RowVerdict.Bad, row.Fault));
                else if (_seen.LineBefore(row) is { } line)
                    judged.Add(new JudgedRow(row.Line, row.Text, RowVerdict.Twice, $"The address stands in line {line} already."));
                else
                    good.Add(row);
            }
            var counts = judged.Aggregate(_counts, (c, j) => c.And(j.Verdict));
            judged.AddRange(await own._batch.RunAsync(newsletter, _import?.Id, good, counts, cancellationToken));
            _counts = judged.Aggregate(_counts, (c, j) => c.And(j.Verdict));
            rows.Clear();
            if (order.Progress is not null)
                await order.Progress(_counts);
            foreach (var row in judged.Where(j => j.Verdict != RowVerdict.New).OrderBy(j => j.Line))
            {
                if (_samples.Count(s => s.Verdict == row.Verdict) < SamplesOfEach)
                    _samples.Add(row);
                if (order.NotTaken is not null)
                    await order.NotTaken(row);
            }
        }

        private async Task<ImportReport> EndAsync(ImportState state)
        {
            // Its end must be written down also when its operator has stopped it.
            if (_import is not null)
                await own.EndAsync(_import.Id, state, _counts);
            return new ImportReport(
                _import?.PublicId, newsletter.Slug, file.Format.Name, file.EncodingName, file.Delimiter,
                file.Columns.ToDictionary(c => c.Key, c => c.Value.Select(i => file.Header[i]).ToArray()), _counts, _samples, file.Format.Note);
        }
    }

    private Task BreatheAsync(CancellationToken cancellationToken) =>
        db.Database.IsSqlite() ? Task.Delay(Breath, _clock, cancellationToken) : Task.CompletedTask;

    private async Task<Import> BeginAsync(ImportOrder order, Newsletter newsletter, string format, CancellationToken cancellationToken)
    {
        if (order.Continues is { } id)
            return await db.Imports.AsNoTracking().SingleAsync(i => i.Id == id, cancellationToken);
        var import = Import.Begin(newsletter.Id, order.FileName, order.Consent, format, _clock.GetUtcNow());
        db.Add(import);
        await db.SaveChangesAsync(cancellationToken);
        db.ChangeTracker.Clear();
        return import;
    }

    private Task<bool> EndAsync(long id, ImportState state, RowCounts counts) => db.RetryingAsync(async _ =>
    {
        db.ChangeTracker.Clear();
        var import = await db.Imports.SingleAsync(i => i.Id == id, CancellationToken.None);
        var now = _clock.GetUtcNow();
        import.Advance(counts, now);
        if (import.State == ImportState.Running)
            import.End(state, now);
        return await db.SaveChangesAsync(CancellationToken.None) > 0;
    }, CancellationToken.None);
}
