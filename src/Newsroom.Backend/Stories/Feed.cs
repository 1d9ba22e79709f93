using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Stories;

/// <summary>A polled feed and how its last polls went.</summary>
public sealed class Feed
{
    // SQL Server indexes at most 1,700 bytes of a key: 450 characters of nvarchar is the usual safe bound.
    public const int UrlLength = 450;
    public const int ErrorLength = 500;

    /// <summary>
    /// WordPress answers 304 by the date of its last edit, and so hides a scheduled story that WP-Cron published late, with an older date:
    /// once in this time a feed is read whatever it says.
    /// </summary>
    public static readonly TimeSpan UnconditionalEvery = TimeSpan.FromHours(6);

    private const int ManyFailures = 4;
    private static readonly TimeSpan LongestBackOff = TimeSpan.FromHours(6);
    private static readonly TimeSpan LongUnread = TimeSpan.FromHours(1);

    public int Id { get; private set; }
    public required string Url { get; init; }
    public string? ETag { get; private set; }
    public string? LastModified { get; private set; }

    /// <summary>When its stories were first taken in; everything there at that moment is <see cref="Story.SeenBefore"/>.</summary>
    public DateTimeOffset? FirstReadAt { get; private set; }
    public DateTimeOffset? LastReadAt { get; private set; }
    public DateTimeOffset? LastUnconditionalAt { get; private set; }
    public DateTimeOffset? LastFailedAt { get; private set; }

    /// <summary>Why the last poll failed, in one sentence; null after a good one.</summary>
    public string? LastError { get; private set; }
    public int FailuresInARow { get; private set; }
    public DateTimeOffset? LeaseUntil { get; private set; }

    /// <summary>After a good poll: <paramref name="pollEvery"/> later. After failures: twice as late each time, at most six hours.</summary>
    public bool IsDue(TimeSpan pollEvery, DateTimeOffset now)
    {
        if (FailuresInARow == 0)
            return LastReadAt is null || now - LastReadAt >= pollEvery;
        var doubled = pollEvery * Math.Pow(2, Math.Min(FailuresInARow, 10) - 1);
        var longest = pollEvery > LongestBackOff ? pollEvery : LongestBackOff;
        return now - LastFailedAt >= (doubled < longest ? doubled : longest);
    }

    /// <summary>Staff should know: four polls have failed in a row, or more than one over an hour since it was last read.</summary>
    public bool HasFailedForLong() => FailuresInARow >= ManyFailures || (FailuresInARow > 1 && LastFailedAt - LastReadAt >= LongUnread);

    public bool MayAskConditionally(DateTimeOffset now) =>
        FirstReadAt is not null && FailuresInARow == 0 && LastUnconditionalAt is { } last && now - last < UnconditionalEvery;

    /// <summary>The site said that nothing changed (304).</summary>
    public void Unchanged(DateTimeOffset now) => Succeeded(now);

    /// <summary>Its stories were taken in. Saved together with them, or not at all.</summary>
    /// <param name="validators">What the site gave to ask conditionally with; null: the next poll must read the feed whatever it says.</param>
    /// <param name="now">Of the poll.</param>
    public void Read(FeedValidators? validators, DateTimeOffset now)
    {
        FirstReadAt ??= now;
        ETag = Fitting(validators?.ETag, 400);
        LastModified = Fitting(validators?.LastModified, 100);
        LastUnconditionalAt = validators is null ? null : now;
        Succeeded(now);
    }

    public void Failed(string why, DateTimeOffset now)
    {
        LastFailedAt = now;
        LastError = why.Length <= ErrorLength ? why : why[..(ErrorLength - 1)] + "…";
        FailuresInARow++;
        LeaseUntil = null;
    }

    private void Succeeded(DateTimeOffset now)
    {
        LastReadAt = now;
        LastError = null;
        FailuresInARow = 0;
        LeaseUntil = null;
    }

    private static string? Fitting(string? value, int length) => value?.Length <= length ? value : null;
}

/// <summary>The answer's <c>ETag</c> and <c>Last-Modified</c>, kept as they came (RFC 9110 §13).</summary>
public sealed record FeedValidators(string? ETag, string? LastModified);

internal static class FeedRows
{
    /// <summary>Long enough for one poll with all its redirects; afterwards another node may try.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(2);

    public static async Task<Feed> GetOrAddAsync(NewsroomDb db, string url, CancellationToken cancellationToken)
    {
        if (await db.Feeds.SingleOrDefaultAsync(f => f.Url == url, cancellationToken) is { } known)
            return known;
        var feed = new Feed { Url = url };
        db.Add(feed);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            return feed;
        }
        catch (DbUpdateException e) when (db.IsUniqueViolation(e))
        {
            db.Entry(feed).State = EntityState.Detached;
            return await db.Feeds.SingleAsync(f => f.Url == url, cancellationToken);
        }
    }

    /// <summary>True for the one node that may poll the feed now.</summary>
    public static async Task<bool> ClaimAsync(NewsroomDb db, int feedId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var until = now + Lease;
        return await db.Feeds.Where(f => f.Id == feedId && (f.LeaseUntil == null || f.LeaseUntil <= now))
            .ExecuteUpdateAsync(set => set.SetProperty(f => f.LeaseUntil, until), cancellationToken) == 1;
    }
}

internal sealed class FeedMapping : IEntityTypeConfiguration<Feed>
{
    public void Configure(EntityTypeBuilder<Feed> builder)
    {
        builder.Property(f => f.Url).HasMaxLength(Feed.UrlLength);
        builder.Property(f => f.ETag).HasMaxLength(400);
        builder.Property(f => f.LastModified).HasMaxLength(100);
        builder.Property(f => f.LastError).HasMaxLength(Feed.ErrorLength);
        builder.HasIndex(f => f.Url).IsUnique();
    }
}
