using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Stories;

public enum FeedOutcome
{
    Read,

    /// <summary>The site says that nothing changed since the last poll.</summary>
    Unchanged,
    Failed,

    /// <summary>Another node reads it at this moment.</summary>
    Busy,
}

/// <summary>How one feed's poll went; the counts are those of <see cref="FeedIntake.Taken"/>.</summary>
public sealed record FeedReport(
    string Url, FeedOutcome Outcome, int NewStories = 0, int Updated = 0, int SeenBefore = 0, int Held = 0,
    string? Warning = null, string? Error = null)
{
    /// <summary>Slug of the one newsletter it is for; null: all.</summary>
    [JsonIgnore]
    public string? Newsletter { get; init; }
}

/// <param name="Feeds">One line for each feed that was asked.</param>
public sealed record FetchReport(IReadOnlyList<FeedReport> Feeds)
{
    public int NewStories => Feeds.Sum(f => f.NewStories);

    /// <summary>A sentence about a newsletter's feeds that could not be read, to stand behind another; empty when all were.</summary>
    public string UnreadOf(string newsletter) => string.Concat(Feeds
        .Where(f => f.Outcome == FeedOutcome.Failed && (f.Newsletter ?? newsletter) == newsletter)
        .Select(f => $" But the feed {UrlText.WithoutPassword(f.Url)} could not be read. {f.Error}"));
}

/// <summary>Reads the feeds of <c>Stories:Feeds</c>. A feed that fails is recorded and asked again later; its stories stay.</summary>
public sealed class FetchStories(
    NewsroomDb db, FeedClient feeds, TakeInFeed takeIn, FeedAlerts alerts, IOptions<StoriesOptions> options, TimeProvider clock, ILogger<FetchStories> logger)
{
    /// <summary>
    /// What is asked for now waits for a poll under way, which is over after <see cref="FeedClient.MaxTime"/> and <see cref="OlderPages.MaxTime"/>:
    /// a digest's slot and the poll fall due at the same full minute, and that poll may have asked conditionally.
    /// </summary>
    private static readonly TimeSpan Patience = FeedClient.MaxTime + OlderPages.MaxTime + TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RetryEvery = TimeSpan.FromSeconds(1);

    /// <summary>Every feed, now and unconditionally: by hand, and before a digest is made.</summary>
    public Task<FetchReport> RunAsync(CancellationToken cancellationToken) => RunAsync(onlyDue: false, cancellationToken);

    /// <summary>The feeds that are due by <c>Stories:PollEvery</c> and their back-off, conditionally where the site allows it.</summary>
    public Task<FetchReport> RunDueAsync(CancellationToken cancellationToken) => RunAsync(onlyDue: true, cancellationToken);

    private async Task<FetchReport> RunAsync(bool onlyDue, CancellationToken cancellationToken)
    {
        var reports = new List<FeedReport>();
        // Feeds for every newsletter first: a story that is in one of them is not only for the newsletter of another.
        foreach (var source in options.Value.Feeds.OrderBy(f => f.Newsletter is null ? 0 : 1))
        {
            db.ChangeTracker.Clear();
            var feed = await FeedRows.GetOrAddAsync(db, source.Url, cancellationToken);
            if (onlyDue && !feed.IsDue(options.Value.PollEvery, clock.GetUtcNow()))
                continue;
            if (await ClaimAsync(feed.Id, onlyDue ? TimeSpan.Zero : Patience, cancellationToken) is not { } now)
            {
                reports.Add(new FeedReport(source.Url, FeedOutcome.Busy));
                continue;
            }
            await db.Entry(feed).ReloadAsync(cancellationToken);
            reports.Add(await PollAsync(source, feed, unconditionally: !onlyDue, now, cancellationToken) with { Newsletter = source.Newsletter });
        }
        await alerts.RunAsync(cancellationToken);
        return new FetchReport(reports);
    }

    /// <summary>When it was claimed; null when somebody else reads it still after all <paramref name="patience"/>.</summary>
    private async Task<DateTimeOffset?> ClaimAsync(int feedId, TimeSpan patience, CancellationToken cancellationToken)
    {
        for (var (now, until) = (clock.GetUtcNow(), clock.GetUtcNow() + patience); ; now = clock.GetUtcNow())
        {
            if (await FeedRows.ClaimAsync(db, feedId, now, cancellationToken))
                return now;
            if (now >= until)
                return null;
            await Task.Delay(RetryEvery, clock, cancellationToken);
        }
    }

    private async Task<FeedReport> PollAsync(
        FeedSource source, Feed feed, bool unconditionally, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var newsletterId = await db.Newsletters.Where(n => n.Slug == source.Newsletter)
            .Select(n => (int?)n.Id).SingleOrDefaultAsync(cancellationToken);
        if (source.Newsletter is { } slug && newsletterId is null)
        {
            var why = $"Stories:Feeds names the newsletter '{slug}', which does not exist: add it or correct the name.";
            return await FailAsync(source, why, now, cancellationToken);
        }

        var validators = !unconditionally && feed.MayAskConditionally(now) ? new FeedValidators(feed.ETag, feed.LastModified) : null;
        switch (await feeds.GetAsync(new Uri(source.Url), validators, cancellationToken))
        {
            case FeedAnswer.Content content:
                return await TakeInAsync(source, feed, content, newsletterId, now, cancellationToken);
            case FeedAnswer.NotModified:
                feed.Unchanged(now);
                await db.SaveChangesAsync(cancellationToken);
                return new FeedReport(source.Url, FeedOutcome.Unchanged);
            case FeedAnswer.Failure failure:
                return await FailAsync(source, failure.Why, now, cancellationToken);
            case var other:
                throw new InvalidOperationException($"Unknown answer {other}.");
        }
    }

    private async Task<FeedReport> TakeInAsync(
        FeedSource source, Feed feed, FeedAnswer.Content content, int? newsletterId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var bytes = new FeedBytes(source.Url, content.Body)
        {
            Address = content.Address,
            Charset = content.Charset,
            Validators = content.Validators,
            NewsletterId = newsletterId,
        };
        return await takeIn.RunAsync(bytes, now, cancellationToken) switch
        {
            FeedIntake.Taken taken => Took(source, feed, taken),
            FeedIntake.Unreadable unreadable => await FailAsync(source, unreadable.Why, now, cancellationToken),
            var other => throw new InvalidOperationException($"Unknown outcome {other}."),
        };
    }

    private FeedReport Took(FeedSource source, Feed feed, FeedIntake.Taken taken)
    {
        StoriesLog.FeedRead(logger, feed.Id, taken.New, taken.SeenBefore, taken.Updated, taken.Held);
        if (taken.Warning is not null)
            StoriesLog.FeedWarning(logger, feed.Id, taken.Warning);
        return new FeedReport(source.Url, FeedOutcome.Read, taken.New, taken.Updated, taken.SeenBefore, taken.Held, taken.Warning);
    }

    private async Task<FeedReport> FailAsync(FeedSource source, string why, DateTimeOffset now, CancellationToken cancellationToken)
    {
        db.ChangeTracker.Clear();
        var feed = await db.Feeds.SingleAsync(f => f.Url == source.Url, cancellationToken);
        feed.Failed(why, now);
        await db.SaveChangesAsync(cancellationToken);
        StoriesLog.FeedFailed(logger, feed.Id, feed.FailuresInARow, why);
        return new FeedReport(source.Url, FeedOutcome.Failed, Error: feed.LastError);
    }
}

