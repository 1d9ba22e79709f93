using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Digests;

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

public static partial class DeliveryRows
{
    /// <summary>
    /// The gate for many at once (see the one for one, which asks the same): which of them are <see cref="DeliveryState.HandingOver"/> now.
    /// Whoever is not among them is asked for alone.
    /// </summary>
    internal static async Task<IReadOnlySet<long>> BeginAsync(NewsroomDb db, int digestId, Guid leaseId, IReadOnlyList<Beginning> beginnings)
    {
        var hashes = beginnings.Select(b => b.AddressHash).ToArray();
        var suppressed = await db.Suppressions.Where(x => EF.Parameter(hashes).Contains(x.AddressHash)).Select(x => x.AddressHash).ToListAsync();
        var asked = beginnings.Where(b => !suppressed.Contains(b.AddressHash)).ToList();
        var opened = 0;
        // The hand-over's instant is the message's Date, which has whole seconds: one or two groups.
        foreach (var group in asked.GroupBy(b => b.Date))
            opened += await BeginAsync(db, digestId, leaseId, [.. group.Select(b => b.Id)], group.Key);
        var ids = asked.Select(b => b.Id).ToArray();
        if (opened == ids.Length)
            return ids.ToHashSet();
        return (await db.Deliveries.Where(d => EF.Parameter(ids).Contains(d.Id) && d.State == DeliveryState.HandingOver && d.LeaseId == leaseId)
            .Select(d => d.Id).ToListAsync()).ToHashSet();
    }

    private static Task<int> BeginAsync(NewsroomDb db, int digestId, Guid leaseId, long[] ids, DateTimeOffset date) => db.Deliveries
        .Where(d => EF.Parameter(ids).Contains(d.Id) && d.State == DeliveryState.Claimed && d.LeaseId == leaseId)
        .Where(d => db.Digests.Any(g => g.Id == digestId && g.Status == DigestStatus.Sending))
        .Where(d => db.Subscriptions.Any(s => s.Id == d.SubscriptionId && s.State == SubscriptionState.Active
            && s.Subscriber.Status == SubscriberStatus.Confirmed && (s.Subscriber.PausedUntil == null || s.Subscriber.PausedUntil <= date)))
        .ExecuteUpdateAsync(s => s
            .SetProperty(d => d.State, DeliveryState.HandingOver)
            .SetProperty(d => d.HandedOverAt, date));

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
        return opened == 1 ? Gate.Open : await WithholdAsync(db, id, leaseId, addressHash, now);
    }

    /// <summary>Withholds a row of a reader who must not be mailed now; <see cref="Gate.Closed"/> when that is not why the gate is shut.</summary>
    public static async Task<Gate> WithholdAsync(NewsroomDb db, long id, Guid leaseId, string addressHash, DateTimeOffset now)
    {
        var ours = db.Deliveries.Where(d => d.Id == id && d.State == DeliveryState.Claimed && d.LeaseId == leaseId
            && db.Digests.Any(g => g.Id == d.DigestId && g.Status == DigestStatus.Sending));
        // Says the opposite in full: between the two statements the digest may have been paused and resumed.
        var withheld = await ours
            .Where(d => db.Suppressions.Any(x => x.AddressHash == addressHash)
                || !db.Subscriptions.Any(s => s.Id == d.SubscriptionId && s.State == SubscriptionState.Active && s.Subscriber.Status == SubscriberStatus.Confirmed))
            .ExecuteUpdateAsync(s => s
                .SetProperty(d => d.State, DeliveryState.Withheld)
                .SetProperty(d => d.SettledAt, now)
                .SetProperty(d => d.Answer, NoLongerSubscribed));
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
}
