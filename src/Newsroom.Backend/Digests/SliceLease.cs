using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Digests;

/// <summary>
/// At most one live slice per digest, whatever Hangfire runs twice. The lease is also the fence: every row a slice takes carries its id,
/// and a slice that lost its lease finds its guarded updates changing nothing.
/// </summary>
public static class SliceLease
{
    /// <summary>
    /// How long a silent slice is believed to live: after a crash another process goes on that soon. Short is safe, because a slice that was only
    /// slow is fenced off: its rows' updates name its lease.
    /// </summary>
    public static readonly TimeSpan Length = TimeSpan.FromSeconds(20);
    public static readonly TimeSpan RenewEvery = TimeSpan.FromSeconds(5);

    public static async Task<bool> TakeAsync(NewsroomDb db, int digestId, Guid leaseId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var until = now + Length;
        return await db.Digests
            .Where(d => d.Id == digestId && d.Status == DigestStatus.Sending && (d.LeaseUntil == null || d.LeaseUntil < now))
            .ExecuteUpdateAsync(s => s.SetProperty(d => d.LeaseId, leaseId).SetProperty(d => d.LeaseUntil, until), cancellationToken) == 1;
    }

    /// <summary>
    /// False when the digest is no longer being sent, another slice has it, or the lease has run out: it is never taken up again, because the sweep may have
    /// freed its rows meanwhile, and the slice would take a second time what it already holds.
    /// </summary>
    public static async Task<bool> RenewAsync(NewsroomDb db, int digestId, Guid leaseId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var until = now + Length;
        return await db.Digests.Where(d => d.Id == digestId && d.LeaseId == leaseId && d.LeaseUntil >= now && d.Status == DigestStatus.Sending)
            .ExecuteUpdateAsync(s => s.SetProperty(d => d.LeaseUntil, until), cancellationToken) == 1;
    }

    public static Task<int> ReleaseAsync(NewsroomDb db, int digestId, Guid leaseId) =>
        db.Digests.Where(d => d.Id == digestId && d.LeaseId == leaseId)
            .ExecuteUpdateAsync(s => s.SetProperty(d => d.LeaseId, (Guid?)null).SetProperty(d => d.LeaseUntil, (DateTimeOffset?)null));
}
