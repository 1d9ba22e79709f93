using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Mail.Relays;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Digests;

/// <summary>A taken row whose message may be made.</summary>
internal sealed record DueDelivery(ClaimedDelivery Claim, EmailAddress Address, string AddressHash);

/// <summary>
/// The one claimant of a slice: takes rows batch by batch, withholds those of readers who must not be mailed and puts off those whose
/// receivers want fewer now, each with one commit a batch.
/// </summary>
internal sealed class SliceClaims(
    DeliveryWriter writer, LaneShare share, ReceivingLimits receiving, SuppressionList suppressions, SliceBrake brake, TimeProvider clock)
{
    // A part of a second's work at full speed, some seconds' at most relays: what a crash leaves to be reclaimed, and how stale an address can be.
    private const int Size = 200;

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    /// <param name="digestId">Of which digest.</param>
    /// <param name="leaseId">By which slice.</param>
    /// <param name="endsAt">Rows that were put off until before then are waited for.</param>
    public async IAsyncEnumerable<DueDelivery> ReadAsync(int digestId, Guid leaseId, DateTimeOffset endsAt)
    {
        while (!brake.Ends && share.Held is null)
        {
            var now = clock.GetUtcNow();
            var claims = await writer.CommitAsync(db => DeliveryRows.ClaimAsync(db, digestId, leaseId, now, now + SliceLease.Length, Size));
            if (claims.Count == 0)
            {
                if (!await WaitAsync(digestId, leaseId, endsAt))
                    yield break;
                continue;
            }
            var taken = await AddressAsync(claims);
            var mailable = await writer.CommitAsync(db => WithholdAsync(db, taken, leaseId, now));
            foreach (var due in await InPaceAsync(mailable, leaseId, now))
            {
                if (brake.Ends)
                    yield break;
                yield return due;
            }
        }
    }

    // Not inside a transaction: the key of the hashes is made at its first use, by another connection.
    private async Task<List<DueDelivery>> AddressAsync(List<ClaimedDelivery> claims)
    {
        var taken = new List<DueDelivery>(claims.Count);
        foreach (var claim in claims)
        {
            var address = EmailAddress.Parse(claim.Reader.Address);
            taken.Add(new DueDelivery(claim, address, await suppressions.HashAsync(address, CancellationToken.None)));
        }
        return taken;
    }

    private static async Task<List<DueDelivery>> WithholdAsync(NewsroomDb db, List<DueDelivery> taken, Guid leaseId, DateTimeOffset now)
    {
        var hashes = taken.ConvertAll(t => t.AddressHash);
        var suppressed = (await db.Suppressions.Where(s => EF.Parameter(hashes).Contains(s.AddressHash))
            .Select(s => s.AddressHash).ToListAsync()).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in taken.Where(t => !t.Claim.MayGo || suppressed.Contains(t.AddressHash)))
            await DeliveryRows.WithholdAsync(db, gone.Claim.Id, leaseId, gone.AddressHash, now);
        return taken.FindAll(t => t.Claim.MayGo && !suppressed.Contains(t.AddressHash));
    }

    private async Task<List<DueDelivery>> InPaceAsync(List<DueDelivery> taken, Guid leaseId, DateTimeOffset now)
    {
        var (going, waiting) = (new List<DueDelivery>(taken.Count), new List<(long Id, DateTimeOffset Until)>());
        foreach (var due in taken)
        {
            if (receiving.PutOffUntil(due.Address, now) is { } until)
                waiting.Add((due.Claim.Id, until));
            else
                going.Add(due);
        }
        if (waiting.Count > 0)
            await writer.CommitAsync(db => DeliveryRows.PutOffAsync(db, waiting, leaseId));
        return going;
    }

    /// <summary>True when a row is due soon: ask again. Waits for it, but never long, so that a pause or a stop is heard.</summary>
    private async Task<bool> WaitAsync(int digestId, Guid leaseId, DateTimeOffset endsAt)
    {
        if (await writer.CommitAsync(db => DeliveryRows.NextDueAsync(db, digestId, leaseId, clock.GetUtcNow())) is not { } next || next >= endsAt)
            return false;
        while (!brake.Ends && next - clock.GetUtcNow() is var wait && wait > TimeSpan.Zero)
            await Task.Delay(wait < LongestWait ? wait : LongestWait, clock);
        return true;
    }
}
