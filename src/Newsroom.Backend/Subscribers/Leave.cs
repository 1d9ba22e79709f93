using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Newsletters;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Subscribers.Preferences;
using Newsroom.Backend.Webhooks;

namespace Newsroom.Backend.Subscribers;

/// <summary>Where an unsubscribe link's reader stands.</summary>
/// <param name="Newsletter">The link's own.</param>
/// <param name="IsActive">False: has left it, or never confirmed it.</param>
/// <param name="Others">The reader's other active newsletters.</param>
/// <param name="CanUndo">Left a moment ago: one button brings back what that one act ended.</param>
/// <param name="Rhythm">How often it comes, or came.</param>
/// <param name="SubscriberPublicId">Whose link it is.</param>
public sealed record LeaveView(
    Newsletter Newsletter, bool IsActive, IReadOnlyList<Newsletter> Others, bool CanUndo, Rhythm Rhythm, string SubscriberPublicId);

/// <summary>
/// Leaves by the link of a mail: the token alone is the authority (RFC 8058 §3.1: no cookie, no sign-in), it works for ever and twice is once.
/// </summary>
public sealed class Leave(NewsroomDb db, Announcements announcements, TimeProvider clock)
{
    /// <summary>
    /// For a slip, not for a change of mind: mails get forwarded, and an old link must not bring back a reader who left long ago.
    /// </summary>
    public static readonly TimeSpan UndoFor = TimeSpan.FromDays(1);

    // More than anybody moves; a circle cannot be, but would never end.
    private const int MostMoves = 10;

    /// <summary>Writes nothing. Null for a token that no subscription has.</summary>
    public async Task<LeaveView?> LookAsync(string token, CancellationToken cancellationToken) =>
        await FindAsync(token, cancellationToken) is { } subscription ? View(subscription, clock.GetUtcNow()) : null;

    /// <param name="token">The link's.</param>
    /// <param name="everything">All of the reader's newsletters, not only the link's.</param>
    /// <param name="method"><see cref="ConsentMethod.OneClick"/> or <see cref="ConsentMethod.UnsubscribePage"/>.</param>
    /// <param name="place">Where the button stood.</param>
    /// <param name="cancellationToken">Cancels before the save.</param>
    /// <returns>Null for a token that no subscription has.</returns>
    public Task<LeaveView?> RunAsync(string token, bool everything, string method, ConsentPlace place, CancellationToken cancellationToken) => TellingAsync(async turn =>
    {
        var now = clock.GetUtcNow();
        if (await FindAsync(token, turn) is not { } own)
            return null;
        var subscriber = own.Subscriber;
        var ended = subscriber.Subscriptions.FindAll(s => s.State != SubscriptionState.Left && (everything || s == own));
        if (ended.Count > 0)
        {
            foreach (var subscription in ended)
                subscription.Leave(now);
            // The link's own newsletter, left a moment before, belongs to this act: undoing brings all of it back. One left long ago does not.
            if (now < own.LeftAt + UndoFor)
                own.Leave(now);
            subscriber.LeaveIfNothingIsLeft(now);
            var wording = everything ? ConsentWording.LeaveAll : method == ConsentMethod.OneClick ? ConsentWording.OneClick : ConsentWording.Leave;
            db.Add(Consent.Append(subscriber, ConsentEvent.Withdrawn, ended.Select(s => s.Newsletter), wording, method, place, now));
            await announcements.AddConsentsAsync(db, turn);
            await db.SaveChangesAsync(turn);
        }
        return View(own, now);
    }, cancellationToken);

    /// <summary>Takes back the act that ended the link's newsletter, for <see cref="UndoFor"/>. Twice is once.</summary>
    /// <param name="token">The link's.</param>
    /// <param name="instead">Null: all of it, as it was. Otherwise only the link's newsletter, in this rhythm.</param>
    /// <param name="place">For the consent record.</param>
    /// <param name="cancellationToken">Cancels before the save.</param>
    /// <returns>Null for a token that no subscription has; the view says whether it is active again.</returns>
    public Task<LeaveView?> UndoAsync(string token, Rhythm? instead, ConsentPlace place, CancellationToken cancellationToken) => TellingAsync(async turn =>
    {
        var now = clock.GetUtcNow();
        if (await FindAsync(token, turn) is not { } own)
            return null;
        if (CanUndo(own, now))
        {
            var subscriber = own.Subscriber;
            var back = instead is null ? subscriber.Subscriptions.FindAll(s => s.State == SubscriptionState.Left && s.LeftAt == own.LeftAt && s.ConfirmedAt is not null) : [own];
            foreach (var subscription in back)
                subscription.Activate(now);
            if (instead is { } rhythm)
                await ChooseRhythm.SetAsync(db, own, rhythm, turn);
            subscriber.Confirm(now);
            var wording = instead is null ? ConsentWording.Undo : ConsentWording.LessOften;
            db.Add(Consent.Append(subscriber, ConsentEvent.Confirmed, back.Select(s => s.Newsletter), wording, ConsentMethod.UnsubscribePage, place, now));
            await announcements.AddConsentsAsync(db, turn);
            await db.SaveChangesAsync(turn);
        }
        return View(own, now);
    }, cancellationToken);

    private async Task<LeaveView?> TellingAsync(Func<CancellationToken, Task<LeaveView?>> loadDecideSave, CancellationToken cancellationToken)
    {
        var view = await db.RetryingAsync(loadDecideSave, cancellationToken);
        announcements.Ring();
        return view;
    }

    private static bool CanUndo(Subscription own, DateTimeOffset now) =>
        own is { State: SubscriptionState.Left, ConfirmedAt: not null } && now < own.LeftAt + UndoFor && own.Subscriber.MayBeMailed;

    private static LeaveView View(Subscription own, DateTimeOffset now) => new(
        own.Newsletter,
        own.State == SubscriptionState.Active,
        [.. own.Subscriber.Subscriptions.Where(s => s != own && s.State == SubscriptionState.Active).Select(s => s.Newsletter)],
        CanUndo(own, now),
        own.Rhythm,
        own.Subscriber.PublicId);

    private async Task<Subscription?> FindAsync(string token, CancellationToken cancellationToken)
    {
        if (SecretToken.HashOf(token) is not { } hash)
            return null;
        var whole = db.Subscriptions.Include(s => s.Newsletter)
            .Include(s => s.Subscriber).ThenInclude(s => s.Subscriptions.OrderBy(o => o.Id)).ThenInclude(s => s.Newsletter);
        var own = await whole.SingleOrDefaultAsync(s => s.LeaveTokenHash == hash, cancellationToken);
        // A reader who moved to an address that was known here gets it there: the links in the old mails lead on to that row, and on from it.
        for (var moves = 0; moves < MostMoves && own is { State: SubscriptionState.Left } left; moves++)
        {
            var carriedTo = await db.AddressChanges
                .Where(c => c.SubscriberId == left.SubscriberId && c.DoneAt == left.LeftAt && c.CarriedToId != null && c.UndoneAt == null)
                .Select(c => c.CarriedToId).FirstOrDefaultAsync(cancellationToken);
            if (carriedTo is null || await whole.SingleOrDefaultAsync(s => s.SubscriberId == carriedTo && s.NewsletterId == left.NewsletterId, cancellationToken) is not { } next)
                break;
            own = next;
        }
        return own;
    }
}
