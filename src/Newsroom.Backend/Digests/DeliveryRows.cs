using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Digests;

/// <summary>Who a message is for: what it needs beside its digest.</summary>
public sealed record DigestReader(long SubscriberId, string SubscriberPublicId, string SubscriptionPublicId, string Address, string? Name);

/// <summary>A row taken by a slice.</summary>
/// <param name="Id">Of the delivery.</param>
/// <param name="Attempts">Made before.</param>
/// <param name="Reader">Whom it is for.</param>
/// <param name="MayGo">False: the reader left or paused since planning.</param>
/// <param name="WasPutBack">It was refused once, with what held the digest for people, who let it go on.</param>
public sealed record ClaimedDelivery(long Id, int Attempts, DigestReader Reader, bool MayGo, bool WasPutBack);

/// <summary>
/// Every change of a delivery's state, each one a guarded update: it names the state and the lease it expects, and the count of rows
/// it changed is the answer. Nothing is decided on what was read before.
/// </summary>
public static partial class DeliveryRows
{
    private const string NoLongerSubscribed = "No longer subscribed, or the address is suppressed.";

    /// <summary>
    /// Takes up to <paramref name="limit"/> rows for a slice: those whose next attempt is due, at most half of them, so that the others
    /// wait for nobody's trouble; then those never tried.
    /// </summary>
    public static async Task<List<ClaimedDelivery>> ClaimAsync(
        NewsroomDb db, int digestId, Guid leaseId, DateTimeOffset now, DateTimeOffset until, int limit)
    {
        var mine = db.Digests.Where(g => g.Id == digestId && g.LeaseId == leaseId && g.LeaseUntil >= now && g.Status == DigestStatus.Sending && g.PlannedCount != null);
        var open = db.Deliveries.Where(d => d.DigestId == digestId && mine.Any());
        var ids = await open.Where(d => d.State == DeliveryState.Deferred && d.NextAttemptAt <= now)
            .OrderBy(d => d.NextAttemptAt).ThenBy(d => d.Id).Select(d => d.Id).Take((limit + 1) / 2).ToListAsync();
        ids.AddRange(await open.Where(d => d.State == DeliveryState.Planned)
            .OrderBy(d => d.NextAttemptAt).ThenBy(d => d.Id).Select(d => d.Id).Take(limit - ids.Count).ToListAsync());
        if (ids.Count == 0)
            return [];
        var taken = await db.Deliveries
            .Where(d => EF.Parameter(ids).Contains(d.Id) && mine.Any() && (d.State == DeliveryState.Planned || d.State == DeliveryState.Deferred))
            .ExecuteUpdateAsync(s => s
                .SetProperty(d => d.State, DeliveryState.Claimed)
                .SetProperty(d => d.LeaseId, leaseId)
                .SetProperty(d => d.LeaseUntil, until));
        // By id, not by lease alone: rows of the claim before may still wait for a worker, and must not come twice.
        var claims = await (
            from delivery in db.Deliveries
            join subscription in db.Subscriptions on delivery.SubscriptionId equals subscription.Id
            let reader = subscription.Subscriber
            where EF.Parameter(ids).Contains(delivery.Id) && delivery.State == DeliveryState.Claimed && delivery.LeaseId == leaseId
            orderby delivery.Id
            select new ClaimedDelivery(
                delivery.Id, delivery.Attempts, new DigestReader(delivery.SubscriberId, reader.PublicId, subscription.PublicId, reader.Address, reader.Name),
                subscription.State == SubscriptionState.Active && reader.Status == SubscriberStatus.Confirmed
                    && (reader.PausedUntil == null || reader.PausedUntil <= now),
                // Whatever else opens a refused row again takes its code away.
                delivery.Attempts > 0 && delivery.Code >= 500)).ToListAsync();
        if (claims.Count < taken)
            await WithholdGoneAsync(db, ids, leaseId, now);
        return claims;
    }

