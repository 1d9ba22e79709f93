using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Digests;

/// <summary>Who a message is for: what it needs beside its digest.</summary>
public sealed record DigestReader(long SubscriberId, string SubscriberPublicId, string SubscriptionPublicId, string Address, string? Name);

/// <summary>A row taken by a slice.</summary>
public sealed record ClaimedDelivery(long Id, int Attempts, DigestReader Reader);

/// <summary>What the gate before the hand-over said.</summary>
public enum Gate
{
    /// <summary>The row is <see cref="DeliveryState.HandingOver"/>, committed: send it.</summary>
    Open,

    /// <summary>The reader left, paused, was suppressed or erased since planning: the row is <see cref="DeliveryState.Withheld"/>.</summary>
    Withheld,

    /// <summary>The digest was paused, stopped or cancelled, or another slice took over: leave the row alone.</summary>
    Closed,
}

/// <summary>
/// Every change of a delivery's state, each one a guarded update: it names the state and the lease it expects, and the count of rows
/// it changed is the answer. Nothing is decided on what was read before.
/// </summary>
public static class DeliveryRows
{
    /// <summary>Takes up to <paramref name="limit"/> rows for a slice: those never tried, then those whose next attempt is due.</summary>
    public static async Task<List<ClaimedDelivery>> ClaimAsync(
        NewsroomDb db, int digestId, Guid leaseId, DateTimeOffset now, DateTimeOffset until, int limit)
    {
        var open = db.Deliveries.Where(d => d.DigestId == digestId
            && db.Digests.Any(g => g.Id == digestId && g.LeaseId == leaseId && g.Status == DigestStatus.Sending && g.PlannedCount != null));
        var ids = await open.Where(d => d.State == DeliveryState.Planned).OrderBy(d => d.Id).Select(d => d.Id).Take(limit).ToListAsync();
        if (ids.Count < limit)
        {
            ids.AddRange(await open.Where(d => d.State == DeliveryState.Deferred && d.NextAttemptAt <= now)
                .OrderBy(d => d.Id).Select(d => d.Id).Take(limit - ids.Count).ToListAsync());
        }
        await open.Where(d => ids.Contains(d.Id) && (d.State == DeliveryState.Planned || d.State == DeliveryState.Deferred))
            .ExecuteUpdateAsync(s => s
                .SetProperty(d => d.State, DeliveryState.Claimed)
                .SetProperty(d => d.LeaseId, leaseId)
                .SetProperty(d => d.LeaseUntil, until));
        // By id, not by lease alone: rows of the claim before may still wait for a worker, and must not come twice.
        return await (
            from delivery in db.Deliveries
            join subscription in db.Subscriptions on delivery.SubscriptionId equals subscription.Id
            where ids.Contains(delivery.Id) && delivery.State == DeliveryState.Claimed && delivery.LeaseId == leaseId
            orderby delivery.Id
            select new ClaimedDelivery(delivery.Id, delivery.Attempts, new DigestReader(delivery.SubscriberId,
                subscription.Subscriber.PublicId, subscription.PublicId, subscription.Subscriber.Address, subscription.Subscriber.Name))).ToListAsync();
    }

