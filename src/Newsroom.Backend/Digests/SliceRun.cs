using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Mail.Bounces;
using Newsroom.Backend.Mail.Relays;

namespace Newsroom.Backend.Digests;

/// <summary>
/// One slice's sending: one claimant (<see cref="SliceClaims"/>), a few that build ahead, a line for each connection (<see cref="SliceLine"/>), one writer
/// (<see cref="DeliveryWriter"/>).
/// </summary>
public sealed class SliceRun(
    NewsroomDb db, IServiceScopeFactory scopes, Editions editions, SmtpRelay relay, ReceivingLimits receiving, SuppressionList suppressions,
    HeedAnswer heed, Stragglers stragglers, IOptions<SendingOptions> options, TimeProvider clock)
{
    /// <summary>A job of under a minute: a stopping server waits for it, and Hangfire never takes it for dead.</summary>
    public static readonly TimeSpan Length = TimeSpan.FromSeconds(45);

    // For the messages in hand. One slow recipient must not keep the digest from all others: whoever takes longer is left to himself.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <returns>True when time was up and there is more to send now.</returns>
    public async Task<bool> RunAsync(int digestId, Guid leaseId, CancellationToken cancellationToken)
    {
        var edition = await editions.RenderAsync(digestId, cancellationToken);
        var endsAt = clock.GetUtcNow() + Length;
        var begun = await db.Digests.Where(d => d.Id == digestId)
            .Select(d => new SliceBrake.Begun(!d.StoppedForShares, db.Deliveries.Any(r => r.DigestId == d.Id && r.State == DeliveryState.Accepted)))
            .SingleAsync(cancellationToken);
        var brake = new SliceBrake(options.Value.StopAt, begun, clock, endsAt, cancellationToken);
        // Not disposed here: stragglers may outlast this job.
        var share = relay.Join(edition.Lane);
        var sending = SendAllAsync(edition, share, digestId, leaseId, brake, endsAt);
        await sending.WaitAsync(Length + Grace, clock, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (sending.IsCompleted)
            await sending;
        else
            stragglers.Leave(FinishAfterAsync(sending, digestId));
        await ReportAsync(digestId, leaseId, brake, share.Held?.Why);
        return brake.TimeIsUp;
    }

    /// <summary>The last answer of all may be a straggler's: the digest is sent then, not a sweep later.</summary>
    private async Task FinishAfterAsync(Task sending, int digestId)
    {
        await sending;
        await using var scope = scopes.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<FinishDigest>().RunAsync(digestId, CancellationToken.None);
    }

    private async Task SendAllAsync(Edition edition, LaneShare share, int digestId, Guid leaseId, SliceBrake brake, DateTimeOffset endsAt)
    {
        using var mine = share;
        await using var writer = new DeliveryWriter(scopes, clock, digestId, leaseId);
        await using var heartbeat = new Heartbeat(writer, clock, digestId, leaseId, brake);
        // As many ahead as there are lines: none waits for a signature, and what a stop throws away is little.
        var ready = Channel.CreateBounded<ReadyDelivery>(share.MaxConnections);
        var refusals = new HeardRefusals(writer, heed, brake, digestId);
        var claims = new SliceClaims(writer, share, receiving, suppressions, brake, clock).ReadAsync(digestId, leaseId, endsAt);
        var building = BuildAllAsync(claims, edition, ready.Writer, brake);
        var lines = Enumerable.Range(0, share.MaxConnections)
            .Select(_ => new SliceLine(writer, share, receiving, refusals, brake, leaseId, clock).RunAsync(ready.Reader));
        try
        {
            await Task.WhenAll(lines);
            await refusals.EndAsync();
        }
        finally
        {
            // Whoever still builds finds nobody to build for.
            brake.End();
            ready.Writer.TryComplete();
            await building.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            // A straggler's answer may have come after the digest was over.
            await writer.CommitAsync(w => FrozenLedger.RecountAsync(w, digestId, CancellationToken.None));
        }
        await building;
    }

    private async Task BuildAllAsync(IAsyncEnumerable<DueDelivery> claims, Edition edition, ChannelWriter<ReadyDelivery> ready, SliceBrake brake)
    {
        var builders = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount };
        try
        {
            await Parallel.ForEachAsync(claims, builders, async (due, _) =>
            {
                if (brake.Ends)
                    return;
                // A Date has whole seconds; the row keeps the same.
                var date = DateTimeOffset.FromUnixTimeSeconds(clock.GetUtcNow().ToUnixTimeSeconds());
                var message = await edition.BuildAsync(due.Claim.Reader, date, CancellationToken.None);
                await ready.WriteAsync(new ReadyDelivery(due, message, date), CancellationToken.None);
            });
            ready.TryComplete();
        }
        catch (ChannelClosedException)
        {
            // The lines have ended: what was built is nobody's, and its rows are given back.
        }
        catch (Exception e)
        {
            ready.TryComplete(e);
            throw;
        }
    }

    private Task<int> ReportAsync(int digestId, Guid leaseId, SliceBrake brake, string? held)
    {
        var mine = db.Digests.Where(d => d.Id == digestId && d.LeaseId == leaseId && d.Status == DigestStatus.Sending);
        if (brake.StopReason is { } reason)
        {
            return mine.ExecuteUpdateAsync(s => s
                .SetProperty(d => d.Status, DigestStatus.Stopped)
                .SetProperty(d => d.Reason, reason)
                .SetProperty(d => d.StoppedForShares, d => d.StoppedForShares || brake.StopsForShares));
        }
        var why = brake.HeldUpBy ?? held;
        // Whoever found no reader due has not seen that the server takes mail again: why the others wait stands.
        if (why is null && !brake.HasHeard)
            return Task.FromResult(0);
        return mine.Where(d => d.Reason != why).ExecuteUpdateAsync(s => s.SetProperty(d => d.Reason, why));
    }
}