    /// <summary>An import was taken back while its readers were being planned: their subscriptions are no more, and nobody would ever settle these rows.</summary>
    private static Task<int> WithholdGoneAsync(NewsroomDb db, List<long> ids, Guid leaseId, DateTimeOffset now) => db.Deliveries
        .Where(d => EF.Parameter(ids).Contains(d.Id) && d.State == DeliveryState.Claimed && d.LeaseId == leaseId)
        .Where(d => !db.Subscriptions.Any(s => s.Id == d.SubscriptionId))
        .ExecuteUpdateAsync(s => s
            .SetProperty(d => d.State, DeliveryState.Withheld)
            .SetProperty(d => d.SettledAt, now)
            .SetProperty(d => d.Answer, NoLongerSubscribed));

    /// <summary>When the next row that was put off is due for this slice; null when none is, or the digest is no longer its to send.</summary>
    public static Task<DateTimeOffset?> NextDueAsync(NewsroomDb db, int digestId, Guid leaseId, DateTimeOffset now)
    {
        var mine = db.Digests.Where(g => g.Id == digestId && g.LeaseId == leaseId && g.LeaseUntil >= now && g.Status == DigestStatus.Sending);
        return db.Deliveries.Where(d => d.DigestId == digestId && d.State == DeliveryState.Deferred && mine.Any()).MinAsync(d => d.NextAttemptAt);
    }

    /// <summary>The server has these messages. As <see cref="SettleAsync"/> of each: also where a sweep said uncertain meanwhile.</summary>
    public static Task<int> AcceptAsync(NewsroomDb db, long[] ids, Guid leaseId, DateTimeOffset now) => db.Deliveries
        .Where(d => EF.Parameter(ids).Contains(d.Id) && d.LeaseId == leaseId && (d.State == DeliveryState.HandingOver || d.State == DeliveryState.Uncertain))
        .ExecuteUpdateAsync(s => s
            .SetProperty(d => d.State, DeliveryState.Accepted)
            .SetProperty(d => d.Attempts, d => d.Attempts + 1)
            .SetProperty(d => d.NextAttemptAt, (DateTimeOffset?)null)
            .SetProperty(d => d.SettledAt, now)
            .SetProperty(d => d.Code, 250)
            .SetProperty(d => d.Answer, (string?)null)
            .SetProperty(d => d.Owner, (FaultOwner?)null));

    /// <summary>Their receivers' pace puts taken rows off; no attempt is used.</summary>
    public static async Task<int> PutOffAsync(NewsroomDb db, IReadOnlyList<(long Id, DateTimeOffset Until)> rows, Guid leaseId)
    {
        var count = 0;
        foreach (var together in rows.GroupBy(r => r.Until, r => r.Id))
        {
            var (ids, until) = (together.ToArray(), together.Key);
            count += await db.Deliveries.Where(d => EF.Parameter(ids).Contains(d.Id) && d.LeaseId == leaseId && d.State == DeliveryState.Claimed)
                .ExecuteUpdateAsync(s => s
                    .SetProperty(d => d.State, DeliveryState.Deferred)
                    .SetProperty(d => d.NextAttemptAt, until)
                    .SetProperty(d => d.Answer, "Waiting for its receiver's pace."));
        }
        return count;
    }

    /// <summary>
    /// Writes what became of a row: of its hand-over, or that there was no connection for it. A row that a sweep has called uncertain
    /// meanwhile takes the truth: knowing late is better than not knowing. Only a digest that is sent opens no row again.
    /// False when the row is no longer this slice's.
    /// </summary>
    public static async Task<bool> SettleAsync(NewsroomDb db, long id, Guid leaseId, Settlement settlement, DateTimeOffset now)
    {
        var final = settlement.State != DeliveryState.Deferred;
        return await db.Deliveries
            .Where(d => d.Id == id && d.LeaseId == leaseId && (d.State == DeliveryState.Claimed || d.State == DeliveryState.HandingOver
                || (d.State == DeliveryState.Uncertain && (final || db.Digests.Any(g => g.Id == d.DigestId && g.Status != DigestStatus.Sent)))))
            .ExecuteUpdateAsync(s => s
                .SetProperty(d => d.State, settlement.State)
                .SetProperty(d => d.Attempts, settlement.Attempts)
                .SetProperty(d => d.NextAttemptAt, settlement.NextAttemptAt)
                .SetProperty(d => d.SettledAt, settlement.State == DeliveryState.Deferred ? null : (DateTimeOffset?)now)
                .SetProperty(d => d.Code, settlement.Code)
                .SetProperty(d => d.Answer, settlement.Answer)
                .SetProperty(d => d.Owner, settlement.Owner)) == 1;
    }