    /// <summary>
    /// The last question before the mail leaves, asked and answered in one statement: is the digest still being sent, the row still ours,
    /// the reader still confirmed, subscribed, not paused and not suppressed (by <see cref="Suppression.AddressHash"/>)?
    /// </summary>
    public static async Task<Gate> BeginAsync(NewsroomDb db, long id, Guid leaseId, string addressHash, DateTimeOffset now)
    {
        var ours = db.Deliveries.Where(d => d.Id == id && d.State == DeliveryState.Claimed && d.LeaseId == leaseId
            && db.Digests.Any(g => g.Id == d.DigestId && g.Status == DigestStatus.Sending));
        var opened = await ours
            .Where(d => db.Subscriptions.Any(s => s.Id == d.SubscriptionId && s.State == SubscriptionState.Active && s.Subscriber.Status == SubscriberStatus.Confirmed))
            .Where(d => !db.Suppressions.Any(x => x.AddressHash == addressHash))
            .Where(d => !db.Subscribers.Any(s => s.Id == d.SubscriberId && s.PausedUntil > now))
            .ExecuteUpdateAsync(s => s
                .SetProperty(d => d.State, DeliveryState.HandingOver)
                .SetProperty(d => d.HandedOverAt, now));
        if (opened == 1)
            return Gate.Open;
        // Says the opposite in full: between the two statements the digest may have been paused and resumed.
        var withheld = await ours
            .Where(d => db.Suppressions.Any(x => x.AddressHash == addressHash)
                || !db.Subscriptions.Any(s => s.Id == d.SubscriptionId && s.State == SubscriptionState.Active && s.Subscriber.Status == SubscriberStatus.Confirmed))
            .ExecuteUpdateAsync(s => s
                .SetProperty(d => d.State, DeliveryState.Withheld)
                .SetProperty(d => d.SettledAt, now)
                .SetProperty(d => d.Answer, "No longer subscribed, or the address is suppressed."));
        return withheld == 1 || await WithholdPausedAsync(db, ours, id, now) ? Gate.Withheld : Gate.Closed;
    }

    /// <summary>
    /// A pause is no goodbye: the cursor that planning moved goes back, and what is withheld here comes after the pause. In the same
    /// transaction as the row: what runs the gate commits it.
    /// </summary>
    private static async Task<bool> WithholdPausedAsync(NewsroomDb db, IQueryable<Delivery> ours, long id, DateTimeOffset now)
    {
        var withheld = await ours
            .Where(d => db.Subscribers.Any(s => s.Id == d.SubscriberId && s.PausedUntil > now))
            .ExecuteUpdateAsync(s => s
                .SetProperty(d => d.State, DeliveryState.Withheld)
                .SetProperty(d => d.SettledAt, now)
                .SetProperty(d => d.Answer, "Paused by the reader."));
        if (withheld == 0)
            return false;
        var edition = await db.Digests.Where(g => g.CursorId != null && db.Deliveries.Any(d => d.Id == id && d.DigestId == g.Id))
            .Select(g => new { g.CursorId, g.StoriesThroughId }).SingleOrDefaultAsync();
        if (edition is not null)
        {
            await db.Subscriptions
                .Where(s => s.StoriesThroughId == edition.StoriesThroughId && db.Deliveries.Any(d => d.Id == id && d.SubscriptionId == s.Id))
                .ExecuteUpdateAsync(s => s.SetProperty(x => x.StoriesThroughId, edition.CursorId));
        }
        return true;
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
        db.Deliveries.Where(d => ids.Contains(d.Id) && d.LeaseId == leaseId && d.State == DeliveryState.Refused)
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

    /// <summary>What dead slices left: taken rows are free again, begun ones are uncertain. Never the other way round.</summary>
    /// <param name="db">Where.</param>
    /// <param name="expiredBefore">Leases that ran out before this instant are dead.</param>
    /// <param name="now">When the uncertain ones were settled so.</param>
    /// <param name="cancellationToken">Cancels; may be run again.</param>
    public static async Task<int> ReclaimAsync(NewsroomDb db, DateTimeOffset expiredBefore, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await db.Deliveries.Where(d => d.State == DeliveryState.Claimed && d.LeaseUntil < expiredBefore)
            .ExecuteUpdateAsync(s => s.SetProperty(d => d.State, DeliveryState.Planned), cancellationToken);
        return await db.Deliveries.Where(d => d.State == DeliveryState.HandingOver && d.LeaseUntil < expiredBefore)
            .ExecuteUpdateAsync(s => s
                .SetProperty(d => d.State, DeliveryState.Uncertain)
                .SetProperty(d => d.SettledAt, now)
                .SetProperty(d => d.Answer, "The program stopped between handing over and hearing the answer."), cancellationToken);
    }
}
