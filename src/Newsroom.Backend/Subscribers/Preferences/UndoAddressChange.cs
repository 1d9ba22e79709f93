using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Webhooks;

namespace Newsroom.Backend.Subscribers.Preferences;

/// <summary>
/// Takes a change of address back, by the link in the notice to the old one: for whoever had a forwarded mail of the reader and used its link. Changes
/// that came after it are void too, so that nobody can move on before the owner reads the notice. Twice is once.
/// </summary>
public sealed class UndoAddressChange(NewsroomDb db, LinkTokens tokens, MoveReader move, SuppressionList suppressions, Announcements announcements, TimeProvider clock)
{
    /// <returns><see cref="AddressChangeState.Open"/>: can be undone.</returns>
    public async Task<AddressChangeState> LookAsync(string token, CancellationToken cancellationToken) =>
        await FindAsync(token, cancellationToken) is { } change ? await DecideAsync(change, clock.GetUtcNow(), cancellationToken) : AddressChangeState.Unknown;

    /// <returns><see cref="AddressChangeState.Undone"/>: by this call, or by an earlier one.</returns>
    public async Task<AddressChangeState> RunAsync(string token, CancellationToken cancellationToken)
    {
        var state = await db.RetryingAsync(turn => UndoAsync(token, turn), cancellationToken);
        announcements.Ring();
        return state;
    }

    private async Task<AddressChangeState> UndoAsync(string token, CancellationToken turn)
    {
        var now = clock.GetUtcNow();
        if (await FindAsync(token, turn) is not { } change)
            return AddressChangeState.Unknown;
        var state = await DecideAsync(change, now, turn);
        if (state != AddressChangeState.Open)
            return state;
        var reader = change.Subscriber;
        var (old, doneAt) = (EmailAddress.Parse(change.OldAddress!), change.DoneAt);
        // The way back, step by step: a later change may have carried the newsletters on, or an earlier one given the row another address.
        foreach (var step in await db.AddressChanges.Where(c => c.SubscriberId == reader.Id && c.UndoneAt == null && (c.DoneAt == null || c.DoneAt >= doneAt))
            .OrderByDescending(c => c.DoneAt).ThenByDescending(c => c.Id).ToListAsync(turn))
        {
            if (step.CarriedToId is { } otherId)
                await CarryBackAsync(step, reader, otherId, now, turn);
            step.Undo(now);
        }
        // Whoever has signed up there anew meanwhile takes them over; the links in the mails before lead on to that row.
        if (reader.AddressKey != old.Key && await move.RunAsync(reader, old, ConsentWording.OldAddress, now, turn) is { } home)
            db.Add(AddressChange.Trail(reader, home.Id, now));
        reader.Touch();
        await announcements.AddConsentsAsync(db, turn);
        await db.SaveChangesAsync(turn);
        return AddressChangeState.Undone;
    }

    /// <summary>The reader's own row gets back what the change ended there; the other one loses what the change began there, and keeps what it had before.</summary>
    private async Task CarryBackAsync(AddressChange change, Subscriber reader, long otherId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var back = reader.Subscriptions.FindAll(s => s.State == SubscriptionState.Left && s.LeftAt == change.DoneAt);
        if (back.Count == 0)
            return;
        var other = await db.Subscribers.Include(s => s.Subscriptions).ThenInclude(s => s.Newsletter).SingleOrDefaultAsync(s => s.Id == otherId, cancellationToken);
        var begun = other?.Subscriptions.FindAll(s => s.State == SubscriptionState.Active && s.ConfirmedAt == change.DoneAt) ?? [];
        foreach (var subscription in back)
        {
            subscription.Activate(now);
            // The other row was offered stories meanwhile: they do not come again.
            if (begun.Find(s => s.NewsletterId == subscription.NewsletterId) is { } twin)
                (subscription.Rhythm, subscription.StoriesThroughId) = (twin.Rhythm, twin.StoriesThroughId);
        }
        reader.Confirm(now);
        move.Append(reader, ConsentEvent.Confirmed, back, ConsentWording.OldAddress, now);
        if (begun.Count == 0)
            return;
        begun.ForEach(s => s.Leave(now));
        other!.LeaveIfNothingIsLeft(now);
        move.Append(other, ConsentEvent.Withdrawn, begun, ConsentWording.OldAddress, now);
    }

    private async Task<AddressChangeState> DecideAsync(AddressChange change, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (change.UndoneAt is not null)
            return AddressChangeState.Undone;
        if (!change.CanUndo(now))
            return AddressChangeState.Expired;
        var old = EmailAddress.Parse(change.OldAddress!);
        // A bounce of the new mailbox is left behind with it.
        var isBarred = await db.Subscribers.AnyAsync(s => (s.AddressKey == old.Key || (s.Id == change.SubscriberId && s.Status != SubscriberStatus.Bounced))
            && s.Status != SubscriberStatus.Pending && s.Status != SubscriberStatus.Confirmed && s.Status != SubscriberStatus.Left, cancellationToken);
        return isBarred || await suppressions.HoldsAsync(old, cancellationToken) ? AddressChangeState.Barred : AddressChangeState.Open;
    }

    private async Task<AddressChange?> FindAsync(string token, CancellationToken cancellationToken) =>
        await tokens.OpenAsync(ReaderLinks.OldAddressPurpose, token, cancellationToken) is { } id
            ? await db.AddressChanges.Include(c => c.Subscriber).ThenInclude(s => s.Subscriptions).ThenInclude(s => s.Newsletter)
                .SingleOrDefaultAsync(c => c.PublicId == id, cancellationToken)
            : null;
}
