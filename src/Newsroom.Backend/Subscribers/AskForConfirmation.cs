using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Newsletters;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Subscribers;

/// <summary>What a reader agreed to.</summary>
/// <param name="Wording">In which words.</param>
/// <param name="Method">How: one of <see cref="ConsentMethod"/>.</param>
/// <param name="Place">Where.</param>
/// <param name="At">When.</param>
/// <param name="Held"><see cref="SignUpForm.Held"/>.</param>
internal sealed record Agreement(ConsentWording Wording, string Method, ConsentPlace Place, DateTimeOffset At, bool Held = false);

/// <summary>
/// Writes a request, its consent and its mail in one transaction. Every road to a confirmation mail leads through here and so
/// through the same cool-down, whether a form, the API or an expired link asks.
/// </summary>
public sealed class AskForConfirmation(NewsroomDb db, LinkTokens tokens, SuppressionList suppressions)
{
    /// <summary>
    /// Between two mails to one address, so that no form of ours can flood a mailbox. A mail whose button was pressed does not count: its reader
    /// is there, and may leave and come back at once.
    /// </summary>
    public static readonly TimeSpan CoolDown = TimeSpan.FromMinutes(10);

    /// <summary>Mails to one address in any 24 hours, counted in the same way.</summary>
    public const int MostMailsADay = 3;

    /// <summary>To an address that bounced. It may have come back; each try that fails costs the newsroom's name.</summary>
    public static readonly TimeSpan BetweenMailsAfterBounce = TimeSpan.FromDays(7);

    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    internal async Task RunAsync(
        EmailAddress address, IReadOnlyList<Newsletter> newsletters, string? name, Agreement agreement, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var gate = await suppressions.ConfirmationGateAsync(address, now, cancellationToken);
        await db.RetryingAsync(async token =>
        {
            var subscriber = await FindOrAddAsync(address, now, token);
            var request = await MakeRequestAsync(subscriber, newsletters, name, gate, agreement.Held, now, token);
            db.Add(request);
            db.Add(Consent.Append(subscriber, ConsentEvent.Requested, newsletters, agreement.Wording, agreement.Method, agreement.Place, agreement.At));
            await AddMissingAsync(subscriber, newsletters, now, token);
            subscriber.Touch();
            // After a bounce even a subscriber is asked: the button is what brings the address back.
            var isHere = gate == ConfirmationGate.Open && subscriber.MayBeMailed && IsOnAll(subscriber, newsletters);
            await SaveWithMailAsync(request, isHere ? AlreadySubscribedComposer.MailKind : ConfirmationComposer.MailKind, now, token);
            return true;
        }, cancellationToken);
    }

    private async Task<Subscriber> FindOrAddAsync(EmailAddress address, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var known = await db.Subscribers.Include(s => s.Subscriptions).SingleOrDefaultAsync(s => s.AddressKey == address.Key, cancellationToken);
        return known ?? db.Add(new Subscriber { Address = address.Value, AddressKey = address.Key, CreatedAt = now }).Entity;
    }

    private async Task<SignUpRequest> MakeRequestAsync(
        Subscriber subscriber, IReadOnlyList<Newsletter> newsletters, string? name, ConfirmationGate gate, bool held, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var asked = SignUpRequest.Join(newsletters);
        var unanswered = await UnansweredAsync(db, subscriber.Id, gate, now, cancellationToken);
        var isBarred = gate == ConfirmationGate.Closed || !subscriber.MayBeAsked;
        var standing = unanswered.FindAll(r => !newsletters.Any(n => subscriber.HasLeftSince(n.Id, r.RequestedAt)));
        var request = new SignUpRequest
        {
            Subscriber = subscriber,
            NewsletterIds = asked,
            Name = name,
            TokenHash = "",
            RequestedAt = now,
            ExpiresAt = now + SignUpRequest.Lifetime,
            MailDueAt = isBarred || held ? null : NextMail(unanswered, standing.Exists(r => r.NewsletterIds == asked), gate, now),
            HeldAt = held ? now : null,
        };
        request.TokenHash = (await tokens.ForAsync(ReaderLinks.ConfirmPurpose, request.PublicId, cancellationToken)).Hash;
        return request;
    }

    /// <summary>
    /// A subscriber's requests with a mail and without a confirmation, of the last day, or week after a bounce; latest mail first, at most
    /// <see cref="MostMailsADay"/>.
    /// </summary>
    internal static Task<List<SignUpRequest>> UnansweredAsync(
        NewsroomDb db, long subscriberId, ConfirmationGate gate, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var since = now - (gate == ConfirmationGate.AfterBounce ? BetweenMailsAfterBounce : Day);
        return db.SignUpRequests.AsNoTracking().Where(r => r.SubscriberId == subscriberId && r.ConfirmedAt == null && r.MailDueAt > since)
            .OrderByDescending(r => r.MailDueAt).Take(MostMailsADay).ToListAsync(cancellationToken);
    }

    /// <summary>
    /// At once; or when the cool-down ends, when this asks for something else than what is on its way (a reader who signs up for a second
    /// newsletter a minute later); or not at all.
    /// </summary>
    /// <param name="unanswered">As <see cref="UnansweredAsync"/> has them.</param>
    /// <param name="isOnItsWay">One of them asks for the same and can still be confirmed.</param>
    /// <param name="gate">The address's.</param>
    /// <param name="now">The moment of asking.</param>
    internal static DateTimeOffset? NextMail(List<SignUpRequest> unanswered, bool isOnItsWay, ConfirmationGate gate, DateTimeOffset now)
    {
        if (unanswered.Count == 0)
            return now;
        if (unanswered.Count >= MostMailsADay || gate == ConfirmationGate.AfterBounce)
            return null;
        var free = unanswered[0].MailDueAt!.Value + CoolDown;
        return free <= now ? now : isOnItsWay ? null : free;
    }

    /// <summary>Shows staff what is waited for. What exists already stays as it is: only the confirmation changes it.</summary>
    private async Task AddMissingAsync(Subscriber subscriber, IReadOnlyList<Newsletter> newsletters, DateTimeOffset now, CancellationToken cancellationToken)
    {
        foreach (var newsletter in newsletters.Where(n => !subscriber.Subscriptions.Exists(s => s.NewsletterId == n.Id)))
            subscriber.Subscriptions.Add(await Subscription.NewAsync(newsletter, tokens, now, cancellationToken));
    }

    private async Task SaveWithMailAsync(SignUpRequest request, string kind, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await db.SaveChangesAsync(cancellationToken);
        // A mail that will not leave has its row too: the same work for every address, and staff see why there was none.
        db.Add(new OutgoingMail
        {
            Kind = kind,
            SubjectId = request.Id,
            CreatedAt = now,
            NextAttemptAt = request.MailDueAt,
            State = request.MailDueAt is null ? OutgoingMailState.Withheld : OutgoingMailState.Waiting,
            SettledAt = request.MailDueAt is null ? now : null,
        });
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private static bool IsOnAll(Subscriber subscriber, IReadOnlyList<Newsletter> newsletters) =>
        newsletters.All(n => subscriber.Subscriptions.Exists(s => s.NewsletterId == n.Id && s.State == SubscriptionState.Active));
}
