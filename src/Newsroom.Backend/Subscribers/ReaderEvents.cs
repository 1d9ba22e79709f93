using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Webhooks;

namespace Newsroom.Backend.Subscribers;

/// <summary>What other systems hear of readers. A consent is the fact, and its hash in the reader's chain names it: what is written down once is told once.</summary>
internal static class ReaderEvents
{
    /// <param name="Id">The subscriber's.</param>
    /// <param name="Status">Where the reader stands afterwards.</param>
    /// <param name="Newsletters">Slugs of those that the reader's word was about.</param>
    private sealed record ReaderData(string Id, SubscriberStatus Status, IReadOnlyList<string> Newsletters);

    private sealed record ErasedData(string Id, SubscriberStatus Status);

    /// <summary>
    /// Announces what readers have said yes to or left in this turn. Call it before the consents are saved. Imports do not: nobody in a file has said
    /// anything here.
    /// </summary>
    public static async Task AddConsentsAsync(this Announcements announcements, NewsroomDb db, CancellationToken cancellationToken)
    {
        var said = db.ChangeTracker.Entries<Consent>().Where(c => c.State == EntityState.Added).Select(c => c.Entity).OrderBy(c => c.Sequence).ToList();
        foreach (var consent in said)
        {
            var reader = consent.Subscriber;
            if (TypeOf(consent) is { } type)
            {
                await announcements.AddAsync(
                    db, new Announcement(type, consent.Hash, reader.PublicId, consent.At, new ReaderData(reader.PublicId, reader.Status, consent.Newsletters.Split(',', StringSplitOptions.RemoveEmptyEntries))), cancellationToken);
            }
        }
    }

    /// <summary>Withholds what waits about a reader who is being erased, and tells that; in the erasure's transaction.</summary>
    public static async Task AddErasureAsync(this Announcements announcements, NewsroomDb db, Subscriber reader, DateTimeOffset at, CancellationToken cancellationToken)
    {
        await Announcements.WithholdAsync(db, reader.PublicId, cancellationToken);
        // With the instant of the wish: repeated after a restore, it is the same event.
        var fact = $"{reader.PublicId}.{at.UtcTicks}";
        await announcements.AddAsync(
            db, new Announcement(EventTypes.SubscriberErased, fact, reader.PublicId, at, new ErasedData(reader.PublicId, SubscriberStatus.Erased)), cancellationToken);
    }

    private static string? TypeOf(Consent consent) => consent.Event switch
    {
        ConsentEvent.Confirmed => EventTypes.SubscriberConfirmed,
        // Who never confirmed anything was never told of.
        ConsentEvent.Withdrawn when consent.Subscriber.ConfirmedAt is not null => EventTypes.SubscriberUnsubscribed,
        _ => null,
    };
}
