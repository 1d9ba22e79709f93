using System.Data;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Digests;

/// <summary>
/// Freezes a digest's audience (<see cref="Audience"/>): one row per reader, confirmed and not paused when the digest began. Rows are
/// written in batches for readers that have none yet, so a planning that died is simply done again; the gate (<see cref="Digest.PlannedCount"/>)
/// opens only when no reader without a row is left.
/// </summary>
public sealed class PlanAudience(NewsroomDb db, TimeProvider clock)
{
    // 100,000 rows in 5.5 s on SQLite with batches of 5,000 (2026-11-23); smaller ones let other writers in between.
    private const int Batch = 2_000;

    /// <summary>True when the gate is open; false when the digest was paused, cancelled or taken over meanwhile.</summary>
    public async Task<bool> RunAsync(int digestId, Guid leaseId, CancellationToken cancellationToken)
    {
        var digest = await db.Digests.AsNoTracking().SingleAsync(d => d.Id == digestId, cancellationToken);
        if (digest.PlannedCount is not null)
            return true;
        var startedAt = digest.StartedAt ?? throw new InvalidOperationException($"Digest {digestId} has not begun.");
        // Again from the first reader until one pass finds nobody: whoever a pass missed is found by the next.
        while (await PassAsync(digest, startedAt, leaseId, cancellationToken) is var written && written != 0)
        {
            if (written < 0)
                return false;
        }
        var rows = await db.Deliveries.CountAsync(d => d.DigestId == digestId, cancellationToken);
        return await db.Digests.Where(d => d.Id == digestId && d.PlannedCount == null && d.LeaseId == leaseId && d.Status == DigestStatus.Sending)
            .ExecuteUpdateAsync(s => s.SetProperty(d => d.PlannedCount, rows), cancellationToken) == 1;
    }

    private async Task<int> PassAsync(Digest digest, DateTimeOffset startedAt, Guid leaseId, CancellationToken cancellationToken)
    {
        var (written, after) = (0, 0L);
        while (true)
        {
            if (!await SliceLease.RenewAsync(db, digest.Id, leaseId, clock.GetUtcNow(), cancellationToken))
                return -1;
            var (count, last) = await db.RetryingAsync(turn => WriteAsync(digest, startedAt, after, turn), cancellationToken);
            if (count == 0)
                return written;
            (written, after) = (written + count, last);
        }
    }

    /// <summary>
    /// One batch: the rows and, for an edition, their readers' cursors in one commit. Nobody's rhythm changes between being read and being
    /// written: SQLite's transaction is the only writer, and SQL Server keeps rows that were read (REPEATABLE READ) from others' updates.
    /// </summary>
    private async Task<(int Count, long Last)> WriteAsync(Digest digest, DateTimeOffset startedAt, long after, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var batch = await (await Audience.OfAsync(db, digest, startedAt, cancellationToken))
            .Where(s => s.SubscriberId > after && !db.Deliveries.Any(d => d.DigestId == digest.Id && d.SubscriberId == s.SubscriberId))
            .OrderBy(s => s.SubscriberId)
            .Select(s => new { s.SubscriberId, s.Id })
            .Take(Batch)
            .ToListAsync(cancellationToken);
        if (batch.Count == 0)
            return (0, after);
        db.Deliveries.AddRange(batch.Select(s => new Delivery { DigestId = digest.Id, SubscriberId = s.SubscriberId, SubscriptionId = s.Id }));
        await db.SaveChangesAsync(cancellationToken);
        db.ChangeTracker.Clear();
        var last = batch[^1].SubscriberId;
        if (digest.CursorId is not null && await MoveCursorsAsync(digest, after, last, cancellationToken) != batch.Count)
            throw new DbUpdateConcurrencyException("Another edition has taken some of these readers: they are read again.");
        await transaction.CommitAsync(cancellationToken);
        return (batch.Count, last);
    }

    private Task<int> MoveCursorsAsync(Digest digest, long after, long last, CancellationToken cancellationToken) => db.Subscriptions
        .Where(s => s.NewsletterId == digest.NewsletterId && s.State == SubscriptionState.Active && s.Rhythm == digest.Rhythm
            && s.StoriesThroughId == digest.CursorId && s.SubscriberId > after && s.SubscriberId <= last)
        .Where(s => db.Deliveries.Any(d => d.DigestId == digest.Id && d.SubscriberId == s.SubscriberId))
        .ExecuteUpdateAsync(s => s.SetProperty(x => x.StoriesThroughId, digest.StoriesThroughId), cancellationToken);
}
