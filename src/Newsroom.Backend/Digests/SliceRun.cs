using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Mail.Bounces;
using Newsroom.Backend.Mail.Relays;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Digests;

/// <summary>
/// One slice's sending: as many workers as the relay has connections, one claimant, one writer. Each message goes
/// <c>build → turn at the relay → gate (committed) → send → settle (committed)</c>; between gate and settlement nothing cancels.
/// </summary>
public sealed class SliceRun(
    NewsroomDb db, IServiceScopeFactory scopes, Editions editions, SmtpRelay relay, SuppressionList suppressions, HeedAnswer heed, Stragglers stragglers, TimeProvider clock)
{
    /// <summary>A job of under a minute: a stopping server waits for it, and Hangfire never takes it for dead.</summary>
    public static readonly TimeSpan Length = TimeSpan.FromSeconds(45);

    // For the messages in hand. One slow recipient must not keep the digest from all others: whoever takes longer is left to himself.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    // Some seconds' work: what a crash leaves to be reclaimed, and how stale a reader's address can be.
    private const int ClaimSize = 100;

    /// <returns>True when time was up and there is more to send now.</returns>
    public async Task<bool> RunAsync(int digestId, Guid leaseId, CancellationToken cancellationToken)
    {
        var edition = await editions.RenderAsync(digestId, cancellationToken);
        var brake = new SliceBrake(clock, clock.GetUtcNow() + Length, cancellationToken);
        var sending = SendAllAsync(edition, edition.Lane, digestId, leaseId, brake);
        await sending.WaitAsync(Length + Grace, clock, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (sending.IsCompleted)
            await sending;
        else
            stragglers.Leave(sending);
        await ReportAsync(digestId, leaseId, brake);
        return brake.TimeIsUp;
    }

    private async Task SendAllAsync(Edition edition, MailLane lane, int digestId, Guid leaseId, SliceBrake brake)
    {
        await using var writer = new DeliveryWriter(scopes, clock);
        using var share = relay.Join(lane);
        await using var heartbeat = new Heartbeat(writer, clock, digestId, leaseId, brake);
        var workers = new ParallelOptions { MaxDegreeOfParallelism = share.MaxConnections, CancellationToken = CancellationToken.None };
        await Parallel.ForEachAsync(ClaimsAsync(writer, digestId, leaseId, brake), workers, (claim, _) => SendAsync(writer, share, edition, digestId, claim, leaseId, brake));
    }

    private async IAsyncEnumerable<ClaimedDelivery> ClaimsAsync(DeliveryWriter writer, int digestId, Guid leaseId, SliceBrake brake)
    {
        while (!brake.Ends)
        {
            var now = clock.GetUtcNow();
            var claims = await writer.CommitAsync(db => DeliveryRows.ClaimAsync(db, digestId, leaseId, now, now + SliceLease.Length, ClaimSize));
            if (claims.Count == 0)
                yield break;
            foreach (var claim in claims)
            {
                if (brake.Ends)
                    yield break;
                yield return claim;
            }
        }
    }

    private async ValueTask SendAsync(DeliveryWriter writer, LaneShare share, Edition edition, int digestId, ClaimedDelivery claim, Guid leaseId, SliceBrake brake)
    {
        var address = EmailAddress.Parse(claim.Reader.Address);
        var addressHash = await suppressions.HashAsync(address, CancellationToken.None);
        var now = clock.GetUtcNow();
        var message = await edition.BuildAsync(claim.Reader, now, CancellationToken.None);
        // Held until the outcome is committed: a kill leaves no more rows in doubt than there are connections.
        await using var turn = await share.TakeTurnAsync(CancellationToken.None);
        if (brake.Ends)
            return;
        var gate = turn.Unopened is null ? await writer.CommitAsync(db => DeliveryRows.BeginAsync(db, claim.Id, leaseId, addressHash, now)) : Gate.Open;
        if (gate == Gate.Closed)
            brake.End();
        if (gate != Gate.Open)
            return;
        // From here the row says "handing over": only an answer, or the sweep after a crash, ends that.
        var answer = turn.Unopened ?? await turn.SendAsync(message);
        var answeredAt = clock.GetUtcNow();
        var settlement = Settlement.Of(answer, claim.Attempts, answeredAt);
        await writer.CommitAtLastAsync(db => DeliveryRows.SettleAsync(db, claim.Id, leaseId, settlement, answeredAt));
        if (brake.Note(claim.Id, answer) is { Count: > 0 } refusedForUs)
            await writer.CommitAtLastAsync(db => DeliveryRows.PutBackAsync(db, refusedForUs, leaseId, answeredAt + SliceBrake.PutBackFor));
        if (await heed.RunAsync(MailedId.Digest(digestId, claim.Reader.SubscriberId), address, answer, settlement.State == DeliveryState.Refused, answeredAt))
            await writer.CommitAtLastAsync(db => RecordHardBounce.RunAsync(db, claim.Reader.SubscriberId, address));
    }

    private Task<int> ReportAsync(int digestId, Guid leaseId, SliceBrake brake)
    {
        var mine = db.Digests.Where(d => d.Id == digestId && d.LeaseId == leaseId && d.Status == DigestStatus.Sending);
        return brake.StopReason is { } reason
            ? mine.ExecuteUpdateAsync(s => s.SetProperty(d => d.Status, DigestStatus.Stopped).SetProperty(d => d.Reason, reason))
            : mine.Where(d => d.Reason != brake.HeldUpBy).ExecuteUpdateAsync(s => s.SetProperty(d => d.Reason, brake.HeldUpBy));
    }
}
