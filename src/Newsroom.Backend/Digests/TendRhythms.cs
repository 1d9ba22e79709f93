using System.Data;
using Hangfire;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Digests;

/// <summary>
/// Every minute, what no slot decides: new stories to the readers who want each of them, and those who came back to the newsletter's own
/// digests in step with them again. It looks at what is, not at what has just happened, so a lost run costs a minute and no story.
/// </summary>
[AutomaticRetry(Attempts = 0)]
public sealed class TendRhythms(NewsroomDb db, BringUpToDate bringUpToDate, TimeProvider clock)
{
    /// <summary>A story's first minutes, in which its editors see the slip in its title or take it back.</summary>
    public static readonly TimeSpan SecondLook = TimeSpan.FromMinutes(5);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        foreach (var newsletterId in await ServedAsync(Rhythm.EveryStory, cancellationToken))
        {
            var seenBy = now - SecondLook;
            var throughId = await NewStories.Offered(db, newsletterId).Where(s => s.FirstSeenAt <= seenBy).MaxAsync(s => (long?)s.Id, cancellationToken);
            if (throughId is { } last)
                await bringUpToDate.RunAsync(newsletterId, Rhythm.EveryStory, last, now, cancellationToken);
        }
        foreach (var newsletterId in await ServedAsync(Rhythm.AsPublished, cancellationToken))
            await BringBackAsync(newsletterId, now, cancellationToken);
    }

    /// <summary>Newsletters that have readers with a cursor in this rhythm.</summary>
    private Task<List<int>> ServedAsync(Rhythm rhythm, CancellationToken cancellationToken) => db.Newsletters
        .Where(n => db.Subscriptions.Any(s => s.NewsletterId == n.Id && s.State == SubscriptionState.Active && s.Rhythm == rhythm && s.StoriesThroughId != null))
        .Select(n => n.Id)
        .ToListAsync(cancellationToken);

    /// <summary>
    /// Who came back gets what the newsletter's digests brought beyond the reader's cursor, then is in step. Who is ahead of them (had each
    /// story at once) waits until they have caught up.
    /// </summary>
    private async Task BringBackAsync(int newsletterId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var throughId = await StoryCursor.CurrentAsync(db, newsletterId, cancellationToken);
        var cursors = await db.Subscriptions
            .Where(s => s.NewsletterId == newsletterId && s.State == SubscriptionState.Active && s.Rhythm == Rhythm.AsPublished && s.StoriesThroughId <= throughId)
            .Select(s => s.StoriesThroughId!.Value).Distinct().ToListAsync(cancellationToken);
        foreach (var cursorId in cursors)
        {
            if (!await NewStories.Offered(db, newsletterId).AnyAsync(s => s.Id > cursorId && s.Id <= throughId, cancellationToken))
                await LetGoAsync(newsletterId, cursorId, throughId, cancellationToken);
        }
        await bringUpToDate.RunAsync(newsletterId, Rhythm.AsPublished, throughId, now, cancellationToken);
    }

    /// <summary>
    /// Readers without a cursor are in every digest that is being planned, so none may be that they have had or have missed: the last
    /// one begun still ends at <paramref name="throughId"/>, and all are planned. Nor may breaking news from beyond it have gone without them,
    /// which no later digest of the newsletter repeats: these readers wait for the next one, and get both as an edition. Serializable, so
    /// that none begins before this is committed.
    /// </summary>
    private Task<int> LetGoAsync(int newsletterId, long cursorId, long throughId, CancellationToken cancellationToken) => db.RetryingAsync(async turn =>
    {
        await using var transaction = await db.Database.BeginTransactionAsync(IsolationLevel.Serializable, turn);
        var begun = db.Digests.Where(d => d.NewsletterId == newsletterId && d.CursorId == null && d.StartedAt != null);
        if (await begun.AnyAsync(d => d.StoriesThroughId > throughId || (d.PlannedCount == null && d.Status != DigestStatus.Cancelled), turn))
            return 0;
        var ahead = await Audience.ToldAsync(db, newsletterId, throughId, long.MaxValue, turn);
        var readers = db.Subscriptions.Where(s => s.NewsletterId == newsletterId && s.Rhythm == Rhythm.AsPublished && s.StoriesThroughId == cursorId);
        var letGo = Audience.Told(db, readers, by: ahead, butNotBy: []);
        // Who chooses a rhythm meanwhile keeps the cursor that was read, and without one would never get anything: with the version, they read again.
        await db.Subscribers.Where(r => letGo.Any(s => s.SubscriberId == r.Id))
            .ExecuteUpdateAsync(s => s.SetProperty(r => r.Version, r => r.Version + 1), turn);
        var inStep = await letGo.ExecuteUpdateAsync(s => s.SetProperty(x => x.StoriesThroughId, (long?)null), turn);
        await transaction.CommitAsync(turn);
        return inStep;
    }, cancellationToken);
}
