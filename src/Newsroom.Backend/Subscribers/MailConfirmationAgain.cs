using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Subscribers;

public enum MailAgainOutcome
{
    Mailed,
    NoSuchReader,

    /// <summary>Everything that was asked for is confirmed, or was left.</summary>
    NothingToConfirm,

    /// <summary>The address said no, or bounced just now.</summary>
    Barred,

    /// <summary>The address's <see cref="CoolDown"/>, which holds for staff too.</summary>
    TooSoon,

    /// <summary>Mail is not configured.</summary>
    NoMail,
}

/// <summary>
/// Staff have the confirmation mailed once more, to a reader who says that it never came. It asks for what still waits, with a new link. No consent is
/// written: the reader's own, of the sign-up, stands as it is, and only the reader can press the button.
/// </summary>
public sealed class MailConfirmationAgain(NewsroomDb db, LinkTokens tokens, SuppressionList suppressions, Outbox outbox, MailReadiness mail, TimeProvider clock)
{
    // Unconfirmed ones are forgotten after some weeks: more are a stranger's forms.
    private const int MostRequests = 50;

    /// <param name="id">The subscriber's public id.</param>
    /// <param name="cancellationToken">Cancels before the commit.</param>
    public async Task<MailAgainOutcome> RunAsync(string id, CancellationToken cancellationToken)
    {
        if (mail.Missing is not null)
            return MailAgainOutcome.NoMail;
        var outcome = await db.RetryingAsync(turn => WriteAsync(id, turn), cancellationToken);
        if (outcome == MailAgainOutcome.Mailed)
            outbox.EnqueueDue();
        return outcome;
    }

    private async Task<MailAgainOutcome> WriteAsync(string id, CancellationToken turn)
    {
        var now = clock.GetUtcNow();
        if (await db.Subscribers.SingleOrDefaultAsync(s => s.PublicId == id, turn) is not { } reader)
            return MailAgainOutcome.NoSuchReader;
        var ids = await WaitingAsync(db, reader, turn);
        if (ids.Count == 0)
            return MailAgainOutcome.NothingToConfirm;
        var address = EmailAddress.Parse(reader.Address);
        var gate = (await suppressions.ConfirmationGatesAsync(db, [address], now, turn))[address.Key];
        if (gate == ConfirmationGate.Closed || !reader.MayBeAsked)
            return MailAgainOutcome.Barred;
        // It asks for the same as what is on its way: so at once, or not at all.
        var elsewhere = (await SharedMailboxes.LoadAsync(db, [address], now, turn)).Elsewhere(address);
        if (CoolDown.NextMail(await CoolDown.UnansweredAsync(db, [reader.Id], now, turn), elsewhere, _ => true, gate, now) is not { } due)
            return MailAgainOutcome.TooSoon;
        var request = new SignUpRequest
        {
            Subscriber = reader,
            NewsletterIds = SignUpRequest.Join(await db.Newsletters.AsNoTracking().Where(n => ids.Contains(n.Id)).ToListAsync(turn)),
            Name = await db.SignUpRequests.Where(r => r.SubscriberId == reader.Id && r.Name != null).OrderByDescending(r => r.Id).Select(r => r.Name).FirstOrDefaultAsync(turn),
            TokenHash = "",
            RequestedAt = now,
            ExpiresAt = now + SignUpRequest.Lifetime,
            MailDueAt = due,
        };
        request.TokenHash = (await tokens.ForAsync(ReaderLinks.ConfirmPurpose, request.PublicId, turn)).Hash;
        db.Add(request);
        // Of two members of staff at once, one mails.
        reader.Touch();
        await using var transaction = await db.Database.BeginTransactionAsync(turn);
        await db.SaveChangesAsync(turn);
        outbox.Add(db, ConfirmationComposer.MailKind, request.Id, now);
        await db.SaveChangesAsync(turn);
        await transaction.CommitAsync(turn);
        return MailAgainOutcome.Mailed;
    }

    /// <returns>
    /// The newsletters that wait for the reader's button. Of somebody who was here before nothing but the request says so: a stranger's form leaves what was
    /// left as it is.
    /// </returns>
    internal static async Task<List<int>> WaitingAsync(NewsroomDb db, Subscriber reader, CancellationToken cancellationToken)
    {
        var known = await db.Subscriptions.AsNoTracking().Where(s => s.SubscriberId == reader.Id).Select(s => new { s.NewsletterId, s.State, s.LeftAt }).ToListAsync(cancellationToken);
        var open = await db.SignUpRequests.AsNoTracking().Where(r => r.SubscriberId == reader.Id && r.ConfirmedAt == null)
            .OrderByDescending(r => r.Id).Take(MostRequests).ToListAsync(cancellationToken);
        // The latest that was not taken back by leaving, and asks for something that does not come.
        var asked = open.Select(r => r.Newsletters.Where(id => !known.Exists(s => s.NewsletterId == id
            && (s.State == SubscriptionState.Left ? s.LeftAt > r.RequestedAt : s.State == SubscriptionState.Active && reader.MayBeMailed)))).FirstOrDefault(ids => ids.Any()) ?? [];
        return [.. known.Where(s => s.State == SubscriptionState.Pending).Select(s => s.NewsletterId).Union(asked)];
    }
}
