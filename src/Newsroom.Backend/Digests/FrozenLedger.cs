using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Digests;

/// <summary>
/// The ledger of a digest that is over, kept on its row: counted in the statement that ends it, and again in the transaction of whatever changes
/// one of its rows later. Always from the rows; never a number moved by one.
/// </summary>
public static class FrozenLedger
{
    /// <summary>"Sent" is said only of a digest whose every row is accounted for; by <see cref="FinishDigest"/>.</summary>
    /// <returns>1 when it is said now.</returns>
    public static Task<int> FinishAsync(NewsroomDb db, int digestId, DateTimeOffset now, CancellationToken cancellationToken) =>
        Complete(db, db.Digests.Where(d => d.Id == digestId && d.Status == DigestStatus.Sending))
            .Where(d => d.PlannedCount == db.Deliveries.Count(r => r.DigestId == d.Id))
            .ExecuteUpdateAsync(s => s
                .SetProperty(d => d.Status, DigestStatus.Sent)
                .SetProperty(d => d.FinishedAt, now)
                .SetProperty(d => d.Reason, (string?)null)
                .SetProperty(d => d.AcceptedCount, d => db.Deliveries.Count(r => r.DigestId == d.Id && r.State == DeliveryState.Accepted))
                .SetProperty(d => d.RefusedCount, d => db.Deliveries.Count(r => r.DigestId == d.Id && r.State == DeliveryState.Refused))
                .SetProperty(d => d.WithheldCount, d => db.Deliveries.Count(r => r.DigestId == d.Id && r.State == DeliveryState.Withheld))
                .SetProperty(d => d.UncertainCount, d => db.Deliveries.Count(r => r.DigestId == d.Id && r.State == DeliveryState.Uncertain)), cancellationToken);

    /// <summary>Counts one that is over and whose last row is settled; leaves any other alone, also one that a slice still works on.</summary>
    public static Task<int> FreezeAsync(NewsroomDb db, int digestId, DateTimeOffset now, CancellationToken cancellationToken) =>
        CountAsync(db, Complete(db, db.Digests.Where(d => d.Id == digestId && (d.Status == DigestStatus.Sent || d.Status == DigestStatus.Cancelled)
            && (d.LeaseUntil == null || d.LeaseUntil < now))), cancellationToken);

    /// <summary>Counts a frozen one again. Works in the transaction that changed its rows.</summary>
    public static Task<int> RecountAsync(NewsroomDb db, int digestId, CancellationToken cancellationToken) =>
        CountAsync(db, db.Digests.Where(d => d.Id == digestId && d.AcceptedCount != null), cancellationToken);

    /// <summary>
    /// A sent digest with a reader who still waits is not sent. Statements that cross make one on SQL Server: it reads a row as settled and ends the digest, while
    /// another opens that row again, having read the digest as not ended (a late answer, staff who send what is uncertain).
    /// </summary>
    /// <param name="db">Where.</param>
    /// <param name="since">Those that ended later.</param>
    /// <param name="now">From here on it is being sent again.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static Task<int> ReopenAsync(NewsroomDb db, DateTimeOffset since, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var open = OpenRows(db);
        return db.Digests.Where(d => d.Status == DigestStatus.Sent && d.FinishedAt > since && open.Any(r => r.DigestId == d.Id))
            .ExecuteUpdateAsync(
                s => s.SetProperty(d => d.Status, DigestStatus.Sending)
                    .SetProperty(d => d.RunningSince, now)
                    .SetProperty(d => d.FinishedAt, (DateTimeOffset?)null)
                    .SetProperty(d => d.AcceptedCount, (int?)null)
                    .SetProperty(d => d.RefusedCount, (int?)null)
                    .SetProperty(d => d.WithheldCount, (int?)null)
                    .SetProperty(d => d.UncertainCount, (int?)null), cancellationToken);
    }

    private static IQueryable<Digest> Complete(NewsroomDb db, IQueryable<Digest> digests)
    {
        var open = OpenRows(db);
        return digests.Where(d => !open.Any(r => r.DigestId == d.Id));
    }

    private static IQueryable<Delivery> OpenRows(NewsroomDb db) => db.Deliveries.Where(
        r => r.State == DeliveryState.Planned || r.State == DeliveryState.Claimed || r.State == DeliveryState.HandingOver || r.State == DeliveryState.Deferred);

    private static Task<int> CountAsync(NewsroomDb db, IQueryable<Digest> digests, CancellationToken cancellationToken) => digests.ExecuteUpdateAsync(
        s => s
            .SetProperty(d => d.AcceptedCount, d => db.Deliveries.Count(r => r.DigestId == d.Id && r.State == DeliveryState.Accepted))
            .SetProperty(d => d.RefusedCount, d => db.Deliveries.Count(r => r.DigestId == d.Id && r.State == DeliveryState.Refused))
            .SetProperty(d => d.WithheldCount, d => db.Deliveries.Count(r => r.DigestId == d.Id && r.State == DeliveryState.Withheld))
            .SetProperty(d => d.UncertainCount, d => db.Deliveries.Count(r => r.DigestId == d.Id && r.State == DeliveryState.Uncertain)),
        cancellationToken);
}
