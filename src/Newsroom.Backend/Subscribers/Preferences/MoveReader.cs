using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Subscribers.Preferences;

/// <summary>
/// Puts a reader onto an address whose owner has just agreed, inside the caller's turn. The reader's row gets the address; where another row has it
/// already, that one takes over the newsletters with their rhythms, and the reader's own leaves them: two rows of one address cannot be.
/// </summary>
public sealed class MoveReader(NewsroomDb db, LinkTokens tokens)
{
    /// <returns>The row that took over; null when the reader's own was moved. The caller saves.</returns>
    internal async Task<Subscriber?> RunAsync(Subscriber reader, EmailAddress address, ConsentWording wording, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var active = reader.Subscriptions.FindAll(s => s.State == SubscriptionState.Active);
        var other = await db.Subscribers.Include(s => s.Subscriptions).ThenInclude(s => s.Newsletter)
            .SingleOrDefaultAsync(s => s.AddressKey == address.Key && s.Id != reader.Id, cancellationToken);
        if (other is null)
        {
            reader.MoveTo(address);
            active.ForEach(s => s.ImportId = null);
            // The links of its confirmation mails speak for the old mailbox: they must neither confirm nor bar anything for the new one.
            db.RemoveRange(await db.SignUpRequests.Where(r => r.SubscriberId == reader.Id).ToListAsync(cancellationToken));
            if (active.Count > 0)
                Append(reader, ConsentEvent.Confirmed, active, wording, now);
            return null;
        }
        if (active.Count == 0)
            return other;
        foreach (var subscription in active)
            await CarryAsync(subscription, other, now, cancellationToken);
        if (other.Status != SubscriberStatus.Confirmed)
            other.PausedUntil = reader.PausedUntil;
        other.Confirm(now);
        Append(other, ConsentEvent.Confirmed, active, wording, now);
        active.ForEach(s => s.Leave(now));
        reader.LeaveIfNothingIsLeft(now);
        Append(reader, ConsentEvent.Withdrawn, active, wording, now);
        return other;
    }

    /// <summary>What the other row gets already stays as it is there, by its reader's own word from now on.</summary>
    private async Task CarryAsync(Subscription from, Subscriber other, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var to = other.Subscriptions.Find(s => s.NewsletterId == from.NewsletterId);
        if (to is null)
            other.Subscriptions.Add(to = await Subscription.NewAsync(from.Newsletter, tokens, now, cancellationToken));
        if (to.State == SubscriptionState.Active)
        {
            to.ImportId = null;
            return;
        }
        to.Activate(now);
        (to.Rhythm, to.StoriesThroughId) = (from.Rhythm, from.StoriesThroughId);
    }

    internal void Append(Subscriber reader, ConsentEvent what, IEnumerable<Subscription> subscriptions, ConsentWording wording, DateTimeOffset now) =>
        db.Add(Consent.Append(reader, what, subscriptions.Select(s => s.Newsletter), wording, ConsentMethod.AddressPage, new ConsentPlace(), now));
}
