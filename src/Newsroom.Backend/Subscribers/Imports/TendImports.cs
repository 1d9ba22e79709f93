using Hangfire;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Jobs;

namespace Newsroom.Backend.Subscribers.Imports;

/// <summary>Finds what a lost queue or a killed process left of lists and undoings, and forgets lists that nobody went on with.</summary>
public sealed class TendImports(NewsroomDb db, IBackgroundJobClient jobs, TimeProvider clock)
{
    /// <summary>At a time; the next minute has the rest.</summary>
    private const int Most = 20;

    [AutomaticRetry(Attempts = 0)]
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var lists = await db.UploadedLists.Where(l => (l.Stage == ListStage.Checking || l.Stage == ListStage.Importing) && (l.LeaseUntil == null || l.LeaseUntil <= now))
            .OrderBy(l => l.Id).Select(l => l.Id).Take(Most).ToListAsync(cancellationToken);
        foreach (var id in lists)
            jobs.Ring<RunList>(Queues.Bulk, j => j.RunAsync(id, CancellationToken.None));
        var undoings = await db.Imports.Where(i => i.UndoAskedAt != null && (i.UndoLeaseUntil == null || i.UndoLeaseUntil <= now))
            .OrderBy(i => i.Id).Select(i => i.Id).Take(Most).ToListAsync(cancellationToken);
        foreach (var id in undoings)
            jobs.Ring<UndoAsked>(Queues.Bulk, j => j.RunAsync(id, CancellationToken.None));
        var end = now - UploadedList.KeptFor;
        // Their files go with them.
        await db.UploadedLists.Where(l => l.UploadedAt < end && l.Stage != ListStage.Checking && l.Stage != ListStage.Importing).ExecuteDeleteAsync(cancellationToken);
    }
}
