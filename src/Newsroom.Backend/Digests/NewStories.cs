using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Stories;

namespace Newsroom.Backend.Digests;

/// <param name="Stories">Newest first, at most <see cref="NewStories.Most"/>; tracked by nobody.</param>
/// <param name="LeftOut">How many more are new.</param>
/// <param name="AfterId">Where the last digest ended.</param>
/// <param name="ThroughId">Where this one would end.</param>
/// <param name="LastNumber">The last digest's number; null when this is the first.</param>
public sealed record FreshStories(List<Story> Stories, int LeftOut, long AfterId, long ThroughId, int? LastNumber);

/// <summary>
/// What a newsletter's next digest would bring: stories taken in since its last one, by intake id and never by a clock, that are for it or
/// for every newsletter, were not on the site before its feed was first read, are not withdrawn and stood in none of its digests.
/// </summary>
public sealed class NewStories(NewsroomDb db)
{
    /// <summary>
    /// The newest that fit: with more, Gmail would clip the mail (102 kB) and nobody would read it. The others are not lost without a
    /// word: the digest says how many more are on the site.
    /// </summary>
    public const int Most = 20;

    /// <summary>
    /// What a newsletter brings its readers at all: stories that are for it or for every newsletter, were not on the site before its feed was
    /// first read and are not withdrawn.
    /// </summary>
    public static IQueryable<Story> Offered(NewsroomDb db, int newsletterId) => db.Stories.AsNoTracking()
        .Where(s => !s.SeenBefore && s.WithdrawnAt == null && (s.NewsletterId == null || s.NewsletterId == newsletterId));

    /// <summary>The newest that fit, and how many more there are.</summary>
    public static async Task<(List<Story> Stories, int LeftOut)> NewestAsync(IQueryable<Story> of, CancellationToken cancellationToken)
    {
        var stories = await of.OrderByDescending(s => s.PublishedAt ?? s.FirstSeenAt).ThenByDescending(s => s.Id).Take(Most).ToListAsync(cancellationToken);
        return (stories, stories.Count < Most ? 0 : await of.CountAsync(cancellationToken) - stories.Count);
    }

    public async Task<FreshStories> OfAsync(int newsletterId, CancellationToken cancellationToken)
    {
        // Editions follow their readers' cursors and move no window.
        // A digest cancelled before its first mail never was: its stories are new still.
        var earlier = db.Digests.Where(d => d.NewsletterId == newsletterId && d.CursorId == null && (d.Status != DigestStatus.Cancelled || d.StartedAt != null));
        var afterId = await earlier.MaxAsync(d => (long?)d.StoriesThroughId, cancellationToken) ?? 0;
        var lastNumber = await earlier.MaxAsync(d => d.Number, cancellationToken);
        var fresh = Offered(db, newsletterId)
            .Where(s => s.Id > afterId && !db.DigestStories.Any(x => x.StoryId == s.Id && earlier.Any(d => d.Id == x.DigestId)));
        // The end first: what comes in between these statements is behind it, and so the next digest's.
        // SQL Server may commit two intakes of one moment in the other order of their ids. The next statement waits for rows below this end that
        // are being written, unless the database reads snapshots (READ_COMMITTED_SNAPSHOT): there one could slip through.
        var throughId = await fresh.MaxAsync(s => (long?)s.Id, cancellationToken) ?? afterId;
        var (stories, leftOut) = await NewestAsync(fresh.Where(s => s.Id <= throughId), cancellationToken);
        return new FreshStories(stories, leftOut, afterId, throughId, lastNumber);
    }
}
