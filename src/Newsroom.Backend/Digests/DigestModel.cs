using Newsroom.Backend.Stories;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Digests;

/// <summary>What <c>templates/email/digest.*</c> may use, beside <c>site</c>.</summary>
public static class DigestModel
{
    /// <summary>Stands where a reader's own unsubscribe link goes. Plain letters: the same before and after encoding.</summary>
    public const string UnsubscribeMark = "UNSUBSCRIBE-LINK-OF-THE-READER";

    /// <summary>The same for the reader's own preferences.</summary>
    public const string PreferencesMark = "PREFERENCES-LINK-OF-THE-READER";

    private const int SummaryLength = 260;
    private const int PreheaderLength = 140;

    public static Dictionary<string, object?> Of(
        Digest digest, string newsletterName, string? description, string archiveUrl, string donateUrl, DateTimeOffset date, SiteOptions site)
    {
        var stories = digest.Stories.OrderBy(s => s.Position).ToList();
        return new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["newsletter"] = new Dictionary<string, object?>(StringComparer.Ordinal) { ["name"] = newsletterName, ["description"] = description ?? "" },
            ["number"] = digest.Number is { } number ? number : "",
            ["subject"] = digest.Subject,
            ["preheader"] = PlainText.Cut(stories[0].Summary.Length > 0 ? stories[0].Summary : stories[0].Title, PreheaderLength),
            ["date"] = TimeZoneInfo.ConvertTime(date, site.Zone).ToString("D", site.Culture),
            ["note"] = Paragraphs(digest.Note),
            ["lead"] = Story(stories[0], stories[0].Summary, site.Language),
            ["stories"] = stories.Skip(1).Select(s => Story(s, PlainText.Cut(s.Summary, SummaryLength), site.Language)).ToList(),
            ["left_out"] = digest.LeftOutCount,
            ["archive_url"] = archiveUrl,
            ["donate_url"] = donateUrl,
            ["unsubscribe_url"] = UnsubscribeMark,
            ["preferences_url"] = PreferencesMark,
        };
    }

    /// <summary>For the check at start and the editor's preview.</summary>
    public static Dictionary<string, object?> Sample(SiteOptions site)
    {
        var digest = new Digest
        {
            Number = 7,
            Subject = "The harbour bridge reopens",
            Note = "Good morning.\n\nThree stories for your week.",
            LeftOutCount = 2,
            CreatedAt = DateTimeOffset.UnixEpoch,
        };
        for (var i = 1; i <= 3; i++)
        {
            digest.Stories.Add(new DigestStory
            {
                Position = i,
                Title = $"Story {i}",
                Summary = "What happened, and why it matters.",
                Link = $"https://www.example.org/{i}",
                Author = "A. Writer",
                Section = "Harbour",
                ImageUrl = "https://www.example.org/lead.jpg",
                Language = i == 3 ? "es" : null,
            });
        }
        return Of(digest, "This Week", "Every Monday", site.Link("/archive/this-week/7"), site.Link("/donate?src=this-week-7"), DateTimeOffset.UnixEpoch, site);
    }

    public static List<string> Paragraphs(string? note) =>
        [.. (note ?? "").ReplaceLineEndings("\n").Split("\n\n", StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];

    // Empty texts, not nulls: a template that names something absent is taken for a slip.
    private static Dictionary<string, object?> Story(DigestStory story, string summary, string siteLanguage) => new(StringComparer.Ordinal)
    {
        ["title"] = story.Title,
        ["summary"] = summary,
        ["link"] = story.Link,
        ["author"] = story.Author ?? "",
        ["section"] = story.Section ?? "",
        ["image_url"] = story.ImageUrl ?? "",
        ["language"] = story.Language ?? siteLanguage,
    };
}
