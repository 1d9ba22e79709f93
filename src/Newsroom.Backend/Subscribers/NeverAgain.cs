using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Webhooks;

namespace Newsroom.Backend.Subscribers;

public enum NeverState
{
    /// <summary>The link is cut off or altered, or its request is forgotten, and with it the address.</summary>
    Unknown,

    /// <summary>Waits for the button.</summary>
    Open,

    /// <summary>We write there no more.</summary>
    Done,

    /// <summary>The same, and one button takes it back: within <see cref="NeverAgain.UndoFor"/>.</summary>
    DoneJustNow,

    /// <summary>By this call: taken back.</summary>
    Undone,
}

/// <summary>
/// "This wasn't me: never write to me again", by the link in a confirmation mail. The address is suppressed for good, whatever anybody signs
/// it up for. Looking changes nothing: mail scanners open every link.
/// </summary>
public sealed class NeverAgain(NewsroomDb db, LinkTokens tokens, SuppressionList suppressions, Announcements announcements, TimeProvider clock)
{
    public static readonly TimeSpan UndoFor = TimeSpan.FromDays(1);

    private const string Evidence = "The address's owner, by the link in a confirmation mail.";

    public async Task<NeverState> LookAsync(string link, CancellationToken cancellationToken) =>
        await FindAsync(link, cancellationToken) is { } subscriber ? StateOf(subscriber, clock.GetUtcNow()) : NeverState.Unknown;

    /// <summary>Twice is once.</summary>
    public Task<NeverState> RunAsync(string link, CancellationToken cancellationToken) => TellingAsync(async turn =>
    {
        var now = clock.GetUtcNow();
        if (await FindAsync(link, turn) is not { } subscriber)
            return NeverState.Unknown;
        if (StateOf(subscriber, now) != NeverState.Open)
            return StateOf(subscriber, now);
        // First the bar, which holds by itself; repeated, it is there already.
        await suppressions.SuppressAsync(EmailAddress.Parse(subscriber.Address), SuppressionReason.Request, Evidence, now, turn);
        var ended = subscriber.Suppress(now);
        db.Add(Consent.Append(subscriber, ConsentEvent.Withdrawn, ended.Select(s => s.Newsletter), ConsentWording.Never, ConsentMethod.NeverPage, new ConsentPlace(), now));
        await announcements.AddConsentsAsync(db, turn);
        await using var transaction = await db.Database.BeginTransactionAsync(turn);
        await db.SaveChangesAsync(turn);
        await WithholdMailsAsync(subscriber.Id, now, turn);
        await transaction.CommitAsync(turn);
        return NeverState.DoneJustNow;
    }, cancellationToken);

    /// <summary>Takes it back for a day; what was confirmed before is active again. Twice is once.</summary>
    public Task<NeverState> UndoAsync(string link, CancellationToken cancellationToken) => TellingAsync(async turn =>
    {
        var now = clock.GetUtcNow();
        if (await FindAsync(link, turn) is not { } subscriber)
            return NeverState.Unknown;
        if (StateOf(subscriber, now) != NeverState.DoneJustNow)
            return StateOf(subscriber, now);
        var back = subscriber.Unsuppress(now);
        if (back.Count > 0)
            db.Add(Consent.Append(subscriber, ConsentEvent.Confirmed, back.Select(s => s.Newsletter), ConsentWording.Undo, ConsentMethod.NeverPage, new ConsentPlace(), now));
        await announcements.AddConsentsAsync(db, turn);
        await using var transaction = await db.Database.BeginTransactionAsync(turn);
        await db.SaveChangesAsync(turn);
        await suppressions.LiftRequestAsync(db, EmailAddress.Parse(subscriber.Address), now, turn);
        await transaction.CommitAsync(turn);
        return NeverState.Undone;
    }, cancellationToken);

    private async Task<NeverState> TellingAsync(Func<CancellationToken, Task<NeverState>> loadDecideSave, CancellationToken cancellationToken)
    {
        var state = await db.RetryingAsync(loadDecideSave, cancellationToken);
        announcements.Ring();
        return state;
    }

    /// <summary>What is not in the server's hands yet. Nothing is made anew of it: an undo brings back no mail.</summary>
    private Task<int> WithholdMailsAsync(long subscriberId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var requests = db.SignUpRequests.Where(r => r.SubscriberId == subscriberId);
        return db.OutgoingMails
            .Where(m => m.State == OutgoingMailState.Waiting && SignUpRequest.MailKinds.Contains(m.Kind) && requests.Any(r => r.Id == m.SubjectId))
            .ExecuteUpdateAsync(s => s.SetProperty(m => m.State, OutgoingMailState.Withheld).SetProperty(m => m.SettledAt, now).SetProperty(m => m.Answer, "The reader wants no mail."), cancellationToken);
    }

    private static NeverState StateOf(Subscriber subscriber, DateTimeOffset now) => subscriber.Status switch
    {
        SubscriberStatus.Suppressed => now < subscriber.LeftAt + UndoFor ? NeverState.DoneJustNow : NeverState.Done,
        // A complaint says the same already, and is not taken back by a button.
        SubscriberStatus.Complained => NeverState.Done,
        _ => NeverState.Open,
    };

    private async Task<Subscriber?> FindAsync(string link, CancellationToken cancellationToken)
    {
        if (await tokens.OpenAsync(ReaderLinks.NeverPurpose, link, cancellationToken) is not { } requestId)
            return null;
        return await db.Subscribers.Include(s => s.Subscriptions.OrderBy(o => o.Id)).ThenInclude(s => s.Newsletter)
            .SingleOrDefaultAsync(s => db.SignUpRequests.Any(r => r.PublicId == requestId && r.SubscriberId == s.Id), cancellationToken);
    }
}
