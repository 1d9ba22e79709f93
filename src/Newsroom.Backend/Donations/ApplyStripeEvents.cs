using Hangfire;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Donations.Books;
using Newsroom.Backend.Donations.Stripe;

namespace Newsroom.Backend.Donations;

/// <summary>
/// Works the webhook inbox off. An event only says where to look: its object is fetched afresh and applied. A row is claimed by a lease,
/// tried again with growing pauses, and kept as failed with its last error when nothing helps.
/// </summary>
public sealed class ApplyStripeEvents(
    NewsroomDb db, StripeObjects stripe, SyncGift sync, CheckPayouts payouts, SweepCases cases, TimeProvider clock, ILogger<ApplyStripeEvents> log)
{
    /// <summary>Given up after about two days; Stripe itself tries three.</summary>
    internal const int MaxAttempts = 14;
    private const int BatchSize = 200;

    /// <summary>One sweep ends before the next begins, however slowly Stripe answers; what is left is that one's.</summary>
    private static readonly TimeSpan LongestRun = TimeSpan.FromSeconds(50);
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(12);

    private sealed record Attempt(StripeEventState State, long? DonationId = null, string? Error = null, bool Silence = false);

    /// <summary>The sweep: what is due, oldest first.</summary>
    [AutomaticRetry(Attempts = 0)]
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var due = await db.StripeEvents.Where(e => e.State == StripeEventState.Received && (e.NextAttemptAt == null || e.NextAttemptAt <= now)
                && (e.LeaseUntil == null || e.LeaseUntil <= now))
            .OrderBy(e => e.Id).Take(BatchSize).Select(e => e.Id).ToListAsync(cancellationToken);
        foreach (var id in due)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (clock.GetUtcNow() - now > LongestRun || !await TakeAsync(id, cancellationToken))
                return;
        }
    }

    /// <summary>What has just come; what it does not get to is the sweep's.</summary>
    [AutomaticRetry(Attempts = 0)]
    public async Task RunTheseAsync(long[] ids, CancellationToken cancellationToken)
    {
        foreach (var id in ids)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!await TakeAsync(id, cancellationToken))
                return;
        }
    }

    /// <returns>False when Stripe answers nobody at present: asking about the next event would only hold a worker.</returns>
    private async Task<bool> TakeAsync(long id, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        // To the microsecond at most: the lease is compared as the database gives it back.
        var until = DateTimeOffset.FromUnixTimeMilliseconds((now + Lease).ToUnixTimeMilliseconds());
        var claimed = await db.StripeEvents.Where(e => e.Id == id && e.State == StripeEventState.Received
                && (e.NextAttemptAt == null || e.NextAttemptAt <= now) && (e.LeaseUntil == null || e.LeaseUntil <= now))
            .ExecuteUpdateAsync(e => e.SetProperty(x => x.LeaseUntil, until).SetProperty(x => x.Attempts, x => x.Attempts + 1), cancellationToken);
        if (claimed == 0)
            return true;
        var received = await db.StripeEvents.AsNoTracking().SingleAsync(e => e.Id == id, cancellationToken);
        var attempt = await TryAsync(received, cancellationToken);
        // What was done is done, so it is written down even while the program stops.
        await SettleAsync(received, attempt, CancellationToken.None);
        return !attempt.Silence;
    }

    private async Task<Attempt> TryAsync(StripeEvent received, CancellationToken cancellationToken)
    {
        try
        {
            if (received is { ObjectType: "payout", ObjectId: { } payout })
                return new(await payouts.CheckOneAsync(payout, cancellationToken) ? StripeEventState.Applied : StripeEventState.Ignored);
            if (received is { ObjectType: "radar.early_fraud_warning", ObjectId: { } warning })
                return AttemptOf(await cases.WarningAsync(warning, cancellationToken));
            var about = received.ObjectId is null ? null : await stripe.OwnerOfAsync(received.ObjectType, received.ObjectId, cancellationToken);
            return about is null ? new(StripeEventState.Ignored) : AttemptOf(await sync.RunAsync(about, cancellationToken));
        }
        // Any failure stays with its row: the next attempt, or a person, needs to know it.
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            var silence = e as StripeUnavailableException;
            return new(received.Attempts < MaxAttempts ? StripeEventState.Received : StripeEventState.Failed, null, silence?.Message ?? StripeFailure.Place(e), silence?.Silent ?? false);
        }
    }

    private static Attempt AttemptOf(SyncOutcome outcome) => outcome switch
    {
        SyncOutcome.Applied(var donation, _) => new Attempt(StripeEventState.Applied, donation),
        SyncOutcome.NotOurs => new Attempt(StripeEventState.Ignored),
        SyncOutcome.Unmatched unmatched => new Attempt(StripeEventState.Unmatched, null, unmatched.Why),
        _ => throw new InvalidOperationException($"Unknown outcome {outcome}."),
    };

    private async Task SettleAsync(StripeEvent received, Attempt attempt, CancellationToken cancellationToken)
    {
        var (state, donationId, error, _) = attempt;
        if (state == StripeEventState.Failed)
            DonationsLog.EventFailed(log, received.EventId, received.Type, error!);
        else if (state == StripeEventState.Received)
            DonationsLog.EventRetried(log, received.EventId, received.Type, error!);
        var now = clock.GetUtcNow();
        DateTimeOffset? next = state == StripeEventState.Received ? now + Pause(received.Attempts) : null;
        DateTimeOffset? handled = state == StripeEventState.Received ? null : now;
        var cut = error is { Length: > Donation.ErrorLength } ? error[..Donation.ErrorLength] : error;
        // Only the holder of the lease settles; a lease that ran out belongs to whoever claimed the row since.
        await db.StripeEvents.Where(e => e.Id == received.Id && e.LeaseUntil == received.LeaseUntil).ExecuteUpdateAsync(e => e
            .SetProperty(x => x.State, state).SetProperty(x => x.DonationId, x => donationId ?? x.DonationId).SetProperty(x => x.LastError, cut)
            .SetProperty(x => x.NextAttemptAt, next).SetProperty(x => x.HandledAt, handled).SetProperty(x => x.LeaseUntil, (DateTimeOffset?)null), cancellationToken);
    }

    private static TimeSpan Pause(int attempts) =>
        TimeSpan.FromTicks(Math.Min(LongestPause.Ticks, FirstPause.Ticks << Math.Min(attempts - 1, 20)));
}
