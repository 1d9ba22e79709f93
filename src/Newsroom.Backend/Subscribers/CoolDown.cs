using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;

namespace Newsroom.Backend.Subscribers;

/// <summary>How often one address, and one mailbox by its sub-addresses, is asked to confirm, whoever asks for it and by whatever road.</summary>
public static class CoolDown
{
    /// <summary>
    /// Between two mails to one address, so that no form of ours can flood a mailbox. A mail whose button was pressed does not count: its reader
    /// is there, and may leave and come back at once.
    /// </summary>
    public static readonly TimeSpan BetweenMails = TimeSpan.FromMinutes(10);

    /// <summary>Mails to one address in any 24 hours, counted in the same way.</summary>
    public const int MostMailsADay = 3;

    /// <summary>To an address that bounced. It may have come back; each try that fails costs the newsroom's name.</summary>
    public static readonly TimeSpan BetweenMailsAfterBounce = TimeSpan.FromDays(7);

    internal static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <summary>These subscribers' requests with a mail and without a confirmation that may count now, latest mail first.</summary>
    internal static Task<List<SignUpRequest>> UnansweredAsync(NewsroomDb db, IReadOnlyCollection<long> subscriberIds, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var since = now - BetweenMailsAfterBounce;
        return db.SignUpRequests.AsNoTracking().Where(r => subscriberIds.Contains(r.SubscriberId) && r.ConfirmedAt == null && r.MailDueAt > since)
            .OrderByDescending(r => r.MailDueAt).ToListAsync(cancellationToken);
    }

    /// <summary>
    /// At once; or when the cool-down ends, when this asks for something else than what is on its way (a reader who signs up for a second
    /// newsletter a minute later); or not at all.
    /// </summary>
    /// <param name="unanswered">One subscriber's, as <see cref="UnansweredAsync"/> has them.</param>
    /// <param name="elsewhere">When mails go to other addresses of the same mailbox: <see cref="SharedMailboxes"/>.</param>
    /// <param name="asksTheSame">True for one of them that asks for the same and can still be confirmed.</param>
    /// <param name="gate">The address's.</param>
    /// <param name="now">The moment of asking.</param>
    internal static DateTimeOffset? NextMail(
        List<SignUpRequest> unanswered, IReadOnlyList<DateTimeOffset> elsewhere, Predicate<SignUpRequest> asksTheSame, ConfirmationGate gate, DateTimeOffset now)
    {
        if (gate == ConfirmationGate.AfterBounce)
            return unanswered.Count == 0 ? now : null;
        var lately = unanswered.FindAll(r => r.MailDueAt > now - Day);
        List<DateTimeOffset> mails = [.. lately.Select(r => r.MailDueAt!.Value), .. elsewhere.Where(at => at > now - Day)];
        if (mails.Count == 0)
            return now;
        if (mails.Count >= MostMailsADay)
            return null;
        var free = mails.Max() + BetweenMails;
        return free <= now ? now : lately.Exists(asksTheSame) ? null : free;
    }
}
