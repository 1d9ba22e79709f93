using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail.Alerts;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Stories;

/// <summary>
/// Works out from the feeds' rows which of them staff must know of, one alert for each (<c>stories.feed.ID</c>); closes those of feeds that
/// were read since, or are not in <c>Stories:Feeds</c> any more.
/// </summary>
public sealed class FeedAlerts(NewsroomDb db, AlertDesk desk, IOptions<StoriesOptions> options)
{
    private const string Kind = "stories.feed.";
    private const int AddressLength = 150;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var urls = options.Value.Feeds.Select(f => f.Url).ToList();
        var failing = await db.Feeds.AsNoTracking().Where(f => f.FailuresInARow > 0 && urls.Contains(f.Url)).ToListAsync(cancellationToken);
        var wanted = failing.Where(f => f.HasFailedForLong()).ToDictionary(f => FormattableString.Invariant($"{Kind}{f.Id}"), MessageOf, StringComparer.Ordinal);
        var open = await db.Alerts.Where(a => a.OpenKind != null && a.OpenKind.StartsWith(Kind)).Select(a => new { a.Kind, a.Message }).ToListAsync(cancellationToken);
        foreach (var (kind, message) in wanted.Where(w => !open.Exists(o => o.Kind == w.Key && o.Message == w.Value)))
            await desk.RaiseAsync(kind, message, cancellationToken);
        foreach (var over in open.Where(o => !wanted.ContainsKey(o.Kind)))
            await desk.ClearAsync(over.Kind, cancellationToken);
    }

    private static string MessageOf(Feed feed) => PlainText.Cut(
        $"The feed {PlainText.Cut(UrlText.WithoutPassword(feed.Url), AddressLength)} cannot be read, so no new story comes in from it. "
        + $"It is asked again by itself; “Read the feeds now” at /staff/stories asks at once. {feed.LastError}", Alert.MessageLength);
}
