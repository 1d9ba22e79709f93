using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Subscribers.Imports;

public abstract record UndoImportOutcome
{
    /// <param name="Id">The import's.</param>
    /// <param name="Removed">Readers, or only their subscription where they have other newsletters, gone as if never brought in; over all runs.</param>
    /// <param name="EndedNow">Kept as having left: they had mail of it, or have changed something since. By this run.</param>
    /// <param name="LeftStays">Have left it, by themselves or by an earlier run of this.</param>
    /// <param name="NotOursNow">Have confirmed it themselves since, or are erased: not touched.</param>
    public sealed record Undone(string Id, int Removed, int EndedNow, int LeftStays, int NotOursNow) : UndoImportOutcome;

    public sealed record NoSuchImport(string Id) : UndoImportOutcome;

    public sealed record StillRunning(string Id) : UndoImportOutcome;
}

/// <summary>
/// Takes back whom an import brought in and who has done nothing since. What it learnt about who left or bounced stays: it protects people.
/// May be killed and run again.
/// </summary>
public sealed class UndoImport(NewsroomDb db, TimeProvider clock)
{
    private const int PageRows = 500;

    public async Task<UndoImportOutcome> RunAsync(string publicId, CancellationToken cancellationToken)
    {
        var import = await db.Imports.AsNoTracking().Include(i => i.Newsletter).SingleOrDefaultAsync(i => i.PublicId == publicId, cancellationToken);
        if (import is null)
            return new UndoImportOutcome.NoSuchImport(publicId);
        if (import.StateAt(clock.GetUtcNow()) == ImportState.Running)
            return new UndoImportOutcome.StillRunning(publicId);
        var (ended, leftBefore) = (0, 0);
        for (long? after = 0; after is not null;)
        {
            var page = await TakeBackAsync(import, after.Value, cancellationToken);
            (ended, leftBefore, after) = (ended + page.Ended, leftBefore + page.LeftBefore, page.Last);
        }
        var removed = await EndAsync(import.Id, cancellationToken);
        return new UndoImportOutcome.Undone(publicId, removed, ended, leftBefore, import.Counts.New - removed - ended - leftBefore);
    }

    private Task<(int Ended, int LeftBefore, long? Last)> TakeBackAsync(Import import, long after, CancellationToken cancellationToken) => db.RetryingAsync(async turn =>
    {
        db.ChangeTracker.Clear();
        var page = await db.Subscriptions.Include(s => s.Subscriber).ThenInclude(r => r.Subscriptions)
            .Where(s => s.ImportId == import.Id && s.Id > after).OrderBy(s => s.Id).Take(PageRows).ToListAsync(turn);
        var ids = page.ConvertAll(s => s.SubscriberId);
        var mailed = await db.Deliveries.Where(d => EF.Parameter(ids).Contains(d.SubscriberId)).Select(d => d.SubscriberId).Distinct().ToHashSetAsync(turn);
        var asked = await db.SignUpRequests.Where(r => EF.Parameter(ids).Contains(r.SubscriberId)).Select(r => r.SubscriberId).Distinct().ToHashSetAsync(turn);
        var now = clock.GetUtcNow();
        var (removed, ended) = (0, 0);
        foreach (var subscription in page.Where(s => s.State == SubscriptionState.Active))
        {
            if (mailed.Contains(subscription.SubscriberId) || !IsUntouched(subscription))
            {
                EndSubscription(subscription, import, now);
                ended++;
                continue;
            }
            Remove(subscription, import, asked.Contains(subscription.SubscriberId), now);
            removed++;
        }
        var row = await db.Imports.SingleAsync(i => i.Id == import.Id, turn);
        row.TookBack(removed, now);
        await db.SaveChangesAsync(turn);
        return (ended, page.Count - removed - ended, page.Count < PageRows ? null : (long?)page[^1].Id);
    }, cancellationToken);

    /// <summary>
    /// As the import made it: nobody has decided anything about the reader since (<see cref="Subscriber.Version"/>), or, of one who was here before, the
    /// reader has chosen nothing. Our own files bring a rhythm, a pause and a language along.
    /// </summary>
    private static bool IsUntouched(Subscription subscription) => subscription.Subscriber.Version == 1
        || (subscription.Rhythm == Rhythm.AsPublished && subscription.Subscriber is { PausedUntil: null, Language: null });

    private void Remove(Subscription subscription, Import import, bool hasAsked, DateTimeOffset now)
    {
        var reader = subscription.Subscriber;
        // Whoever decides anything about a reader raises the version: 1 is the import's own. Such a reader was not here before and is gone without a trace.
        if (reader is { Version: 1, ConsentCount: 1, Subscriptions.Count: 1 } && !hasAsked)
        {
            db.Remove(reader);
            return;
        }
        reader.Subscriptions.Remove(subscription);
        db.Remove(subscription);
        reader.LeaveIfNothingIsLeft(now);
        db.Add(ImportConsent.Undone(reader, import.Newsletter, ImportConsent.SourceOf(import), now));
    }

    private void EndSubscription(Subscription subscription, Import import, DateTimeOffset now)
    {
        subscription.Leave(now);
        subscription.Subscriber.LeaveIfNothingIsLeft(now);
        db.Add(ImportConsent.Undone(subscription.Subscriber, import.Newsletter, ImportConsent.SourceOf(import), now));
    }

    private Task<int> EndAsync(long id, CancellationToken cancellationToken) => db.RetryingAsync(async turn =>
    {
        db.ChangeTracker.Clear();
        var import = await db.Imports.SingleAsync(i => i.Id == id, turn);
        import.Undo(clock.GetUtcNow());
        await db.SaveChangesAsync(turn);
        return import.Removed;
    }, cancellationToken);
}
