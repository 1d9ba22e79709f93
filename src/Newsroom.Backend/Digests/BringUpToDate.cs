using Hangfire;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Stories;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Digests;

public abstract record UpToDateOutcome
{
    private UpToDateOutcome()
    {
    }

    /// <summary>Editions that began; 0 when there is nothing new for anybody.</summary>
    public sealed record Began(int Editions) : UpToDateOutcome;

    /// <summary>Nothing can be sent; <paramref name="Why"/> is a sentence for staff. Every cursor stays, so nothing is lost.</summary>
    public sealed record NotNow(string Why) : UpToDateOutcome;
}

/// <summary>
/// Makes and begins the editions that bring the readers of a rhythm up to date: one for each cursor that they stand at, of the stories
/// between it and a given one. The cursors move when <see cref="PlanAudience"/> writes the rows, so this may run twice, at once or be cut
/// off: a reader at the cursor of two editions is taken by one of them.
/// </summary>
public sealed class BringUpToDate(NewsroomDb db, MailReadiness mail, WithdrawGone gone, IBackgroundJobClient jobs)
{
    /// <param name="newsletterId">Whose readers.</param>
    /// <param name="rhythm">Which of them; <see cref="Rhythm.AsPublished"/>: those who came back and are not in step yet.</param>
    /// <param name="throughId">The last story to bring.</param>
    /// <param name="now">Who confirmed later, or is paused now, is not among them.</param>
    /// <param name="cancellationToken">Cancels between two editions.</param>
    public async Task<UpToDateOutcome> RunAsync(int newsletterId, Rhythm rhythm, long throughId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (mail.MissingForLists is { } missing)
            return new UpToDateOutcome.NotNow(missing);
        var readers = Audience.InRhythm(db, newsletterId, rhythm, now);
        var cursors = await readers.Where(s => s.StoriesThroughId < throughId)
            .Select(s => s.StoriesThroughId!.Value).Distinct().OrderBy(c => c).ToListAsync(cancellationToken);
        var began = 0;
        foreach (var cursorId in cursors)
        {
            if (!await NewStories.Offered(db, newsletterId).AnyAsync(s => s.Id > cursorId && s.Id <= throughId, cancellationToken))
                continue;
            foreach (var apart in await KnowledgeAsync(readers.Where(s => s.StoriesThroughId == cursorId), newsletterId, cursorId, throughId, cancellationToken))
            {
                if (await BeginAsync(newsletterId, rhythm, cursorId, throughId, apart, now, cancellationToken))
                    began++;
            }
        }
        return new UpToDateOutcome.Began(began);
    }

    /// <summary>
    /// What the readers at one cursor know beyond it, from the rows of the newsletter's own digests: for almost everybody nothing, so that one
    /// edition serves them all. Each element is the digests that some of them got.
    /// </summary>
    private async Task<List<int[]>> KnowledgeAsync(
        IQueryable<Subscription> readers, int newsletterId, long cursorId, long throughId, CancellationToken cancellationToken)
    {
        var told = await Audience.ToldAsync(db, newsletterId, cursorId, throughId, cancellationToken);
        if (told.Length == 0)
            return [[]];
        // Few rows: only of who left the newsletter's own digests between two of them, and only until the next edition.
        var rows = await (
            from reader in readers
            join row in db.Deliveries on reader.SubscriberId equals row.SubscriberId
            where told.Contains(row.DigestId)
            select new { row.SubscriberId, row.DigestId }).ToListAsync(cancellationToken);
        var knowledge = rows.GroupBy(r => r.SubscriberId, r => r.DigestId)
            .Select(digests => digests.Order().ToArray())
            .DistinctBy(digests => string.Join(',', digests))
            .ToList();
        if (await Audience.Told(db, readers, [], told).AnyAsync(cancellationToken))
            knowledge.Add([]);
        return knowledge;
    }

    private async Task<bool> BeginAsync(
        int newsletterId, Rhythm rhythm, long cursorId, long throughId, int[] apart, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var apartFrom = string.Join(',', apart);
        // One that is over took everybody who stood there then. Who came to this cursor since gets more with the next story.
        if (await db.Digests.AnyAsync(d => d.NewsletterId == newsletterId && d.Rhythm == rhythm && d.CursorId == cursorId
            && d.StoriesThroughId == throughId && d.ApartFrom == apartFrom, cancellationToken))
            return false;
        var offered = NewStories.Offered(db, newsletterId)
            .Where(s => s.Id > cursorId && s.Id <= throughId && !db.DigestStories.Any(x => x.StoryId == s.Id && apart.Contains(x.DigestId)));
        var (stories, leftOut) = await NewStories.NewestAsync(offered, cancellationToken);
        var ids = stories.ConvertAll(s => s.Id);
        if (await gone.RunAsync(db.Stories.Where(s => ids.Contains(s.Id)), cancellationToken) > 0)
            (stories, leftOut) = await NewStories.NewestAsync(offered, cancellationToken);
        if (stories.Count == 0)
            return false;
        var newsletterName = await db.Newsletters.Where(n => n.Id == newsletterId).Select(n => n.Name).SingleAsync(cancellationToken);
        var digest = new Digest
        {
            NewsletterId = newsletterId,
            Number = null,
            Rhythm = rhythm,
            CursorId = cursorId,
            ApartFrom = apartFrom,
            StoriesThroughId = throughId,
            Subject = ComposeDigest.SubjectOf(stories[0].Title, newsletterName),
            LeftOutCount = leftOut,
            CreatedAt = now,
        };
        digest.Stories.AddRange(stories.Select(DigestStory.Of));
        digest.Start(now);
        db.Add(digest);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException e) when (db.IsUniqueViolation(e))
        {
            // Another node made it meanwhile.
            db.ChangeTracker.Clear();
            return false;
        }
        jobs.EnqueueSlice(digest.Id, await db.LaneOfAsync(digest.Id, cancellationToken));
        return true;
    }
}
