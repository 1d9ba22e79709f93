using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Newsletters;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Subscribers;

/// <summary>
/// Writes requests, their consents and their mails in one transaction. Reads the same and writes the same number of rows for an address
/// that is new, waiting, subscribed, gone or barred.
/// </summary>
public sealed class RecordSignUps(NewsroomDb db, LinkTokens tokens, SuppressionList suppressions, Outbox outbox, AnswerPace pace)
{
    /// <summary>Fills in each order's <see cref="SignUpOrder.Outcome"/>.</summary>
    internal async Task RunAsync(IReadOnlyList<SignUpOrder> orders, CancellationToken cancellationToken)
    {
        // A context of its writer's own: nothing of the group before is of use.
        db.ChangeTracker.Clear();
        await db.StayOpenAsync(cancellationToken);
        await db.RetryingAsync(turn => TurnAsync(orders, turn), cancellationToken);
        // Once for all of them: with a call for each, Hangfire's in-memory queue took half of a sign-up's time (measured 2026-11-25). Not before they are
        // answered: known and unknown addresses get different mails, and composing one beside the answer delays it differently.
        outbox.EnqueueDue(pace.Answered);
    }

    private async Task<bool> TurnAsync(IReadOnlyList<SignUpOrder> orders, CancellationToken cancellationToken)
    {
        var newsletters = await db.Newsletters.AsNoTracking().OrderBy(n => n.Id).ToListAsync(cancellationToken);
        var known = await LoadAsync(orders, cancellationToken);
        var mails = new List<(SignUpRequest Request, string Kind)>();
        foreach (var order in orders)
        {
            var chosen = Choose(newsletters, order);
            if (chosen.Count > 0)
                mails.Add(await MakeAsync(order, chosen, known, cancellationToken));
        }
        if (mails.Count > 0)
            await SaveAsync(mails, orders[0].Now, cancellationToken);
        return true;
    }

    private static List<Newsletter> Choose(List<Newsletter> newsletters, SignUpOrder order)
    {
        var offered = newsletters.FindAll(n => !n.IsClosed || order.WasOnOffer);
        if (order.Newsletters.FirstOrDefault(s => offered.TrueForAll(n => n.Slug != s)) is { } unknown)
        {
            order.Outcome = new SignUpOutcome.UnknownNewsletter(unknown);
            return [];
        }
        var chosen = order.Newsletters.Count == 0 ? Offer.WithoutChoice(offered) : offered.FindAll(n => order.Newsletters.Contains(n.Slug));
        if (chosen.Count == 0)
            order.Outcome = new SignUpOutcome.NotConfigured("There is no newsletter to sign up for yet. Please come back later.");
        return chosen;
    }

    /// <summary>What is known of the orders' addresses, in one query a table however many there are.</summary>
    private async Task<Known> LoadAsync(IReadOnlyList<SignUpOrder> orders, CancellationToken cancellationToken)
    {
        var now = orders[0].Now;
        var gates = await suppressions.ConfirmationGatesAsync(db, [.. orders.Select(o => o.Address)], now, cancellationToken);
        var keys = gates.Keys.ToArray();
        var subscribers = await db.Subscribers.Include(s => s.Subscriptions).Where(s => keys.Contains(s.AddressKey)).ToListAsync(cancellationToken);
        var requests = await CoolDown.UnansweredAsync(db, [.. subscribers.Select(s => s.Id)], now, cancellationToken);
        var keyOf = subscribers.ToDictionary(s => s.Id, s => s.AddressKey);
        return new Known(
            subscribers.ToDictionary(s => s.AddressKey, StringComparer.Ordinal),
            gates,
            await SharedMailboxes.LoadAsync(db, orders.Select(o => o.Address), now, cancellationToken),
            requests.GroupBy(r => keyOf[r.SubscriberId]).ToDictionary(g => g.Key, g => g.ToList(), StringComparer.Ordinal));
    }

    private async Task<(SignUpRequest Request, string Kind)> MakeAsync(SignUpOrder order, List<Newsletter> chosen, Known known, CancellationToken cancellationToken)
    {
        var (key, now) = (order.Address.Key, order.Now);
        if (!known.Subscribers.TryGetValue(key, out var subscriber))
            known.Subscribers[key] = subscriber = db.Add(new Subscriber { Address = order.Address.Value, AddressKey = key, CreatedAt = now }).Entity;
        var unanswered = known.Unanswered.TryGetValue(key, out var earlier) ? earlier : known.Unanswered[key] = [];
        var request = await RequestAsync(order, subscriber, chosen, unanswered, known, cancellationToken);
        if (request.MailDueAt is { } dueAt)
        {
            unanswered.Insert(0, request);
            known.Mailboxes.Note(order.Address, dueAt);
        }
        db.Add(request);
        db.Add(Consent.Append(subscriber, ConsentEvent.Requested, chosen, order.Agreement.Wording, order.Agreement.Method, order.Agreement.Place, order.Agreement.At));
        var isOnAll = chosen.TrueForAll(n => subscriber.Subscriptions.Exists(s => s.NewsletterId == n.Id && s.State == SubscriptionState.Active));
        // Shows staff what is waited for. What exists already stays as it is: only the confirmation changes it.
        foreach (var newsletter in chosen.Where(n => !subscriber.Subscriptions.Exists(s => s.NewsletterId == n.Id)))
            subscriber.Subscriptions.Add(await Subscription.NewAsync(newsletter, tokens, now, cancellationToken));
        subscriber.Touch();
        // After a bounce even a subscriber is asked: the button is what brings the address back.
        var isHere = isOnAll && known.Gates[key] == ConfirmationGate.Open && subscriber.MayBeMailed;
        return (request, isHere ? AlreadySubscribedComposer.MailKind : ConfirmationComposer.MailKind);
    }

    private async Task<SignUpRequest> RequestAsync(
        SignUpOrder order, Subscriber subscriber, List<Newsletter> chosen, List<SignUpRequest> unanswered, Known known, CancellationToken cancellationToken)
    {
        var (asked, gate) = (SignUpRequest.Join(chosen), known.Gates[order.Address.Key]);
        var getsNone = order.Held || gate == ConfirmationGate.Closed || !subscriber.MayBeAsked;
        var request = new SignUpRequest
        {
            Subscriber = subscriber,
            NewsletterIds = asked,
            Name = order.Name,
            TokenHash = "",
            RequestedAt = order.Now,
            ExpiresAt = order.Now + SignUpRequest.Lifetime,
            MailDueAt = getsNone ? null : CoolDown.NextMail(unanswered, known.Mailboxes.Elsewhere(order.Address), r => r.StillBrings(asked, subscriber), gate, order.Now),
            HeldAt = order.Held ? order.Now : null,
        };
        request.TokenHash = (await tokens.ForAsync(ReaderLinks.ConfirmPurpose, request.PublicId, cancellationToken)).Hash;
        return request;
    }

    private async Task SaveAsync(List<(SignUpRequest Request, string Kind)> mails, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await db.SaveChangesAsync(cancellationToken);
        foreach (var (request, kind) in mails)
            outbox.AddOrWithhold(db, kind, request.Id, request.MailDueAt, now);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>All by <see cref="EmailAddress.Key"/>.</summary>
    private sealed record Known(
        Dictionary<string, Subscriber> Subscribers, Dictionary<string, ConfirmationGate> Gates, SharedMailboxes Mailboxes, Dictionary<string, List<SignUpRequest>> Unanswered);
}
