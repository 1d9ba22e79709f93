using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Newsletters;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Webhooks;

namespace Newsroom.Backend.Subscribers.Preferences;

public enum ChoiceOutcome
{
    Saved,

    /// <summary>What was added waits for the button in a mail: the reader had left everything, or never confirmed.</summary>
    Asked,

    /// <summary>The address must not be mailed; nothing was added.</summary>
    Barred,
}

/// <summary>
/// Leaves some newsletters and adds some. A confirmed reader's address is proven, so what is added comes at once, with its consent; for everybody
/// else a mail asks first, because preferences links stand in old and forwarded mails, and those bring nobody back.
/// </summary>
public sealed class ChooseNewsletters(NewsroomDb db, LinkTokens tokens, AskForConfirmation ask, Outbox outbox, Announcements announcements, TimeProvider clock)
{
    /// <param name="subscriberId">Whose.</param>
    /// <param name="leave">Slugs; what does not come anyway stays as it is.</param>
    /// <param name="add">
    /// Slugs; what comes already stays as it is. Unknown ones, and ones closed to new readers that this reader never had or cannot take without a mail, are passed over.
    /// </param>
    /// <param name="wording">What the button said.</param>
    /// <param name="cancellationToken">Cancels before the save.</param>
    public async Task<ChoiceOutcome> RunAsync(
        long subscriberId, IReadOnlyCollection<string> leave, IReadOnlyCollection<string> add, ConsentWording wording, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var wanted = await db.Newsletters.AsNoTracking()
            .Where(n => add.Contains(n.Slug) && (!n.IsClosed
                || db.Subscriptions.Any(s => s.SubscriberId == subscriberId && s.NewsletterId == n.Id && s.Subscriber.Status == SubscriberStatus.Confirmed)))
            .OrderBy(n => n.Id).ToListAsync(cancellationToken);
        var reader = await db.RetryingAsync(turn => ChangeAsync(subscriberId, leave, wanted, wording, now, turn), cancellationToken);
        announcements.Ring();
        if (reader.Status == SubscriberStatus.Confirmed || wanted.Count == 0)
            return ChoiceOutcome.Saved;
        if (!reader.MayBeMailed)
            return ChoiceOutcome.Barred;
        var agreement = new Agreement(wording, ConsentMethod.PreferencesPage, new ConsentPlace(), now);
        await ask.RunAsync(EmailAddress.Parse(reader.Address), wanted, null, agreement, now, cancellationToken);
        outbox.EnqueueDue();
        return ChoiceOutcome.Asked;
    }

    private async Task<Subscriber> ChangeAsync(
        long subscriberId, IReadOnlyCollection<string> leave, List<Newsletter> wanted, ConsentWording wording, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var reader = await db.Subscribers.Include(s => s.Subscriptions).ThenInclude(s => s.Newsletter).SingleAsync(s => s.Id == subscriberId, cancellationToken);
        var isConfirmed = reader.Status == SubscriberStatus.Confirmed;
        var added = isConfirmed ? wanted.FindAll(n => !reader.Subscriptions.Exists(s => s.NewsletterId == n.Id && s.State == SubscriptionState.Active)) : [];
        var ended = reader.Subscriptions.FindAll(s => s.State != SubscriptionState.Left && leave.Contains(s.Newsletter.Slug));
        foreach (var newsletter in added)
        {
            var subscription = reader.Subscriptions.Find(s => s.NewsletterId == newsletter.Id);
            if (subscription is null)
                reader.Subscriptions.Add(subscription = await Subscription.NewAsync(newsletter, tokens, now, cancellationToken));
            subscription.BeginAnew(now);
        }
        ended.RemoveAll(s => added.Exists(n => n.Id == s.NewsletterId));
        ended.ForEach(s => s.Leave(now));
        if (added.Count > 0)
            db.Add(Consent.Append(reader, ConsentEvent.Confirmed, added, wording, ConsentMethod.PreferencesPage, new ConsentPlace(), now));
        if (ended.Count > 0)
            db.Add(Consent.Append(reader, ConsentEvent.Withdrawn, ended.Select(s => s.Newsletter), wording, ConsentMethod.PreferencesPage, new ConsentPlace(), now));
        if (added.Count + ended.Count > 0)
        {
            reader.LeaveIfNothingIsLeft(now);
            await announcements.AddConsentsAsync(db, cancellationToken);
            await db.SaveChangesAsync(cancellationToken);
        }
        return reader;
    }
}
