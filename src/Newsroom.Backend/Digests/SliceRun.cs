using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Digests;

/// <summary>
/// One slice's sending: as many workers as the relay has connections, one claimant, one writer. Each message goes
/// <c>build → gate (committed) → hand over → settle (committed)</c>; between gate and settlement nothing cancels.
/// </summary>
public sealed class SliceRun(
    IServiceScopeFactory scopes, Editions editions, SmtpRelay relay, SuppressionList suppressions, TimeProvider clock)
{
    /// <summary>A job of under a minute: a stopping server waits for it, and Hangfire never takes it for dead.</summary>
    public static readonly TimeSpan Length = TimeSpan.FromSeconds(45);

    // Some seconds' work: what a crash leaves to be reclaimed, and how stale a reader's address can be.
    private const int ClaimSize = 100;

    /// <returns>True when time was up and there is more to send now.</returns>
    public async Task<bool> RunAsync(int digestId, Guid leaseId, CancellationToken cancellationToken)
    {
        var edition = await editions.RenderAsync(digestId, cancellationToken);
        var brake = new SliceBrake(clock, clock.GetUtcNow() + Length, cancellationToken);
        await using var writer = new DeliveryWriter(scopes);
        await using var heartbeat = new Heartbeat(writer, clock, digestId, leaseId, brake);
        var workers = new ParallelOptions { MaxDegreeOfParallelism = relay.MaxConnections, CancellationToken = CancellationToken.None };
        await Parallel.ForEachAsync(ClaimsAsync(writer, digestId, leaseId, brake), workers, (claim, _) => SendAsync(writer, edition, claim, leaseId, brake));
        await writer.CommitAsync(db => ReportAsync(db, digestId, leaseId, brake));
        return brake.TimeIsUp;
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

    private async ValueTask SendAsync(DeliveryWriter writer, Edition edition, ClaimedDelivery claim, Guid leaseId, SliceBrake brake)
    {
        var address = EmailAddress.Parse(claim.Reader.Address);
        var addressHash = await suppressions.HashAsync(address, CancellationToken.None);
        var now = clock.GetUtcNow();
        var message = await edition.BuildAsync(claim.Reader, now, CancellationToken.None);
        if (brake.Ends)
            return;
        var gate = await writer.CommitAsync(db => DeliveryRows.BeginAsync(db, claim.Id, leaseId, addressHash, now));
        if (gate == Gate.Closed)
            brake.End();
        if (gate != Gate.Open)
            return;
        // From here the row says "handing over": only an answer, or the sweep after a crash, ends that.
        var answer = await relay.HandOverAsync(message, CancellationToken.None);
        var settlement = Settlement.Of(answer, claim.Attempts, clock.GetUtcNow());
        await writer.CommitAsync(db => DeliveryRows.SettleAsync(db, claim.Id, leaseId, settlement, clock.GetUtcNow()));
        brake.Note(answer);
        if (await suppressions.HeedAsync(address, answer, now, CancellationToken.None))
            await writer.CommitAsync(db => RecordHardBounce.RunAsync(db, claim.SubscriberId));
    }

    private static Task<int> ReportAsync(NewsroomDb db, int digestId, Guid leaseId, SliceBrake brake)
    {
        var mine = db.Digests.Where(d => d.Id == digestId && d.LeaseId == leaseId && d.Status == DigestStatus.Sending);
        return brake.StopReason is { } reason
            ? mine.ExecuteUpdateAsync(s => s.SetProperty(d => d.Status, DigestStatus.Stopped).SetProperty(d => d.Reason, reason))
            : mine.Where(d => d.Reason != brake.HeldUpBy).ExecuteUpdateAsync(s => s.SetProperty(d => d.Reason, brake.HeldUpBy));
    }
}

/// <summary>Renews the lease of a slice and of its rows while it works; ends it when the lease is lost.</summary>
internal sealed class Heartbeat : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _loop;

    public Heartbeat(DeliveryWriter writer, TimeProvider clock, int digestId, Guid leaseId, SliceBrake brake) =>
        _loop = LoopAsync(writer, clock, digestId, leaseId, brake, _stopping.Token);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private static async Task LoopAsync(DeliveryWriter writer, TimeProvider clock, int digestId, Guid leaseId, SliceBrake brake, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(SliceLease.RenewEvery, clock);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            var now = clock.GetUtcNow();
            var alive = await writer.CommitAsync(async db =>
            {
                await DeliveryRows.RenewAsync(db, digestId, leaseId, now + SliceLease.Length);
                return await SliceLease.RenewAsync(db, digestId, leaseId, now, CancellationToken.None);
            });
            if (!alive)
            {
                brake.End();
                return;
            }
        }
    }
}
