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
/// for every newsletter, were not on the site before its feed was first read, are not withdrawn and stood in none of its digests. A digest
/// cancelled before its first mail never was: what it took is new again, also when later digests have gone.
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
        var own = db.Digests.Where(d => d.NewsletterId == newsletterId && d.CursorId == null);
        var earlier = own.Where(d => d.Status != DigestStatus.Cancelled || d.StartedAt != null);
        var afterId = await earlier.MaxAsync(d => (long?)d.StoriesThroughId, cancellationToken) ?? 0;
        var lastNumber = await earlier.MaxAsync(d => d.Number, cancellationToken);
        var givenBack = GivenBack(own, earlier);
        // Most newsletters have none: then no story before the end is looked at.
        var stretches = await givenBack.ToListAsync(cancellationToken);
        var fromId = stretches.Select(g => g.AfterId).Append(afterId).Min();
        var candidates = Offered(db, newsletterId).Where(s => s.Id > fromId);
        if (fromId < afterId)
            candidates = candidates.Where(s => s.Id > afterId || givenBack.Any(g => s.Id > g.AfterId && s.Id <= g.ThroughId));
        var fresh = candidates.Where(s => !db.DigestStories.Any(x => x.StoryId == s.Id && earlier.Any(d => d.Id == x.DigestId)));
        // The end first: what comes in between these statements is behind it, and so the next digest's.
        // SQL Server may commit two intakes of one moment in the other order of their ids. The next statement waits for rows below this end that
        // are being written, unless the database reads snapshots (READ_COMMITTED_SNAPSHOT): there one could slip through.
        var throughId = Math.Max(await fresh.MaxAsync(s => (long?)s.Id, cancellationToken) ?? 0, afterId);
        var (stories, leftOut) = await NewestAsync(fresh.Where(s => s.Id <= throughId), cancellationToken);
        return new FreshStories(stories, leftOut, afterId, throughId, lastNumber);
    }

    /// <summary>
    /// What digests that were cancelled before their first mail had looked at, up to where the next one then began. One made since the
    /// cancellation that left some out without room has told of these too.
    /// </summary>
    private static IQueryable<Stretch> GivenBack(IQueryable<Digest> own, IQueryable<Digest> earlier) => own
        .Where(d => d.Status == DigestStatus.Cancelled && d.StartedAt == null)
        .Where(d => !earlier.Any(l => l.LeftOutCount > 0 && l.CreatedAt >= d.FinishedAt))
        .Select(d => new Stretch
        {
            AfterId = earlier.Where(e => e.Id < d.Id).Max(e => (long?)e.StoriesThroughId) ?? 0,
            ThroughId = d.StoriesThroughId,
        });

    private sealed class Stretch
    {
        public long AfterId { get; init; }
        public long ThroughId { get; init; }
    }
}