/// <summary>Each minute: the rows decide which feeds are due.</summary>
public sealed class PollFeeds(FetchStories fetch)
{
    [Hangfire.AutomaticRetry(Attempts = 0)]
    public Task RunAsync(CancellationToken cancellationToken) => fetch.RunDueAsync(cancellationToken);
}

internal static partial class StoriesLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Feed {FeedId} read: {New} new, {SeenBefore} not offered, {Updated} updated, {Held} held")]
    public static partial void FeedRead(ILogger logger, int feedId, int @new, int seenBefore, int updated, int held);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Feed {FeedId}: {Warning}")]
    public static partial void FeedWarning(ILogger logger, int feedId, string warning);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Feed {FeedId} failed, {Failures} times in a row: {Why}")]
    public static partial void FeedFailed(ILogger logger, int feedId, int failures, string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Story {StoryId} is gone from its site and withdrawn")]
    public static partial void Gone(ILogger logger, long storyId);

    [LoggerMessage(LogLevel.Warning, "The site says of all {Count} stories of a digest that they are gone: that is taken for the site's trouble, and none is withdrawn")]
    public static partial void AllGone(ILogger logger, int count);

    [LoggerMessage(Level = LogLevel.Information, Message = "Feed {FeedId} is for another newsletter than {Count} stories that it shows too: they are for every newsletter now")]
    public static partial void Widened(ILogger logger, int feedId, int count);

    [LoggerMessage(Level = LogLevel.Debug, Message = "A story was taken in by somebody else meanwhile (attempt {Attempt})")]
    public static partial void TakenMeanwhile(ILogger logger, int attempt);
}
