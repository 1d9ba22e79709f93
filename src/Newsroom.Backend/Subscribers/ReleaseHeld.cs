using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Subscribers;

/// <summary>
/// Gives held sign-ups their mails, by staff's word: each under the cool-down of its address as if it had come in now. Run twice or
/// stopped half-way, no mail is made twice.
/// </summary>
public sealed class ReleaseHeld(NewsroomDb db, SuppressionList suppressions, HeldSignUps held, Outbox outbox, TimeProvider clock)
{
    private const int BatchSize = 200;

    /// <returns>How many were released; some of them may get no mail.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var released = 0;
        while (true)
        {
            var batch = await db.SignUpRequests.Include(r => r.Subscriber).ThenInclude(s => s.Subscriptions).Where(r => r.HeldAt != null).OrderBy(r => r.Id).Take(BatchSize).ToListAsync(cancellationToken);
            foreach (var request in batch)
                await ReleaseAsync(request, now, cancellationToken);
            released += batch.Count;
            db.ChangeTracker.Clear();
            outbox.EnqueueDue();
            if (batch.Count < BatchSize)
                break;
        }
        await held.RefreshAsync(CancellationToken.None);
        return released;
    }

    private async Task ReleaseAsync(SignUpRequest request, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var address = EmailAddress.Parse(request.Subscriber.Address);
        var gate = await suppressions.ConfirmationGateAsync(address, now, cancellationToken);
        await db.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
            var due = request.ConfirmedAt is not null || gate == ConfirmationGate.Closed || !request.Subscriber.MayBeAsked
                ? null
                : CoolDown.NextMail(
                    await CoolDown.UnansweredAsync(db, [request.SubscriberId], now, cancellationToken), (await SharedMailboxes.LoadAsync(db, [address], now, cancellationToken)).Elsewhere(address),
                    r => r.StillBrings(request.NewsletterIds, request.Subscriber), gate, now);
            var mine = await db.SignUpRequests.Where(r => r.Id == request.Id && r.HeldAt != null).ExecuteUpdateAsync(
                s => s.SetProperty(r => r.HeldAt, (DateTimeOffset?)null).SetProperty(r => r.MailDueAt, due).SetProperty(r => r.ExpiresAt, now + SignUpRequest.Lifetime), cancellationToken);
            if (mine == 1 && due is not null)
                await db.OutgoingMails.Where(m => m.SubjectId == request.Id && SignUpRequest.MailKinds.Contains(m.Kind) && m.State == OutgoingMailState.Withheld).ExecuteUpdateAsync(
                    s => s.SetProperty(m => m.State, OutgoingMailState.Waiting).SetProperty(m => m.NextAttemptAt, due).SetProperty(m => m.SettledAt, (DateTimeOffset?)null), cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        });
    }
}

/// <summary>Forgets held sign-ups, and with them the subscribers that are nothing else.</summary>
public sealed class DiscardHeld(NewsroomDb db, HeldSignUps held, TimeProvider clock)
{
    /// <returns>How many requests are gone.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var discarded = await db.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
            var requests = db.SignUpRequests.Where(r => r.HeldAt != null && r.HeldAt <= now);
            var count = await requests.CountAsync(cancellationToken);
            await db.OutgoingMails.Where(m => SignUpRequest.MailKinds.Contains(m.Kind) && requests.Any(r => r.Id == m.SubjectId)).ExecuteDeleteAsync(cancellationToken);
            // Their requests, subscriptions and consents go with them.
            await db.Subscribers.Where(s => s.Status == SubscriberStatus.Pending && s.ConfirmedAt == null && requests.Any(r => r.SubscriberId == s.Id))
                .Where(s => !db.SignUpRequests.Any(r => r.SubscriberId == s.Id && (r.HeldAt == null || r.HeldAt > now)))
                .ExecuteDeleteAsync(cancellationToken);
            await requests.ExecuteDeleteAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return count;
        });
        await held.RefreshAsync(CancellationToken.None);
        return discarded;
    }
}
