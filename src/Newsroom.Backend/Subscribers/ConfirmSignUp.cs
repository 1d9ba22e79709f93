using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Newsletters;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Subscribers.Preferences;
using Newsroom.Backend.Webhooks;

namespace Newsroom.Backend.Subscribers;

public enum ConfirmState
{
    /// <summary>No request has this token: cut off, altered, or purged long after it expired.</summary>
    Unknown,

    /// <summary>Waits for the button.</summary>
    Open,
    Expired,

    /// <summary>By this call.</summary>
    Confirmed,
    AlreadyConfirmed,

    /// <summary>The reader has left what was asked for since; an old link does not bring anybody back.</summary>
    LeftSince,

    /// <summary>The address bounced, complained or was barred in the meantime.</summary>
    Barred,
}

/// <param name="State">What the page is about.</param>
/// <param name="Newsletters">What the request asks for or has; empty for an unknown token.</param>
/// <param name="SubscriberPublicId">Whose request; null for an unknown token.</param>
public sealed record ConfirmOutcome(ConfirmState State, IReadOnlyList<Newsletter> Newsletters, string? SubscriberPublicId = null);

/// <summary>
/// Confirms one request by its link's token, and writes the welcome that follows in the same transaction. Looking changes nothing: mail scanners open
/// every link.
/// </summary>
public sealed class ConfirmSignUp(NewsroomDb db, LinkTokens tokens, SuppressionList suppressions, Outbox outbox, Announcements announcements, TimeProvider clock)
{
    /// <summary>What <see cref="RunAsync"/> would meet now. Writes nothing.</summary>
    public async Task<ConfirmOutcome> LookAsync(string token, CancellationToken cancellationToken) =>
        await FindAsync(token, cancellationToken) is { } found ? Decide(found, clock.GetUtcNow()) : new(ConfirmState.Unknown, []);

    /// <summary>Confirms an open request; says why not of any other. Twice is once.</summary>
    public async Task<ConfirmOutcome> RunAsync(string token, ConsentPlace place, CancellationToken cancellationToken)
    {
        var outcome = await db.RetryingAsync(turn => ConfirmAsync(token, place, turn), cancellationToken);
        if (outcome.State == ConfirmState.Confirmed)
        {
            outbox.EnqueueDue();
            announcements.Ring();
        }
        return outcome;
    }

    private async Task<ConfirmOutcome> ConfirmAsync(string token, ConsentPlace place, CancellationToken turn)
    {
        var now = clock.GetUtcNow();
        if (await FindAsync(token, turn) is not { } found)
            return new ConfirmOutcome(ConfirmState.Unknown, []);
        var outcome = Decide(found, now);
        if (outcome.State != ConfirmState.Open)
            return outcome;

        var subscriber = found.Request.Subscriber;
        found.Request.Confirm(now);
        // Of an earlier life: what somebody signs up for now is to come now.
        if (subscriber.Status != SubscriberStatus.Confirmed)
            subscriber.PausedUntil = null;
        subscriber.Confirm(now);
        subscriber.Name = found.Request.Name ?? subscriber.Name;
        var begun = 0;
        foreach (var newsletter in outcome.Newsletters)
        {
            var subscription = subscriber.Subscriptions.Find(s => s.NewsletterId == newsletter.Id);
            if (subscription is null)
                subscriber.Subscriptions.Add(subscription = await Subscription.NewAsync(newsletter, tokens, now, turn));
            if (subscription.State == SubscriptionState.Active)
            {
                // The reader's own word takes the place of an import's.
                subscription.ImportId = null;
                continue;
            }
            subscription.BeginAnew(now);
            begun++;
        }
        db.Add(Consent.Append(subscriber, ConsentEvent.Confirmed, outcome.Newsletters, ConsentWording.Confirm, ConsentMethod.ConfirmPage, place, now));
        if (begun > 0)
            outbox.Add(db, WelcomeComposer.MailKind, found.Request.Id, now);
        await announcements.AddConsentsAsync(db, turn);
        await using var transaction = await db.Database.BeginTransactionAsync(turn);
        await db.SaveChangesAsync(turn);
        await suppressions.LiftAsync(db, EmailAddress.Parse(subscriber.Address), found.Request.RequestedAt, now, turn);
        await transaction.CommitAsync(turn);
        return outcome with { State = ConfirmState.Confirmed };
    }

    private static ConfirmOutcome Decide(Found found, DateTimeOffset now) => Judge(found, now) with { SubscriberPublicId = found.Request.Subscriber.PublicId };

    private static ConfirmOutcome Judge(Found found, DateTimeOffset now)
    {
        var (request, asked, isBarred) = found;
        if (request.ConfirmedAt is not null)
        {
            var held = asked.FindAll(n => request.Subscriber.Subscriptions.Exists(s => s.NewsletterId == n.Id && s.State == SubscriptionState.Active));
            return held.Count > 0 ? new(ConfirmState.AlreadyConfirmed, held) : new(ConfirmState.LeftSince, asked);
        }
        if (isBarred || !request.Subscriber.MayBeAsked)
            return new(ConfirmState.Barred, asked);
        var wanted = asked.FindAll(n => !request.Subscriber.HasLeftSince(n.Id, request.RequestedAt));
        if (wanted.Count == 0)
            return new(ConfirmState.LeftSince, asked);
        return new(request.IsOpen(now) ? ConfirmState.Open : ConfirmState.Expired, wanted);
    }

    private async Task<Found?> FindAsync(string token, CancellationToken cancellationToken)
    {
        if (SecretToken.HashOf(token) is not { } hash)
            return null;
        var request = await db.SignUpRequests.Include(r => r.Subscriber).ThenInclude(s => s.Subscriptions)
            .SingleOrDefaultAsync(r => r.TokenHash == hash, cancellationToken);
        if (request is null)
            return null;
        var ids = request.Newsletters;
        var asked = await db.Newsletters.AsNoTracking().Where(n => ids.Contains(n.Id)).OrderBy(n => n.Id).ToListAsync(cancellationToken);
        return new(request, asked, await suppressions.BarsConfirmingAsync(EmailAddress.Parse(request.Subscriber.Address), request.RequestedAt, cancellationToken));
    }

    /// <summary>Barred: the address is suppressed for what this request cannot lift.</summary>
    private sealed record Found(SignUpRequest Request, List<Newsletter> Asked, bool IsBarred);
}
