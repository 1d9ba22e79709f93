using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Newsroom.Backend.Stories;

/// <summary>Byline, section, image and language of a feed's item.</summary>
internal static partial class FeedMetadata
{
    private const RegexOptions Plain = RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;

    /// <summary>Milliseconds for one pattern.</summary>
    private const int Patience = 1000;

    public static XElement? Child(this XElement element, string localName) =>
        element.Elements().FirstOrDefault(e => e.Name.LocalName == localName);

    /// <summary>dc:creator, Atom's author, or RSS's "address (Name)"; several are joined. A bare mail address is nobody's byline.</summary>
    public static string? AuthorOf(XElement item)
    {
        var creators = item.Elements().Where(e => e.Name.LocalName == "creator").Select(e => e.Value).ToList();
        var names = creators.Count > 0 ? creators
            : item.Elements().Where(e => e.Name.LocalName == "author").Select(e => e.Child("name")?.Value ?? NameIn(e.Value)).ToList();
        var joined = string.Join(", ", names.Select(PlainText.Of).Where(n => n.Length > 0 && !n.Contains('@')).Distinct());
        return joined.Length == 0 ? null : PlainText.Cut(joined, Story.AuthorLength);
    }

    /// <summary>The first category: WordPress mixes sections and tags, sections first.</summary>
    public static string? SectionOf(XElement item)
    {
        var section = item.Elements().Where(e => e.Name.LocalName == "category")
            .Select(e => PlainText.Of((string?)e.Attribute("label") ?? (string?)e.Attribute("term") ?? e.Value))
            .FirstOrDefault(c => c.Length > 0 && !c.Equals("Uncategorized", StringComparison.OrdinalIgnoreCase));
        return section is null ? null : PlainText.Cut(section, Story.SectionLength);
    }

    /// <summary>media:content, then an enclosure, then media:thumbnail (the smallest); only what says or looks to be an image.</summary>
    public static string? ImageOf(XElement item, Uri baseAddress)
    {
        var media = item.Descendants().Where(e => e.Name.NamespaceName.Contains("mrss", StringComparison.OrdinalIgnoreCase)).ToList();
        IEnumerable<XElement> candidates =
        [
            .. media.Where(e => e.Name.LocalName == "content" && IsImage(e)),
            .. item.Elements().Where(e => IsEnclosure(e) && IsImage(e)),
            .. media.Where(e => e.Name.LocalName == "thumbnail"),
        ];
        return candidates.Select(c => StoryLink.ReadHttp(UrlOf(c), baseAddress)?.AbsoluteUri)
            .FirstOrDefault(c => c?.Length is > 0 and <= Story.LinkLength);
    }

    /// <summary>The item's own, else its feed's.</summary>
    public static string? LanguageOf(XElement item)
    {
        var said = item.Child("language")?.Value
            ?? item.AncestorsAndSelf().Select(e => (string?)e.Attribute(XNamespace.Xml + "lang")).FirstOrDefault(l => l is not null)
            ?? item.Ancestors().Select(e => e.Child("language")?.Value).FirstOrDefault(l => l is not null);
        var tag = said?.Trim().Replace('_', '-') ?? "";
        return tag.Length <= Story.LanguageLength && LanguageTag().IsMatch(tag) ? tag : null;
    }

    private static bool IsImage(XElement element)
    {
        var type = (string?)element.Attribute("type");
        if (type is not null)
            return type.StartsWith("image/", StringComparison.OrdinalIgnoreCase);
        return (string?)element.Attribute("medium") is { } medium ? medium == "image"
            : ImageName().IsMatch(UrlOf(element) ?? "");
    }

    // RSS's enclosure has a url, Atom's is a link with a href.
    private static bool IsEnclosure(XElement element) =>
        element.Name.LocalName == "enclosure" || (element.Name.LocalName == "link" && (string?)element.Attribute("rel") == "enclosure");

    private static string? UrlOf(XElement element) => (string?)element.Attribute("url") ?? (string?)element.Attribute("href");

    private static string NameIn(string author) =>
        author.IndexOf('(', StringComparison.Ordinal) is >= 0 and var open ? author[(open + 1)..].TrimEnd(' ', ')') : author;

    [GeneratedRegex("^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$", Plain, Patience)]
    private static partial Regex LanguageTag();

    [GeneratedRegex(@"\.(jpe?g|png|webp|gif|avif)(\?|$)", Plain | RegexOptions.IgnoreCase, Patience)]
    private static partial Regex ImageName();
}
