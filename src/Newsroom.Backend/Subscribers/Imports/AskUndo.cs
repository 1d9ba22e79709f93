using Hangfire;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Jobs;

namespace Newsroom.Backend.Subscribers.Imports;

public enum AskUndoOutcome
{
    Asked,
    NoSuchImport,
    StillRunning,

    /// <summary>Or is being undone.</summary>
    Undone,
}

/// <summary>Has an import undone by a job: tens of thousands of readers take longer than a browser waits.</summary>
public sealed partial class AskUndo(NewsroomDb db, IBackgroundJobClient jobs, TimeProvider clock, ILogger<AskUndo> log)
{
    /// <param name="id">The import's public id.</param>
    /// <param name="cancellationToken">Cancels before the save.</param>
    public async Task<AskUndoOutcome> RunAsync(string id, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (await db.Imports.AsNoTracking().SingleOrDefaultAsync(i => i.PublicId == id, cancellationToken) is not { } import)
            return AskUndoOutcome.NoSuchImport;
        // One whose process died is shown as stopped; a job that will go on with it has its list under way.
        if (import.StateAt(now) == ImportState.Running || await db.UploadedLists.AnyAsync(l => l.ImportId == import.Id && l.Stage == ListStage.Importing, cancellationToken))
            return AskUndoOutcome.StillRunning;
        var asked = await db.Imports.Where(i => i.Id == import.Id && i.UndoAskedAt == null && i.State != ImportState.Undone)
            .ExecuteUpdateAsync(s => s.SetProperty(i => i.UndoAskedAt, now), cancellationToken);
        if (asked == 0)
            return AskUndoOutcome.Undone;
        if (jobs.Ring<UndoAsked>(Queues.Bulk, j => j.RunAsync(import.Id, CancellationToken.None)) is { } why)
            LogNotEnqueued(why);
        return AskUndoOutcome.Asked;
    }

    [LoggerMessage(LogLevel.Warning, "The job that undoes an import could not be enqueued: it waits for the minutely sweep")]
    private partial void LogNotEnqueued(Exception exception);
}

/// <summary>Undoes an import that staff asked to have undone. Killed, it is begun again: undoing twice is once.</summary>
public sealed class UndoAsked(NewsroomDb db, UndoImport undo, TimeProvider clock)
{
    [AutomaticRetry(Attempts = 0)]
    public async Task RunAsync(long id, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var claimed = await db.Imports.Where(i => i.Id == id && i.UndoAskedAt != null && (i.UndoLeaseUntil == null || i.UndoLeaseUntil <= now))
            .ExecuteUpdateAsync(s => s.SetProperty(i => i.UndoLeaseUntil, now + Import.UndoLease), cancellationToken);
        if (claimed == 0)
            return;
        try
        {
            await undo.RunAsync(await db.Imports.Where(i => i.Id == id).Select(i => i.PublicId).SingleAsync(cancellationToken), cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await db.Imports.Where(i => i.Id == id).ExecuteUpdateAsync(s => s.SetProperty(i => i.UndoLeaseUntil, (DateTimeOffset?)null), CancellationToken.None);
            throw;
        }
    }
}
