using System.Data;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Subscribers.Preferences;

public enum AskAddressOutcome
{
    /// <summary>The answer for every well-formed address, whoever has it: the preferences link must not be a way to ask who subscribes.</summary>
    Accepted,
    BadAddress,

    /// <summary>This reader asked <see cref="AskAddressChange.MostADay"/> times in a day.</summary>
    TooOften,

    /// <summary>A change was taken back from the old address a while ago: then somebody else had the link, and only staff change the address.</summary>
    Locked,
}

/// <summary>
/// Asks the new address. Does the same reads and writes whoever has it, and writes a mail's row also where none may leave. Nothing of the reader or
/// of what was typed but the address itself reaches that mail.
/// </summary>
public sealed class AskAddressChange(NewsroomDb db, SuppressionList suppressions, Outbox outbox, TimeProvider clock)
{
    /// <summary>For one reader, and to one mailbox from all readers together: no way to flood a mailbox.</summary>
    public const int MostADay = 3;

    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    public async Task<AskAddressOutcome> RunAsync(long subscriberId, string? typed, CancellationToken cancellationToken)
    {
        if (!EmailAddress.TryParse(typed, out var address))
            return AskAddressOutcome.BadAddress;
        var now = clock.GetUtcNow();
        var isSuppressed = await suppressions.HoldsAsync(address, cancellationToken);
        var outcome = await db.RetryingAsync(turn => AskAsync(subscriberId, address, isSuppressed, now, turn), cancellationToken);
        outbox.EnqueueDue();
        return outcome;
    }

    private async Task<AskAddressOutcome> AskAsync(long subscriberId, EmailAddress address, bool isSuppressed, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // Serializable: what is counted here is so until the commit, also when several readers name one address at once.
        await using var transaction = await db.Database.BeginTransactionAsync(IsolationLevel.Serializable, cancellationToken);
        var reader = await db.Subscribers.SingleAsync(s => s.Id == subscriberId, cancellationToken);
        if (!reader.MayBeMailed && reader.Status != SubscriberStatus.Bounced)
            return AskAddressOutcome.Locked;
        var own = db.AddressChanges.Where(c => c.SubscriberId == subscriberId);
        if (await own.AnyAsync(c => c.UndoneAt > now - AddressChange.UndoFor, cancellationToken))
            return AskAddressOutcome.Locked;
        if (await own.CountAsync(c => c.RequestedAt > now - Day, cancellationToken) >= MostADay)
            return AskAddressOutcome.TooOften;
        var mailedToday = await MailedTodayAsync(address, now, cancellationToken);
        var mailboxes = await SharedMailboxes.LoadAsync(db, [address], now, cancellationToken);
        var askedToday = await db.SignUpRequests.CountAsync(r => r.Subscriber.AddressKey == address.Key && r.ConfirmedAt == null && r.MailDueAt > now - Day, cancellationToken);
        var isBarred = await db.Subscribers.AnyAsync(s => s.AddressKey == address.Key && s.Id != subscriberId
            && (s.Status == SubscriberStatus.Bounced || s.Status == SubscriberStatus.Complained || s.Status == SubscriberStatus.Suppressed), cancellationToken);
        var change = new AddressChange
        {
            Subscriber = reader,
            NewAddress = address.Value,
            NewAddressKey = address.Key,
            RequestedAt = now,
            ExpiresAt = now + AddressChange.Lifetime,
            IsMailed = !isSuppressed && !isBarred && mailedToday + askedToday + mailboxes.Elsewhere(address).Count < MostADay,
        };
        // Undoing an import is to see that the reader is there.
        reader.Touch();
        db.Add(change);
        await db.SaveChangesAsync(cancellationToken);
        outbox.AddOrWithhold(db, NewAddressComposer.MailKind, change.Id, change.IsMailed ? now : null, now);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return AskAddressOutcome.Accepted;
    }

    /// <summary>By this road, to any address of the same mailbox.</summary>
    private async Task<int> MailedTodayAsync(EmailAddress address, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (one, other) = Mailbox.PatternsOf(address);
        var keys = await db.AddressChanges
            .Where(c => c.IsMailed && c.RequestedAt > now - Day && (EF.Functions.Like(c.NewAddressKey!, one, LikeText.Sign) || EF.Functions.Like(c.NewAddressKey!, other, LikeText.Sign)))
            .Select(c => c.NewAddressKey!).ToListAsync(cancellationToken);
        return keys.Count(k => Mailbox.KeyOf(EmailAddress.Parse(k)) == Mailbox.KeyOf(address));
    }
}
