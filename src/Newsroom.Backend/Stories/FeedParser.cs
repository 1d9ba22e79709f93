using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Newsroom.Backend.Stories;

/// <summary>One story of a feed as the site tells it.</summary>
/// <param name="Link">Where it is read.</param>
/// <param name="IdentityHash">Hash of its guid, see <see cref="StoryLink.IdentityHash"/>.</param>
/// <param name="Words">Its title and what goes with it.</param>
public sealed record FeedItem(StoryLink Link, string IdentityHash, StoryWords Words);

/// <summary>
/// RSS 0.9x to 2.0 and Atom 1.0, by the elements' local names: half of the world's feeds get their namespaces wrong. Items without a
/// usable link and WordPress's protected and private posts are left out.
/// </summary>
public static partial class FeedParser
{
    /// <summary>More than any feed of a newsroom shows; the rest of a longer one is left alone.</summary>
    private const int MostItems = 1000;
    private static readonly XNamespace Xml = XNamespace.Xml;

    /// <summary>The feed's items, in its order.</summary>
    /// <param name="body">RSS or Atom.</param>
    /// <param name="charset">As the Content-Type names it.</param>
    /// <param name="address">What relative links are relative to.</param>
    /// <param name="mayBeEmpty">True takes a channel without items for a new site's; otherwise it is a fault of the site.</param>
    /// <exception cref="FeedUnreadableException">Not a feed, a feed of comments, or one without a single item.</exception>
    public static IReadOnlyList<FeedItem> Read(ReadOnlyMemory<byte> body, string? charset, Uri address, bool mayBeEmpty)
    {
        var root = FeedXml.Read(body, charset);
        var kind = root.Name.LocalName;
        if (kind is not ("rss" or "RDF" or "feed"))
            throw new FeedUnreadableException($"The answer is XML, but neither RSS nor Atom: its first element is '{PlainText.Cut(kind, 40)}'.");
        var elements = root.Descendants().Where(e => e.Name.LocalName is "item" or "entry").Take(MostItems).ToList();
        var channel = kind == "feed" ? root : root.Child("channel");
        var head = channel ?? root;
        RefuseComments(head, elements, address);
        if (elements.Count == 0 && !(mayBeEmpty && channel is not null))
            throw new FeedUnreadableException("The feed has no items: nothing was taken in.");
        var site = new Site(address, head);
        return [.. elements.Select(e => ReadItem(e, site)).OfType<FeedItem>()];
    }

    private static FeedItem? ReadItem(XElement item, Site site)
    {
        var baseAddress = BaseOf(item, site.Address);
        var guid = item.Child("guid") ?? item.Child("id");
        if ((StoryLink.Parse(LinkOf(item), baseAddress) ?? PermalinkOf(guid)) is not { } link)
            return null;
        var title = PlainText.Of(TextOf(item.Child("title")));
        if (title.StartsWith("Protected: ", StringComparison.Ordinal) || title.StartsWith("Private: ", StringComparison.Ordinal))
            return null;
        var summary = StorySummary.Of(FirstText(item, "description", "summary", "encoded", "content"));
        if (title.Length == 0)
            title = PlainText.Cut(summary, 80);
        if (title.Length == 0)
            return null;
        return new FeedItem(link, link.IdentityHash(guid?.Value), new StoryWords
        {
            Title = PlainText.Cut(title, Story.TitleLength),
            Summary = summary,
            Author = FeedMetadata.AuthorOf(item) ?? FeedMetadata.AuthorOf(site.Head),
            Section = FeedMetadata.SectionOf(item),
            ImageUrl = FeedMetadata.ImageOf(item, baseAddress),
            Language = FeedMetadata.LanguageOf(item),
            PublishedAt = FeedDate.Parse(FirstText(item, "pubDate", "published", "date", "issued", "updated")),
        });
    }

    /// <summary>Atom's XHTML content is elements, everything else is text that may hold HTML.</summary>
    private static string? TextOf(XElement? element) =>
        element is null ? null : element.HasElements ? string.Concat(element.Nodes().Select(n => n.ToString())) : element.Value;

    private static string? FirstText(XElement item, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (TextOf(item.Child(name)) is { } text && !string.IsNullOrWhiteSpace(text))
                return text;
        }
        return null;
    }

    private static string? LinkOf(XElement item)
    {
        if (item.Child("origLink")?.Value is { Length: > 0 } original)
            return original;
        var links = item.Elements().Where(e => e.Name.LocalName == "link").ToList();
        var atom = links.Where(l => l.Attribute("href") is not null && (string?)l.Attribute("rel") is null or "alternate")
            .OrderBy(l => (string?)l.Attribute("type") is null or "text/html" ? 0 : 1).FirstOrDefault();
        return links.Find(l => !string.IsNullOrWhiteSpace(l.Value))?.Value ?? (string?)atom?.Attribute("href");
    }

    private static StoryLink? PermalinkOf(XElement? guid) =>
        string.Equals((string?)guid?.Attribute("isPermaLink"), "false", StringComparison.OrdinalIgnoreCase) ? null : StoryLink.Parse(guid?.Value);

    // RFC 4287 §2: xml:base of the nearest ancestors, resolved from the outside in.
    private static Uri BaseOf(XElement item, Uri site) =>
        item.AncestorsAndSelf().Reverse().Select(e => (string?)e.Attribute(Xml + "base"))
            .Aggregate(site, (current, next) => StoryLink.ReadHttp(next, current) ?? current);

    private static void RefuseComments(XElement head, List<XElement> items, Uri address)
    {
        var ofComments = address.AbsolutePath.TrimEnd('/').EndsWith("/comments/feed", StringComparison.Ordinal)
            || (items.Count > 0 && items.TrueForAll(i => CommentLink().IsMatch(LinkOf(i) ?? "")))
            || (head.Child("title")?.Value ?? "").TrimStart().StartsWith("Comments on: ", StringComparison.Ordinal);
        if (ofComments)
            throw new FeedUnreadableException("This is a feed of comments, not of stories: give the site's own, on WordPress usually /feed/.");
    }

    /// <param name="Feed">Where the feed was read.</param>
    /// <param name="Head">Its channel or feed element.</param>
    private sealed record Site(Uri Feed, XElement Head)
    {
        /// <summary>What relative links are relative to: the site the feed names, or the feed itself.</summary>
        public Uri Address { get; } = StoryLink.ReadHttp(LinkOf(Head), Feed) ?? Feed;
    }

    [GeneratedRegex(@"#comment-[0-9]+$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex CommentLink();
}
