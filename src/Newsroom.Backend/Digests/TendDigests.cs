using Hangfire;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Digests;

/// <summary>
/// Every minute and at every start: frees what dead slices held, begins what is due, enqueues slices for what is being sent by nobody. A
/// lost job, a lost queue or a killed process costs at most a minute.
/// </summary>
[AutomaticRetry(Attempts = 0)]
public sealed partial class TendDigests(
    NewsroomDb db, ChangeDigest change, StartDigest start, IBackgroundJobClient jobs, IOptions<SiteOptions> site, TimeProvider clock, ILogger<TendDigests> logger)
{
    // Much longer than the sweep may be away, and few digests.
    private static readonly TimeSpan Crossed = TimeSpan.FromDays(2);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var uncertain = await DeliveryRows.ReclaimAsync(db, now, now, cancellationToken);
        if (uncertain > 0)
            LogUncertain(logger, uncertain);
        await CloseCancelledAsync(now, cancellationToken);
        await FrozenLedger.ReopenAsync(db, now - Crossed, now, cancellationToken);
        await StartDueAsync(now, cancellationToken);
        var unattended = await db.Digests
            .Where(d => d.Status == DigestStatus.Sending && (d.LeaseUntil == null || d.LeaseUntil < now))
            .Join(db.Newsletters, d => d.NewsletterId, n => n.Id, (d, n) => new { d.Id, n.Lane })
            .ToListAsync(cancellationToken);
        unattended.ForEach(d => jobs.EnqueueSlice(d.Id, d.Lane));
    }

    private async Task CloseCancelledAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var open = await db.Digests
            .Where(d => d.Status == DigestStatus.Cancelled && db.Deliveries.Any(r => r.DigestId == d.Id
                && (r.State == DeliveryState.Planned || r.State == DeliveryState.Claimed || r.State == DeliveryState.Deferred)))
            .Select(d => d.Id)
            .ToListAsync(cancellationToken);
        foreach (var id in open)
            await CloseCancelled.RunAsync(db, id, now, cancellationToken);
    }

    private async Task StartDueAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var due = await db.Digests.Where(d => d.Status == DigestStatus.Scheduled && d.ScheduledAt <= now)
            .OrderBy(d => d.ScheduledAt)
            .Select(d => d.PublicId)
            .ToListAsync(cancellationToken);
        if (due.Count > 0)
            await start.LookAsync(due, cancellationToken);
        foreach (var publicId in due)
        {
            var outcome = await change.RunAsync(publicId, digest => StartOrHoldAsync(digest, now, cancellationToken), cancellationToken);
            if (outcome is DigestStep.NotNow(var why))
                await change.RunAsync(publicId, digest => Hold(digest, why, now), cancellationToken);
        }
    }

    private Task StartOrHoldAsync(Digest digest, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // Since it was listed, a person or another node may have begun it, put it off or cancelled it: then it is no longer the sweep's.
        if (!digest.IsDue(now))
            return Task.CompletedTask;
        if (now - digest.ScheduledAt <= DigestSlot.Window)
            return start.RunAsync(digest, now, cancellationToken);
        var local = TimeZoneInfo.ConvertTime(digest.ScheduledAt!.Value, site.Value.Zone);
        return Hold(digest, $"It was due on {local.ToString("f", site.Value.Culture)} and nothing was running then. Send it now by resuming it, or cancel it.", now);
    }

    private static Task Hold(Digest digest, string why, DateTimeOffset now)
    {
        if (digest.IsDue(now))
            digest.Stop(why);
        return Task.CompletedTask;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} deliveries are uncertain: their process died between handing over and the answer.")]
    private static partial void LogUncertain(ILogger logger, int count);
}

/// <summary>
/// With jobs in memory this process is the only one, so at its start every lease is a dead process's: no waiting for them to run out. Were
/// a second process started by mistake, the leases' ids still keep it from sending anything twice.
/// </summary>
internal sealed class ReclaimAtStart(IServiceScopeFactory scopes, TimeProvider clock) : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<NewsroomDb>();
        await DeliveryRows.ReclaimAsync(db, DateTimeOffset.MaxValue, clock.GetUtcNow(), cancellationToken);
        await db.Digests.Where(d => d.LeaseUntil != null)
            .ExecuteUpdateAsync(s => s.SetProperty(d => d.LeaseId, (Guid?)null).SetProperty(d => d.LeaseUntil, (DateTimeOffset?)null), cancellationToken);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
