using System.Data;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Digests;

/// <summary>
/// Freezes a digest's audience (<see cref="Audience"/>): one row per reader, confirmed and not paused when the digest began. Rows are
/// written by the database itself, for readers that have none yet, so a planning that died is simply done again; the gate
/// (<see cref="Digest.PlannedCount"/>) opens only when no reader without a row is left.
/// </summary>
public sealed class PlanAudience(NewsroomDb db, TimeProvider clock)
{
    // Subscribers' ids a batch: each is a transaction of some ten milliseconds on SQLite, and other writers come in between.
    private const int Batch = 10_000;

    /// <summary>True when the gate is open; false when the digest was paused, cancelled or taken over meanwhile.</summary>
    public async Task<bool> RunAsync(int digestId, Guid leaseId, CancellationToken cancellationToken)
    {
        var digest = await db.Digests.AsNoTracking().SingleAsync(d => d.Id == digestId, cancellationToken);
        if (digest.PlannedCount is not null)
            return true;
        var startedAt = digest.StartedAt ?? throw new InvalidOperationException($"Digest {digestId} has not begun.");
        do
        {
            if (!await PassAsync(digest, startedAt, leaseId, cancellationToken))
                return false;
        }
        // Whoever a pass missed is found by the next.
        while (await (await MissingAsync(digest, startedAt, cancellationToken)).AnyAsync(cancellationToken));
        var rows = await db.Deliveries.CountAsync(d => d.DigestId == digestId, cancellationToken);
        return await db.Digests.Where(d => d.Id == digestId && d.PlannedCount == null && d.LeaseId == leaseId && d.Status == DigestStatus.Sending)
            .ExecuteUpdateAsync(s => s.SetProperty(d => d.PlannedCount, rows), cancellationToken) == 1;
    }

    private async Task<bool> PassAsync(Digest digest, DateTimeOffset startedAt, Guid leaseId, CancellationToken cancellationToken)
    {
        var last = await db.Subscribers.MaxAsync(s => (long?)s.Id, cancellationToken) ?? 0;
        for (var after = 0L; after < last; after += Batch)
        {
            if (!await SliceLease.RenewAsync(db, digest.Id, leaseId, clock.GetUtcNow(), cancellationToken))
                return false;
            await db.RetryingAsync(turn => WriteAsync(digest, startedAt, after, turn), cancellationToken);
        }
        return true;
    }

    private async Task<IQueryable<Subscription>> MissingAsync(Digest digest, DateTimeOffset startedAt, CancellationToken cancellationToken) =>
        (await Audience.OfAsync(db, digest, startedAt, cancellationToken))
            .Where(s => !db.Deliveries.Any(d => d.DigestId == digest.Id && d.SubscriberId == s.SubscriberId));

    /// <summary>
    /// One batch: the rows and, for an edition, their readers' cursors in one commit. Nobody's rhythm changes between being read and being
    /// written: SQLite's transaction is the only writer, and SQL Server keeps rows that were read (REPEATABLE READ) from others' updates.
    /// </summary>
    private async Task<int> WriteAsync(Digest digest, DateTimeOffset startedAt, long after, CancellationToken cancellationToken)
    {
        var through = after + Batch;
        await using var transaction = await db.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var missing = await MissingAsync(digest, startedAt, cancellationToken);
        var count = await db.InsertFromAsync<Delivery>(
            missing.Where(s => s.SubscriberId > after && s.SubscriberId <= through).Select(s => new { s.SubscriberId, SubscriptionId = s.Id }),
            new Dictionary<string, object>
            {
                [nameof(Delivery.DigestId)] = digest.Id,
                [nameof(Delivery.State)] = DeliveryState.Planned,
                [nameof(Delivery.Attempts)] = 0,
            },
            cancellationToken);
        if (count > 0 && digest.CursorId is not null && await MoveCursorsAsync(digest, after, through, cancellationToken) != count)
            throw new DbUpdateConcurrencyException("Another edition has taken some of these readers: they are read again.");
        await transaction.CommitAsync(cancellationToken);
        return count;
    }

    private Task<int> MoveCursorsAsync(Digest digest, long after, long through, CancellationToken cancellationToken) => db.Subscriptions
        .Where(s => s.NewsletterId == digest.NewsletterId && s.State == SubscriptionState.Active && s.Rhythm == digest.Rhythm
            && s.StoriesThroughId == digest.CursorId && s.SubscriberId > after && s.SubscriberId <= through)
        .Where(s => db.Deliveries.Any(d => d.DigestId == digest.Id && d.SubscriberId == s.SubscriberId))
        .ExecuteUpdateAsync(s => s.SetProperty(x => x.StoriesThroughId, digest.StoriesThroughId), cancellationToken);
}
