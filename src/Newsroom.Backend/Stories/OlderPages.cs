using Newsroom.Backend.Data;

namespace Newsroom.Backend.Stories;

/// <param name="Items">Not on the feed's own page, in the site's order.</param>
/// <param name="Closed">Nothing is missing between the feed's page and what was known; false when that could not be found out.</param>
public sealed record OlderItems(IReadOnlyList<FeedItem> Items, bool Closed);

/// <summary>
/// WordPress shows its last ten stories, and the ones before them at <c>?paged=2</c>, <c>?paged=3</c> … When more came out between two polls
/// than a page holds, the others are there.
/// </summary>
public sealed class OlderPages(NewsroomDb db, FeedClient feeds)
{
    /// <summary>The last page that is asked for.</summary>
    public const int Last = 6;

    /// <summary>For all of them together.</summary>
    public static readonly TimeSpan MaxTime = FeedClient.MaxTime;

    /// <summary>Some sites write local time and call it GMT.</summary>
    private static readonly TimeSpan WrongZone = TimeSpan.FromDays(1);

    /// <summary>Was on the site already at its feed's first read.</summary>
    public static bool IsFromBefore(FeedItem item, DateTimeOffset? firstReadAt) => item.Words.PublishedAt < firstReadAt - WrongZone;

    /// <param name="page">What the feed shows.</param>
    /// <param name="feed">Where it was read.</param>
    /// <param name="firstReadAt">What is older than that was there before.</param>
    /// <param name="now">Of the poll.</param>
    /// <param name="cancellationToken">Ends the requests.</param>
    public async Task<OlderItems> ReadAsync(
        IReadOnlyList<FeedItem> page, Uri feed, DateTimeOffset firstReadAt, DateTimeOffset now, CancellationToken cancellationToken)
    {
        using var timed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timed.CancelAfter(MaxTime);
        var seen = page.Select(i => i.IdentityHash).ToHashSet(StringComparer.Ordinal);
        var older = new List<FeedItem>();
        for (var number = 2; await EndsInTheUnknownAsync(page, firstReadAt, now, cancellationToken); number++)
        {
            page = number > Last ? [] : [.. (await GetAsync(feed, number, timed.Token, cancellationToken)).Where(i => seen.Add(i.IdentityHash))];
            // No such page, or the site shows the same one whatever is asked for.
            if (page.Count == 0)
                return new OlderItems(older, Closed: false);
            older.AddRange(page);
        }
        return new OlderItems(older, Closed: true);
    }

    /// <summary>
    /// By the last item that carries a date: the newest stand on top, and a story that is kept there for longer (a sticky one) is known
    /// without telling anything about those below.
    /// </summary>
    private async Task<bool> EndsInTheUnknownAsync(IReadOnlyList<FeedItem> page, DateTimeOffset firstReadAt, DateTimeOffset now, CancellationToken cancellationToken) =>
        page.LastOrDefault(i => i.Words.PublishedAt <= now) is { } oldest && !IsFromBefore(oldest, firstReadAt)
        && (await StoryShelf.ReadAsync(db, [oldest], cancellationToken)).Find(oldest) is null;

    /// <summary>Empty when it could not be had.</summary>
    private async Task<IReadOnlyList<FeedItem>> GetAsync(Uri feed, int number, CancellationToken timed, CancellationToken cancellationToken)
    {
        var address = new UriBuilder(feed) { Query = FormattableString.Invariant($"{feed.Query}{(feed.Query.Length > 1 ? "&" : "")}paged={number}") }.Uri;
        try
        {
            return await feeds.GetAsync(address, validators: null, timed) is FeedAnswer.Content content
                ? FeedParser.Read(content.Body, content.Charset, content.Address, mayBeEmpty: true) : [];
        }
        catch (FeedUnreadableException)
        {
            return [];
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return [];
        }
    }
}
