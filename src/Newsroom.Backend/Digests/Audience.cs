using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Digests;

/// <summary>Who a digest is for. Asked when editions are made and again, in the same words, when their rows are written.</summary>
internal static class Audience
{
    // Their ids fit into Digest.ApartFrom.
    private const int MostTold = 80;

    /// <summary>Confirmed readers with an active subscription in this rhythm, confirmed and not paused at <paramref name="at"/>.</summary>
    public static IQueryable<Subscription> InRhythm(NewsroomDb db, int newsletterId, Rhythm rhythm, DateTimeOffset at) => db.Subscriptions
        .Where(s => s.NewsletterId == newsletterId && s.State == SubscriptionState.Active && s.Rhythm == rhythm && s.ConfirmedAt <= at)
        .Where(s => s.Subscriber.Status == SubscriberStatus.Confirmed && (s.Subscriber.PausedUntil == null || s.Subscriber.PausedUntil <= at));

    /// <summary>A digest's own: in step with the newsletter for its own digests, at the edition's cursor for an edition.</summary>
    public static async Task<IQueryable<Subscription>> OfAsync(NewsroomDb db, Digest digest, DateTimeOffset startedAt, CancellationToken cancellationToken)
    {
        var readers = InRhythm(db, digest.NewsletterId, digest.Rhythm, startedAt).Where(s => s.StoriesThroughId == digest.CursorId);
        if (digest.CursorId is not { } cursorId)
            return readers;
        var apart = digest.ApartFromIds;
        var told = await ToldAsync(db, digest.NewsletterId, cursorId, digest.StoriesThroughId, cancellationToken);
        return Told(db, readers, apart, [.. told.Except(apart)]);
    }

    /// <summary>Those of <paramref name="readers"/> who have rows of all of the one digests and of none of the other.</summary>
    public static IQueryable<Subscription> Told(NewsroomDb db, IQueryable<Subscription> readers, int[] by, int[] butNotBy)
    {
        if (butNotBy.Length > 0)
            readers = readers.Where(s => !db.Deliveries.Any(d => butNotBy.Contains(d.DigestId) && d.SubscriberId == s.SubscriberId));
        if (by.Length > 0)
            readers = readers.Where(s => db.Deliveries.Count(d => by.Contains(d.DigestId) && d.SubscriberId == s.SubscriberId) == by.Length);
        return readers;
    }

    /// <summary>
    /// The newsletter's own digests that have begun and bring a story of a stretch: a reader who got one of them before choosing another
    /// rhythm (breaking news, hand-picked ahead of its turn) knows that story. The newest, if there are very many.
    /// </summary>
    public static Task<int[]> ToldAsync(NewsroomDb db, int newsletterId, long afterId, long throughId, CancellationToken cancellationToken) => db.Digests
        .Where(d => d.NewsletterId == newsletterId && d.CursorId == null && d.StartedAt != null)
        .Where(d => db.DigestStories.Any(s => s.DigestId == d.Id && s.StoryId > afterId && s.StoryId <= throughId))
        .OrderByDescending(d => d.Id).Select(d => d.Id).Take(MostTold).ToArrayAsync(cancellationToken);
}
