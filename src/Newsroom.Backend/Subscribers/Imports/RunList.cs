using System.Globalization;
using System.IO.Compression;
using Hangfire;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Subscribers.Imports;

/// <summary>
/// Checks an uploaded list, or brings it in, whichever its row says. Killed, the next run takes it over once the lease has ended: a check begins anew, an
/// import goes on behind the last row that was committed.
/// </summary>
public sealed class RunList(NewsroomDb db, ImportReaders import, UploadedFiles files, TimeProvider clock)
{
    private readonly Guid _lease = Guid.CreateVersion7();

    [AutomaticRetry(Attempts = 0)]
    public async Task RunAsync(long id, CancellationToken cancellationToken)
    {
        if (!await ClaimAsync(id, cancellationToken))
            return;
        var list = await db.UploadedLists.AsNoTracking().SingleAsync(l => l.Id == id, cancellationToken);
        try
        {
            await using var file = await files.OpenAsync(id, cancellationToken);
            if (file is null)
                await SettleAsync(list, l => GiveUp(l, "Its file is gone. Upload it again."));
            else if (list.Attempts > UploadedList.MostAttempts)
                await SettleAsync(list, l => GiveUp(l, "It failed five times at the same place. What was brought in stays. The log says why: show it to who looks after this program."));
            else if (list.Stage == ListStage.Checking)
                await CheckAsync(list, file, cancellationToken);
            else
                await ImportAsync(list, file, cancellationToken);
        }
        catch (LeaseLostException)
        {
            // Another run has it: what this one committed is that one's beginning.
        }
        finally
        {
            // A stopping program hands it on at once.
            await db.UploadedLists.Where(l => l.Id == id && l.LeaseId == _lease)
                .ExecuteUpdateAsync(s => s.SetProperty(l => l.LeaseId, (Guid?)null).SetProperty(l => l.LeaseUntil, (DateTimeOffset?)null), CancellationToken.None);
        }
    }

    private async Task CheckAsync(UploadedList list, Stream file, CancellationToken cancellationToken)
    {
        using var zipped = new MemoryStream();
        ImportOutcome outcome;
        await using (var zip = new GZipStream(zipped, CompressionLevel.Fastest, leaveOpen: true))
        await using (var csv = SafeCsv.Writer(zip, leaveOpen: true))
        {
            await WriteAsync("line", "address", "verdict", "reason");
            outcome = await import.RunAsync(OrderOf(list, file) with { DryRun = true, NotTaken = row => WriteAsync(row.Line.ToString(CultureInfo.InvariantCulture), row.Address, VerdictWords.Of(row.Verdict), row.Reason) }, cancellationToken);

            async Task WriteAsync(params string[] cells)
            {
                foreach (var cell in cells)
                    csv.WriteField(cell);
                await csv.NextRecordAsync();
            }
        }
        cancellationToken.ThrowIfCancellationRequested();
        var rejects = zipped.ToArray();
        await db.UploadedFiles.Where(f => f.ListId == list.Id).ExecuteUpdateAsync(s => s.SetProperty(f => f.NotTaken, rejects), cancellationToken);
        await SettleAsync(list, l =>
        {
            if (outcome is ImportOutcome.Done(var report))
                l.EndCheck(report.Counts);
            else
                l.GiveBack(WhyNot(outcome));
        });
    }

    private async Task ImportAsync(UploadedList list, Stream file, CancellationToken cancellationToken)
    {
        var outcome = await import.RunAsync(OrderOf(list, file) with { Continues = list.ImportId }, cancellationToken);
        await SettleAsync(list, l => l.EndImport(outcome is ImportOutcome.Done ? null : WhyNot(outcome)));
        // The addresses are where they belong now.
        await db.UploadedFiles.Where(f => f.ListId == list.Id).ExecuteUpdateAsync(s => s.SetProperty(f => f.Content, Array.Empty<byte>()), CancellationToken.None);
    }

    private ImportOrder OrderOf(UploadedList list, Stream file) =>
        new(file, list.FileName, list.Newsletter!, list.ConsentText!, list.Choices, DryRun: false) { Progress = counts => BeatAsync(list, counts) };

    private async Task<bool> ClaimAsync(long id, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        return await db.UploadedLists
            .Where(l => l.Id == id && (l.Stage == ListStage.Checking || l.Stage == ListStage.Importing) && (l.LeaseUntil == null || l.LeaseUntil <= now))
            .ExecuteUpdateAsync(s => s.SetProperty(l => l.LeaseId, _lease).SetProperty(l => l.LeaseUntil, now + UploadedList.Lease).SetProperty(l => l.Attempts, l => l.Attempts + 1), cancellationToken) == 1;
    }

    /// <summary>After each batch. An import's counts are its own, written with the batch.</summary>
    private async Task BeatAsync(UploadedList list, RowCounts counts)
    {
        var until = clock.GetUtcNow() + UploadedList.Lease;
        var mine = db.UploadedLists.Where(l => l.Id == list.Id && l.LeaseId == _lease);
        var beat = list.Stage == ListStage.Importing
            ? await mine.ExecuteUpdateAsync(s => s.SetProperty(l => l.LeaseUntil, until).SetProperty(l => l.Attempts, 0))
            : await mine.ExecuteUpdateAsync(s => s.SetProperty(l => l.LeaseUntil, until).SetProperty(l => l.Attempts, 0).SetProperty(l => l.Counts, counts));
        if (beat == 0)
            throw new LeaseLostException();
    }

    private Task<bool> SettleAsync(UploadedList list, Action<UploadedList> settle) => db.RetryingAsync(
        async turn =>
        {
            if (await db.UploadedLists.SingleOrDefaultAsync(l => l.Id == list.Id && l.LeaseId == _lease, turn) is not { } row)
                throw new LeaseLostException();
            settle(row);
            return await db.SaveChangesAsync(turn) > 0;
        },
        CancellationToken.None);

    private static void GiveUp(UploadedList list, string why)
    {
        if (list.Stage == ListStage.Importing)
            list.EndImport(why);
        else
            list.GiveBack(why);
    }

    private static string WhyNot(ImportOutcome outcome) => outcome switch
    {
        ImportOutcome.Stopped(_, var why) => why,
        ImportOutcome.Unreadable(var whatToDo) => whatToDo,
        ImportOutcome.NoConsent(var whatToDo) => whatToDo,
        ImportOutcome.NoSuchNewsletter(var slug) => $"There is no newsletter '{slug}' any more. Choose another.",
        _ => throw new InvalidOperationException($"Unknown outcome {outcome}."),
    };

    private sealed class LeaseLostException : Exception;
}
