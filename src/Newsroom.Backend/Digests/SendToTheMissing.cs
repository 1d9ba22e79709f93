using Hangfire;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Digests;

public abstract record MissingOutcome
{
    private MissingOutcome()
    {
    }

    /// <param name="Refused">Readers whose refusal was not their own doing.</param>
    /// <param name="Cancelled">Readers whose turn had not come when the digest was cancelled.</param>
    /// <param name="NoLongerReaders">Of both kinds, who has left, paused or come back anew since: not sent.</param>
    public sealed record Opened(int Refused, int Cancelled, int NoLongerReaders) : MissingOutcome;

    public sealed record NotFound : MissingOutcome;

    public sealed record NotNow(string Why) : MissingOutcome;
}

/// <summary>
/// Sends a digest that is over to those who should have had it and did not: refused for a fault of ours or of the message, or cut off by cancelling.
/// Nobody who has it, may have it, or whose mailbox refused it is among them.
/// </summary>
public sealed class SendToTheMissing(NewsroomDb db, MailReadiness mail, IBackgroundJobClient jobs, TimeProvider clock)
{
    public async Task<MissingOutcome> RunAsync(string publicId, CancellationToken cancellationToken)
    {
        var digestId = 0;
        var outcome = await db.RetryingAsync<MissingOutcome>(
            async turn =>
            {
                await using var transaction = await db.Database.BeginTransactionAsync(turn);
                if (await db.Digests.SingleOrDefaultAsync(d => d.PublicId == publicId, turn) is not { } digest)
                    return new MissingOutcome.NotFound();
                var outcome = await OpenAsync(digest, turn);
                if (outcome is MissingOutcome.Opened)
                    await transaction.CommitAsync(turn);
                digestId = digest.Id;
                return outcome;
            },
            cancellationToken);
        if (outcome is MissingOutcome.Opened)
            jobs.EnqueueSlice(digestId, await db.LaneOfAsync(digestId, cancellationToken));
        return outcome;
    }

    private async Task<MissingOutcome> OpenAsync(Digest digest, CancellationToken turn)
    {
        var now = clock.GetUtcNow();
        if (digest.Status is not (DigestStatus.Sent or DigestStatus.Cancelled))
            return new MissingOutcome.NotNow($"This digest is {DigestWords.Of(digest.Status)}: only one that is over can be sent to those who miss it.");
        if (digest.StartedAt is not { } startedAt)
            return new MissingOutcome.NotNow("This digest was never begun: nobody misses it.");
        if (mail.MissingForLists is { } missing)
            return new MissingOutcome.NotNow(missing);
        var ofRows = db.Deliveries.Where(d => d.DigestId == digest.Id);
        // Of an older version, which wrote no owner down, nobody knows whose fault it was.
        var refused = ofRows.Where(d => d.State == DeliveryState.Refused && d.Owner != null && d.Owner != FaultOwner.Reader && d.Owner != FaultOwner.None);
        var cancelled = ofRows.Where(d => d.State == DeliveryState.Withheld && d.CancelledBeforeTurn);
        var all = await refused.CountAsync(turn) + await cancelled.CountAsync(turn);
        var reopened = await PutBackAsync(refused, startedAt, now, turn);
        var taken = await PutBackAsync(cancelled, startedAt, now, turn);
        if (reopened + taken == 0)
        {
            return new MissingOutcome.NotNow(all == 0
                ? "Nobody misses this digest for a reason of ours."
                : $"{all} readers miss this digest, and none of them reads this newsletter any more.");
        }
        try
        {
            digest.SendOn(now);
        }
        catch (IllegalDigestStepException e)
        {
            return new MissingOutcome.NotNow(e.Message);
        }
        await db.SaveChangesAsync(turn);
        return new MissingOutcome.Opened(reopened, taken, all - reopened - taken);
    }

    /// <summary>Suppressed addresses, which are known only by their hashes here, are held back at the gate as always.</summary>
    private Task<int> PutBackAsync(IQueryable<Delivery> rows, DateTimeOffset startedAt, DateTimeOffset now, CancellationToken turn) => rows
        .Where(d => db.Subscriptions.Any(s => s.Id == d.SubscriptionId && s.State == SubscriptionState.Active && s.ConfirmedAt <= startedAt
            && s.Subscriber.Status == SubscriberStatus.Confirmed && (s.Subscriber.PausedUntil == null || s.Subscriber.PausedUntil <= now)))
        .ExecuteUpdateAsync(
            s => s.SetProperty(d => d.State, DeliveryState.Planned)
                .SetProperty(d => d.CancelledBeforeTurn, false)
                // The fault is mended, or so staff think: its two days begin anew.
                .SetProperty(d => d.Attempts, 0)
                .SetProperty(d => d.LeaseId, (Guid?)null)
                .SetProperty(d => d.LeaseUntil, (DateTimeOffset?)null)
                .SetProperty(d => d.NextAttemptAt, (DateTimeOffset?)null)
                .SetProperty(d => d.SettledAt, (DateTimeOffset?)null)
                .SetProperty(d => d.Code, (int?)null)
                .SetProperty(d => d.Owner, (FaultOwner?)null)
                .SetProperty(d => d.Answer, (string?)null), turn);
}
