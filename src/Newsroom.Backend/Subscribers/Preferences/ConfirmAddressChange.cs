using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Webhooks;

namespace Newsroom.Backend.Subscribers.Preferences;

public enum AddressChangeState
{
    Unknown,

    /// <summary>Waits for the button.</summary>
    Open,
    Expired,

    /// <summary>By this call, or by an earlier one.</summary>
    Done,

    /// <summary>The reader or the new address must not be mailed.</summary>
    Barred,

    /// <summary>The owner of the old address took it back.</summary>
    Undone,
}

/// <summary>Moves a reader to the new address, by the link that was mailed there. Looking changes nothing; twice is once.</summary>
public sealed class ConfirmAddressChange(
    NewsroomDb db, LinkTokens tokens, MoveReader move, SuppressionList suppressions, Outbox outbox, Announcements announcements, TimeProvider clock)
{
    public async Task<AddressChangeState> LookAsync(string token, CancellationToken cancellationToken) =>
        await FindAsync(token, cancellationToken) is { } change ? await DecideAsync(change, clock.GetUtcNow(), cancellationToken) : AddressChangeState.Unknown;

    public async Task<AddressChangeState> RunAsync(string token, CancellationToken cancellationToken)
    {
        var state = await db.RetryingAsync(async turn =>
        {
            var now = clock.GetUtcNow();
            if (await FindAsync(token, turn) is not { } change)
                return AddressChangeState.Unknown;
            var state = await DecideAsync(change, now, turn);
            if (state != AddressChangeState.Open)
                return state;
            var reader = change.Subscriber;
            var old = reader.Address;
            var other = await move.RunAsync(reader, EmailAddress.Parse(change.NewAddress!), ConsentWording.NewAddress, now, turn);
            change.Complete(old, other?.Id, now);
            reader.Touch();
            outbox.Add(db, OldAddressComposer.MailKind, change.Id, now);
            await announcements.AddConsentsAsync(db, turn);
            await db.SaveChangesAsync(turn);
            return AddressChangeState.Done;
        }, cancellationToken);
        outbox.EnqueueDue();
        announcements.Ring();
        return state;
    }

    private async Task<AddressChangeState> DecideAsync(AddressChange change, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (change.UndoneAt is not null)
            return AddressChangeState.Undone;
        if (change.DoneAt is not null)
            return AddressChangeState.Done;
        if (!change.IsOpen(now))
            return AddressChangeState.Expired;
        if (!change.Subscriber.MayBeMailed && change.Subscriber.Status != SubscriberStatus.Bounced)
            return AddressChangeState.Barred;
        var isBarred = await db.Subscribers.AnyAsync(s => s.AddressKey == change.NewAddressKey && s.Id != change.SubscriberId
            && s.Status != SubscriberStatus.Pending && s.Status != SubscriberStatus.Confirmed && s.Status != SubscriberStatus.Left, cancellationToken);
        return isBarred || await suppressions.HoldsAsync(EmailAddress.Parse(change.NewAddress!), cancellationToken) ? AddressChangeState.Barred : AddressChangeState.Open;
    }

    private async Task<AddressChange?> FindAsync(string token, CancellationToken cancellationToken) =>
        await tokens.OpenAsync(ReaderLinks.NewAddressPurpose, token, cancellationToken) is { } id
            ? await db.AddressChanges.Include(c => c.Subscriber).ThenInclude(s => s.Subscriptions).ThenInclude(s => s.Newsletter)
                .SingleOrDefaultAsync(c => c.PublicId == id, cancellationToken)
            : null;
}
