using System.Globalization;
using System.Net;
using System.Xml;

namespace Newsroom.Backend.Demo.Paper;

/// <summary>
/// RSS 2.0 in the shape of WordPress (wp-includes/feed-rss2.php): guids that are no addresses, excerpts that end with where they first
/// appeared (as a widespread plugin adds), the text in <c>content:encoded</c>, typographic characters as numeric entities.
/// </summary>
internal sealed class RssWriter(XmlWriter xml, SampleFeed feed, string url, string siteName)
{
    private const string Content = "http://purl.org/rss/1.0/modules/content/";
    private const string DublinCore = "http://purl.org/dc/elements/1.1/";
    private const string Atom = "http://www.w3.org/2005/Atom";
    private const string Media = "http://search.yahoo.com/mrss/";
    private const string Syndication = "http://purl.org/rss/1.0/modules/syndication/";

    public void Write(IReadOnlyList<PublishedStory> stories)
    {
        xml.WriteStartElement("rss");
        xml.WriteAttributeString("version", "2.0");
        xml.WriteAttributeString("xmlns", "content", null, Content);
        xml.WriteAttributeString("xmlns", "dc", null, DublinCore);
        xml.WriteAttributeString("xmlns", "atom", null, Atom);
        xml.WriteAttributeString("xmlns", "media", null, Media);
        xml.WriteAttributeString("xmlns", "sy", null, Syndication);
        xml.WriteStartElement("channel");
        xml.WriteElementString("title", siteName);
        xml.WriteStartElement("link", Atom);
        xml.WriteAttributeString("href", feed.Url);
        xml.WriteAttributeString("rel", "self");
        xml.WriteAttributeString("type", "application/rss+xml");
        xml.WriteEndElement();
        xml.WriteElementString("link", url + "/");
        xml.WriteElementString("description", "News of Port Ellery, its harbour and its people");
        xml.WriteElementString("lastBuildDate", Rfc822(stories[0].At));
        xml.WriteElementString("language", "en-US");
        xml.WriteElementString("updatePeriod", Syndication, "hourly");
        xml.WriteElementString("updateFrequency", Syndication, "1");
        xml.WriteElementString("generator", "https://wordpress.org/?v=6.8.2");
        foreach (var story in stories)
            WriteItem(story);
        xml.WriteEndElement();
        xml.WriteEndElement();
    }

    private void WriteItem(PublishedStory published)
    {
        var (story, at) = published;
        var address = feed.Address(story);
        xml.WriteStartElement("item");
        xml.WriteElementString("title", story.Title);
        xml.WriteElementString("link", address);
        xml.WriteElementString("creator", DublinCore, story.Author);
        xml.WriteElementString("pubDate", Rfc822(at));
        foreach (var category in story.Tags.Prepend(story.Section))
            xml.WriteElementString("category", category);
        xml.WriteStartElement("guid");
        xml.WriteAttributeString("isPermaLink", "false");
        // Whatever port the demo listens on next time: the same story.
        xml.WriteString(string.Create(CultureInfo.InvariantCulture, $"https://harbour-gazette.example.org/?p={4100 + story.Number * 7}"));
        xml.WriteEndElement();
        xml.WriteStartElement("description");
        xml.WriteCData($"<p>{Html(story.Excerpt)}</p>\n"
            + $"<p>The post <a href=\"{address}\">{Html(story.Title)}</a> appeared first on <a href=\"{url}/\">{Html(siteName)}</a>.</p>\n");
        xml.WriteEndElement();
        xml.WriteStartElement("encoded", Content);
        xml.WriteCData($"<p>{Html(story.Excerpt)}</p>\n"
            + $"<figure class=\"wp-block-image\"><img src=\"{feed.Picture(story)}\" alt=\"\" width=\"1200\" height=\"675\"></figure>\n"
            + string.Concat(story.Paragraphs.Select(p => $"<p>{Html(p)}</p>\n")));
        xml.WriteEndElement();
        xml.WriteStartElement("content", Media);
        xml.WriteAttributeString("url", feed.Picture(story));
        xml.WriteAttributeString("medium", "image");
        xml.WriteEndElement();
        xml.WriteEndElement();
    }

    /// <summary>WordPress writes what is not ASCII as <c>&amp;#8217;</c>, in CDATA as in text.</summary>
    public static string NumericEntities(string text) => string.Concat(text.EnumerateRunes().Select(r =>
        r.IsAscii ? r.ToString() : string.Create(CultureInfo.InvariantCulture, $"&#{r.Value};")));

    private static string Html(string text) => WebUtility.HtmlEncode(text);

    private static string Rfc822(DateTimeOffset at) => at.ToUniversalTime().ToString("ddd, dd MMM yyyy HH:mm:ss '+0000'", CultureInfo.InvariantCulture);
}
