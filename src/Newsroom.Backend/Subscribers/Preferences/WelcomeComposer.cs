using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Newsletters;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Stories;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Subscribers.Preferences;

/// <summary>
/// The first mail after a confirmation: what comes when, and something to read until then. For each newsletter its latest digest; before there is one,
/// the latest stories of this month. "Latest", not "most read": no figures of reading are kept. Its subject is the confirmed request.
/// </summary>
internal sealed class WelcomeComposer(NewsroomDb db, ReaderLinks links, IOptions<SiteOptions> site) : IMailComposer
{
    public const string MailKind = "welcome";

    private const int DigestStories = 3;
    private const int LooseStories = 5;
    private static readonly TimeSpan Month = TimeSpan.FromDays(31);

    public string Kind => MailKind;

    public async Task<ComposedMail?> ComposeAsync(long subjectId, CancellationToken cancellationToken)
    {
        var request = await db.SignUpRequests.AsNoTracking().Include(r => r.Subscriber).SingleOrDefaultAsync(r => r.Id == subjectId, cancellationToken);
        if (request is not { ConfirmedAt: { } confirmedAt, Subscriber: { Status: SubscriberStatus.Confirmed } reader })
            return null;
        var ids = request.Newsletters;
        // Left again before the mail was made: then it is not about that one any more.
        var held = await db.Subscriptions.AsNoTracking().Include(s => s.Newsletter)
            .Where(s => s.SubscriberId == reader.Id && ids.Contains(s.NewsletterId) && s.State == SubscriptionState.Active)
            .OrderBy(s => s.NewsletterId).ToListAsync(cancellationToken);
        if (held.Count == 0)
            return null;
        var newsletters = new List<Dictionary<string, object?>>();
        foreach (var subscription in held)
            newsletters.Add(Part(subscription.Newsletter, await links.UnsubscribeAsync(subscription.PublicId, cancellationToken)));
        // Digests first: a loose story that stands under one newsletter is not shown under another too.
        var shown = new List<string>();
        for (var i = 0; i < held.Count; i++)
            await AddDigestAsync(newsletters[i], held[i].Newsletter, shown, cancellationToken);
        for (var i = 0; i < held.Count; i++)
            await AddLooseAsync(newsletters[i], held[i].NewsletterId, confirmedAt - Month, shown, cancellationToken);
        return new ComposedMail(EmailAddress.Parse(reader.Address), reader.Name, MailKind, new Dictionary<string, object?>
        {
            ["newsletters"] = newsletters,
            ["preferences_url"] = await links.PreferencesAsync(reader.PublicId, cancellationToken),
            ["help_url"] = site.Value.Link("/help/mail"),
        });
    }

    private Dictionary<string, object?> Part(Newsletter newsletter, string leave) => new()
    {
        ["name"] = newsletter.Name,
        ["when"] = newsletter.Cadence?.InWords(site.Value.Culture) ?? "",
        ["unsubscribe_url"] = leave,
        // Empty texts, not nulls: a template that names something absent is taken for a slip.
        ["digest"] = "",
        ["archive_url"] = "",
        ["stories"] = new List<Dictionary<string, object?>>(),
    };

    private async Task AddDigestAsync(Dictionary<string, object?> part, Newsletter newsletter, List<string> shown, CancellationToken cancellationToken)
    {
        var latest = await db.Digests.Where(d => d.NewsletterId == newsletter.Id && d.StartedAt != null && d.Number != null).OrderByDescending(d => d.Id)
            .Select(d => new
            {
                d.Subject,
                d.Number,
                Stories = d.Stories.OrderBy(s => s.Position).Take(DigestStories).Select(s => new { s.Title, s.Link, s.Summary }).ToList(),
            })
            .FirstOrDefaultAsync(cancellationToken);
        if (latest is null)
            return;
        part["digest"] = latest.Subject;
        part["archive_url"] = site.Value.Link($"/archive/{newsletter.Slug}/{latest.Number}");
        part["stories"] = latest.Stories.ConvertAll(s => Story(s.Title, s.Link, s.Summary));
        shown.AddRange(latest.Stories.Select(s => s.Link));
    }

    private async Task AddLooseAsync(Dictionary<string, object?> part, int newsletterId, DateTimeOffset since, List<string> shown, CancellationToken cancellationToken)
    {
        if (part["digest"] is not "")
            return;
        var stories = await db.Stories
            .Where(s => !shown.Contains(s.Link) && s.WithdrawnAt == null && (s.NewsletterId == null || s.NewsletterId == newsletterId) && (s.PublishedAt ?? s.FirstSeenAt) > since)
            .OrderByDescending(s => s.PublishedAt ?? s.FirstSeenAt).ThenByDescending(s => s.Id).Take(LooseStories)
            .Select(s => new { s.Title, s.Link, s.Summary }).ToListAsync(cancellationToken);
        part["stories"] = stories.ConvertAll(s => Story(s.Title, s.Link, s.Summary));
        shown.AddRange(stories.Select(s => s.Link));
    }

    private static Dictionary<string, object?> Story(string title, string link, string summary) => new()
    {
        ["title"] = title,
        ["link"] = link,
        ["summary"] = PlainText.Cut(summary, 160),
    };

    public static IReadOnlyDictionary<string, object?> Sample { get; } = new Dictionary<string, object?>
    {
        ["newsletters"] = new[]
        {
            new Dictionary<string, object?>
            {
                ["name"] = "This Week",
                ["when"] = "Thursdays, 7:00 AM (New York)",
                ["unsubscribe_url"] = "https://news.example.org/unsubscribe/sample",
                ["digest"] = "The harbour bridge reopens",
                ["archive_url"] = "https://news.example.org/archive/this-week/7",
                ["stories"] = new[] { Story("The harbour bridge reopens", "https://www.example.org/bridge", "After two years, and over budget.") },
            },
        },
        ["preferences_url"] = "https://news.example.org/preferences/sample",
        ["help_url"] = "https://news.example.org/help/mail",
    };
}
