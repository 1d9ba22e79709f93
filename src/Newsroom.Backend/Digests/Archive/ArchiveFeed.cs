using System.Text;
using System.Xml;
using System.Xml.Linq;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Digests.Archive;

/// <summary><c>/archive/feed.xml</c>: the newest digests as RSS 2.0 (https://www.rssboard.org/rss-specification).</summary>
internal static class ArchiveFeed
{
    private static readonly XNamespace Atom = "http://www.w3.org/2005/Atom";

    public static void MapArchiveFeed(this IEndpointRouteBuilder routes) =>
        routes.MapMethods("/archive/feed.xml", [HttpMethods.Get, HttpMethods.Head], async (
            NewsroomDb db, IOptions<SiteOptions> site, HttpRequest request, CancellationToken cancellationToken) =>
        {
            // Before Site:PublicUrl is set nothing can be mailed, but the feed can be looked at where it was asked for.
            var address = site.Value.PublicUrl.Length > 0 ? site.Value.Link("") : $"{request.Scheme}://{request.Host}";
            var digests = await PublicDigests.ListAsync(db, null, null, PublicDigests.PageSize, cancellationToken);
            return Results.Bytes(Write(digests, site.Value, address), "application/rss+xml; charset=utf-8");
        }).AllowAnonymous().ExcludeFromDescription();

    private static byte[] Write(IReadOnlyList<PublicDigest> digests, SiteOptions site, string address)
    {
        var channel = new XElement("channel",
            new XElement("title", $"{site.Name}: newsletters"),
            new XElement("link", address + "/archive"),
            new XElement("description", $"The newsletters of {site.Name} as they went out."),
            new XElement("language", site.Language),
            new XElement(Atom + "link", new XAttribute("rel", "self"), new XAttribute("type", "application/rss+xml"), new XAttribute("href", address + "/archive/feed.xml")),
            digests.Select(d => new XElement("item",
                new XElement("title", Clean(d.Subject)),
                new XElement("link", address + d.Path),
                new XElement("guid", new XAttribute("isPermaLink", "true"), address + d.Path),
                new XElement("category", Clean(d.NewsletterName)),
                // RFC 1123 is RFC 822 with the four-digit year that RSS prefers.
                new XElement("pubDate", d.At.UtcDateTime.ToString("r", System.Globalization.CultureInfo.InvariantCulture)),
                new XElement("description", Clean(d.LeadSummary ?? "")))));
        var document = new XDocument(new XElement("rss", new XAttribute("version", "2.0"), new XAttribute(XNamespace.Xmlns + "atom", Atom.NamespaceName), channel));
        using var buffer = new MemoryStream();
        using (var writer = XmlWriter.Create(buffer, new XmlWriterSettings { Encoding = new UTF8Encoding(false), Indent = true }))
            document.Save(writer);
        return buffer.ToArray();
    }

    // XML 1.0 cannot carry most control characters, not even escaped.
    private static string Clean(string text) => string.Concat(text.EnumerateRunes().Where(r => !Rune.IsControl(r) && r.Value is not (0xFFFE or 0xFFFF)));
}
