using Hangfire;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;

namespace Newsroom.Backend.Digests;

/// <summary>What staff make of rows of which nobody knows whether the mail server has them.</summary>
public enum UncertainDecision
{
    /// <summary>To their readers once more, at the risk that one gets it twice.</summary>
    Send,

    /// <summary>They stay uncertain, and nobody is asked about them again.</summary>
    Leave,
}

public abstract record SettleOutcome
{
    private SettleOutcome()
    {
    }

    /// <summary>0 when all were decided so before.</summary>
    public sealed record Settled(int Count) : SettleOutcome;

    public sealed record NotFound : SettleOutcome;

    public sealed record NotNow(string Why) : SettleOutcome;
}

/// <summary>
/// Settles the uncertain rows of a digest, or those of some readers. "Leave" never turns one into accepted: nobody knows that; the row keeps its state and
/// says when it was decided. "Send" opens a digest that is over again. The Message-ID stays the same, so that many mail programs show a second copy once.
/// </summary>
public sealed class SettleUncertain(NewsroomDb db, MailReadiness mail, IBackgroundJobClient jobs, TimeProvider clock)
{
    public const string SentAgain = "Sent again by decision of staff: the mail server may have had it already.";

    /// <param name="publicId">Which digest.</param>
    /// <param name="decision">What to do.</param>
    /// <param name="subscribers">Public ids; null: all.</param>
    /// <param name="cancellationToken">Cancels before the commit.</param>
    public async Task<SettleOutcome> RunAsync(string publicId, UncertainDecision decision, IReadOnlyCollection<string>? subscribers, CancellationToken cancellationToken)
    {
        var opened = 0;
        var outcome = await db.RetryingAsync<SettleOutcome>(
            async turn =>
            {
                opened = 0;
                await using var transaction = await db.Database.BeginTransactionAsync(turn);
                if (await db.Digests.SingleOrDefaultAsync(d => d.PublicId == publicId, turn) is not { } digest)
                    return new SettleOutcome.NotFound();
                var uncertain = RowsOf(digest.Id, subscribers);
                if (!await uncertain.AnyAsync(turn))
                    return new SettleOutcome.NotNow($"Nothing of this digest is uncertain{(subscribers is null ? "" : " for these subscribers")}.");
                if (decision == UncertainDecision.Send && mail.MissingForLists is { } missing)
                    return new SettleOutcome.NotNow(missing);
                var count = decision == UncertainDecision.Send ? await SendAsync(digest, uncertain, turn) : await LeaveAsync(uncertain, turn);
                await transaction.CommitAsync(turn);
                opened = decision == UncertainDecision.Send && digest.Status == DigestStatus.Sending ? digest.Id : 0;
                return new SettleOutcome.Settled(count);
            },
            cancellationToken);
        if (opened != 0)
            jobs.EnqueueSlice(opened, await db.LaneOfAsync(opened, cancellationToken));
        return outcome;
    }

    private IQueryable<Delivery> RowsOf(int digestId, IReadOnlyCollection<string>? subscribers)
    {
        var rows = db.Deliveries.Where(d => d.DigestId == digestId && d.State == DeliveryState.Uncertain);
        return subscribers is null ? rows
            : rows.Where(d => db.Subscribers.Any(s => s.Id == d.SubscriberId && EF.Parameter(subscribers).Contains(s.PublicId)));
    }

    private async Task<int> SendAsync(Digest digest, IQueryable<Delivery> uncertain, CancellationToken turn)
    {
        // One that is paused or stopped stays so, and takes them when it is resumed.
        if (digest.Status is DigestStatus.Sent or DigestStatus.Cancelled)
        {
            digest.SendOn(clock.GetUtcNow());
            await db.SaveChangesAsync(turn);
        }
        // Without the lease: an answer that the old hand-over still gets belongs to nobody now.
        return await uncertain.ExecuteUpdateAsync(
            s => s.SetProperty(d => d.State, DeliveryState.Planned)
                .SetProperty(d => d.LeaseId, (Guid?)null)
                .SetProperty(d => d.LeaseUntil, (DateTimeOffset?)null)
                .SetProperty(d => d.NextAttemptAt, (DateTimeOffset?)null)
                .SetProperty(d => d.SettledAt, (DateTimeOffset?)null)
                .SetProperty(d => d.DecidedAt, (DateTimeOffset?)null)
                .SetProperty(d => d.Owner, (FaultOwner?)null)
                .SetProperty(d => d.Answer, SentAgain), turn);
    }

    private Task<int> LeaveAsync(IQueryable<Delivery> uncertain, CancellationToken turn)
    {
        var now = clock.GetUtcNow();
        return uncertain.Where(d => d.DecidedAt == null).ExecuteUpdateAsync(s => s.SetProperty(d => d.DecidedAt, now), turn);
    }
}
