using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Stories;

/// <summary>A feed's bytes and where they came from.</summary>
/// <param name="FeedUrl">The feed's row, made when there is none.</param>
/// <param name="Body">RSS or Atom.</param>
public sealed record FeedBytes(string FeedUrl, ReadOnlyMemory<byte> Body)
{
    /// <summary>Where on the web they were read, after redirects: what relative links are relative to, and where older pages are. Null: nowhere, and <see cref="FeedUrl"/>.</summary>
    public Uri? Address { get; init; }
    public string? Charset { get; init; }
    public FeedValidators? Validators { get; init; }

    /// <summary>The one newsletter its stories are for; null: all.</summary>
    public int? NewsletterId { get; init; }
}

public abstract record FeedIntake
{
    private FeedIntake()
    {
    }

    /// <param name="New">Stories now offered to digests.</param>
    /// <param name="SeenBefore">Stories taken in without being offered: a first read, or a heap of old ones.</param>
    /// <param name="Updated">Known stories whose words changed.</param>
    /// <param name="Held">Stories dated in the future: taken in by the first poll after that.</param>
    /// <param name="Warning">One sentence when a person should look; otherwise null.</param>
    public sealed record Taken(int New, int SeenBefore, int Updated, int Held, string? Warning) : FeedIntake;

    /// <param name="Why">One sentence; nothing was changed.</param>
    public sealed record Unreadable(string Why) : FeedIntake;
}

/// <summary>
/// Takes a feed's stories in. Each story once, whatever order, edits and repetitions the feed brings; what was there at the feed's first
/// read is never news. Stories and the feed's own row are saved together or not at all, so that a first read broken off is a first read again.
/// Begins with a clear change tracker: save your own changes before.
/// </summary>
public sealed class TakeInFeed(NewsroomDb db, OlderPages olderPages, ILogger<TakeInFeed> logger)
{
    /// <summary>More than <see cref="MostOldOnes"/> new stories older than this at once are an import or a restored archive, not news.</summary>
    public static readonly TimeSpan Old = TimeSpan.FromDays(7);
    public const int MostOldOnes = 10;

    /// <summary>A date further ahead than this is a slip of the pen, not an embargo.</summary>
    private static readonly TimeSpan FarFuture = TimeSpan.FromDays(366);
    private const int Attempts = 3;

    public async Task<FeedIntake> RunAsync(FeedBytes feedBytes, DateTimeOffset now, CancellationToken cancellationToken)
    {
        IReadOnlyList<FeedItem> items;
        var firstReadAt = await db.Feeds.Where(f => f.Url == feedBytes.FeedUrl).Select(f => f.FirstReadAt).SingleOrDefaultAsync(cancellationToken);
        try
        {
            // Without items at its first read: otherwise the first story of a new site would be the first read's, and never news.
            items = FeedParser.Read(feedBytes.Body, feedBytes.Charset, feedBytes.Address ?? new Uri(feedBytes.FeedUrl), mayBeEmpty: firstReadAt is null);
        }
        catch (FeedUnreadableException e)
        {
            return new FeedIntake.Unreadable(e.Message);
        }
        var older = feedBytes.Address is { } address && firstReadAt is { } since
            ? await olderPages.ReadAsync(items, address, since, now, cancellationToken)
            : new OlderItems([], Closed: true);
        for (var attempt = 1; ; attempt++)
        {
            // What another feed, node or push saved meanwhile is read again, and so is the feed's row.
            db.ChangeTracker.Clear();
            try
            {
                return await TakeAsync(items, older, feedBytes, now, cancellationToken);
            }
            catch (DbUpdateException e) when (attempt < Attempts && db.IsUniqueViolation(e))
            {
                StoriesLog.TakenMeanwhile(logger, attempt);
            }
        }
    }

    private async Task<FeedIntake.Taken> TakeAsync(
        IReadOnlyList<FeedItem> items, OlderItems older, FeedBytes feedBytes, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var feed = await FeedRows.GetOrAddAsync(db, feedBytes.FeedUrl, cancellationToken);
        var dated = items.Concat(older.Items).Select(i => FarAhead(i, now) ? i with { Words = i.Words with { PublishedAt = null } } : i).ToList();
        var due = dated.Where(i => !(i.Words.PublishedAt > now)).ToList();
        var shelf = await StoryShelf.ReadAsync(db, due, cancellationToken);
        var fresh = due.Where(i => shelf.Find(i) is null).ToList();
        var old = fresh.Count(i => i.Words.PublishedAt < now - Old);
        var firstRead = feed.FirstReadAt is null;
        var heap = !firstRead && old > MostOldOnes;
        // The first read has not seen the older pages: there stand stories that were on the site long before it.
        var fromBefore = older.Items.Where(i => OlderPages.IsFromBefore(i, feed.FirstReadAt)).Select(i => i.IdentityHash).ToHashSet(StringComparer.Ordinal);
        if (feedBytes.NewsletterId is not null)
            shelf.HasTwoNewsletters = await db.Newsletters.CountAsync(cancellationToken) == 2;

        // Oldest first, as feeds have the newest on top: ids are the order of intake.
        foreach (var item in Enumerable.Reverse(due))
            shelf.Put(item, feed, feedBytes.NewsletterId, firstRead || fromBefore.Contains(item.IdentityHash) || (heap && item.Words.PublishedAt < now - Old), now);
        // A story held back must not hide behind a 304 when its time comes.
        var held = dated.Count - due.Count;
        feed.Read(held == 0 ? feedBytes.Validators : null, now);
        var updated = db.ChangeTracker.Entries<Story>().Count(e => e.State == EntityState.Modified);
        await db.SaveChangesAsync(cancellationToken);
        if (shelf.Widened > 0)
            StoriesLog.Widened(logger, feed.Id, shelf.Widened);

        // When all are new, others may have come and gone unseen (after a stop of this program above all).
        var overrun = !firstRead && fresh.Count > 1 && (fresh.Count == due.Count || !older.Closed);
        var warning = heap ? $"{old} new items are older than {Old.TotalDays:0} days: they are kept, but not offered to digests by themselves."
            : firstRead && items.Count == 0 ? "The feed has no items yet: the first one will be news."
            : overrun ? "Every item of the feed is new: there may have been more since it was last read. Let the site show more in it."
            : null;
        return new FeedIntake.Taken(shelf.Added.Count(s => !s.SeenBefore), shelf.Added.Count(s => s.SeenBefore), updated, held, warning);
    }

    private static bool FarAhead(FeedItem item, DateTimeOffset now) => item.Words.PublishedAt > now + FarFuture;
}