    /// <summary>Takes back refusals that were meant for the newsroom: their readers are due when people resume the digest.</summary>
    public static Task<int> PutBackAsync(NewsroomDb db, IReadOnlyList<long> ids, Guid leaseId, DateTimeOffset nextAttemptAt) =>
        db.Deliveries.Where(d => EF.Parameter(ids).Contains(d.Id) && d.LeaseId == leaseId && d.State == DeliveryState.Refused)
            .ExecuteUpdateAsync(s => s
                .SetProperty(d => d.State, DeliveryState.Deferred)
                .SetProperty(d => d.NextAttemptAt, nextAttemptAt)
                .SetProperty(d => d.SettledAt, (DateTimeOffset?)null));

    /// <summary>Says that the slice still lives; what it holds stays its own until <paramref name="until"/>.</summary>
    public static Task<int> RenewAsync(NewsroomDb db, int digestId, Guid leaseId, DateTimeOffset until) =>
        db.Deliveries.Where(d => d.DigestId == digestId && d.LeaseId == leaseId && (d.State == DeliveryState.Claimed || d.State == DeliveryState.HandingOver))
            .ExecuteUpdateAsync(s => s.SetProperty(d => d.LeaseUntil, until));

    /// <summary>Gives back what a slice took and did not begin.</summary>
    public static Task<int> ReleaseAsync(NewsroomDb db, int digestId, Guid leaseId) =>
        db.Deliveries.Where(d => d.DigestId == digestId && d.State == DeliveryState.Claimed && d.LeaseId == leaseId)
            .ExecuteUpdateAsync(s => s.SetProperty(d => d.State, DeliveryState.Planned));

    /// <summary>
    /// What dead slices left: taken rows are free again, begun ones are uncertain. Never the other way round. Digest by digest, which the index
    /// knows; one that is sent has no such rows.
    /// </summary>
    /// <param name="db">Where.</param>
    /// <param name="expiredBefore">Leases that ran out before this instant are dead.</param>
    /// <param name="now">When the uncertain ones were settled so.</param>
    /// <param name="cancellationToken">Cancels; may be run again.</param>
    public static async Task<int> ReclaimAsync(NewsroomDb db, DateTimeOffset expiredBefore, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var digests = await db.Digests
            .Where(g => g.StartedAt != null && g.Status != DigestStatus.Sent)
            .Where(g => db.Deliveries.Any(d => d.DigestId == g.Id && (d.State == DeliveryState.Claimed || d.State == DeliveryState.HandingOver)))
            .Select(g => g.Id).ToListAsync(cancellationToken);
        var uncertain = 0;
        foreach (var id in digests)
        {
            var dead = db.Deliveries.Where(d => d.DigestId == id && d.LeaseUntil < expiredBefore);
            await dead.Where(d => d.State == DeliveryState.Claimed).ExecuteUpdateAsync(s => s.SetProperty(d => d.State, DeliveryState.Planned), cancellationToken);
            uncertain += await dead.Where(d => d.State == DeliveryState.HandingOver)
                .ExecuteUpdateAsync(s => s
                    .SetProperty(d => d.State, DeliveryState.Uncertain)
                    .SetProperty(d => d.SettledAt, now)
                    .SetProperty(d => d.Answer, "The program stopped between handing over and hearing the answer."), cancellationToken);
        }
        return uncertain;
    }
}
