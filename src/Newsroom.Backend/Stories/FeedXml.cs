using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;

namespace Newsroom.Backend.Stories;

/// <summary>The bytes are no feed that can be read; <see cref="Exception.Message"/> says why in one sentence.</summary>
public sealed class FeedUnreadableException(string why) : Exception(why);

/// <summary>
/// Bytes to XML, mending what real feeds get wrong without changing what they say: blank lines or PHP warnings before the XML, a wrong
/// charset, HTML entities, bare ampersands, control characters, undeclared prefixes. A DOCTYPE is skipped, never resolved. What is not
/// well-formed after that (a truncated feed above all) is refused as a whole: half a feed taken in would make the other half "new" later.
/// </summary>
public static partial class FeedXml
{
    private const int DeepestNesting = 200;
    private const RegexOptions Plain = RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;

    /// <summary>Milliseconds for one pattern.</summary>
    private const int Patience = 1000;

    private static readonly Dictionary<string, string> UsualPrefixes = new(StringComparer.Ordinal)
    {
        ["content"] = "http://purl.org/rss/1.0/modules/content/",
        ["dc"] = "http://purl.org/dc/elements/1.1/",
        ["media"] = "http://search.yahoo.com/mrss/",
        ["atom"] = "http://www.w3.org/2005/Atom",
        ["slash"] = "http://purl.org/rss/1.0/modules/slash/",
        ["sy"] = "http://purl.org/rss/1.0/modules/syndication/",
        ["wfw"] = "http://wellformedweb.org/CommentAPI/",
        ["itunes"] = "http://www.itunes.com/dtds/podcast-1.0.dtd",
        ["georss"] = "http://www.georss.org/georss",
        ["feedburner"] = "http://rssnamespace.org/feedburner/ext/1.0",
    };

    /// <exception cref="FeedUnreadableException">Empty, a web page, or not well-formed.</exception>
    public static XElement Read(ReadOnlyMemory<byte> body, string? charset)
    {
        var text = Decode(body.Span, charset).TrimStart('\uFEFF', ' ', '\t', '\r', '\n');
        if (text.Length == 0)
            throw new FeedUnreadableException("The answer is empty: there is nothing at this address.");
        var start = FeedStart().Match(text);
        if (!start.Success)
            throw new FeedUnreadableException(NoFeed(text));
        try
        {
            var mended = Litter().Replace(text[start.Index..], Mend);
            CheckDepth(mended);
            using var reader = Reader(mended);
            return XElement.Load(reader);
        }
        catch (RegexMatchTimeoutException)
        {
            throw new FeedUnreadableException("The feed takes too long to read: it is not what a site makes by itself.");
        }
        catch (XmlException e)
        {
            var place = string.Create(CultureInfo.InvariantCulture, $"line {e.LineNumber}, column {e.LinePosition}");
            throw new FeedUnreadableException($"The feed is not well-formed XML ({place}): it may be cut short or broken by a plug-in.");
        }
    }

    // Text that is valid UTF-8 is UTF-8, whatever header and declaration say: other encodings do not look like it by chance.
    private static string Decode(ReadOnlySpan<byte> body, string? charset)
    {
        if (body.StartsWith<byte>([0xFF, 0xFE]) || body.StartsWith<byte>([(byte)'<', 0]))
            return Encoding.Unicode.GetString(body);
        if (body.StartsWith<byte>([0xFE, 0xFF]) || body.StartsWith<byte>([0, (byte)'<']))
            return Encoding.BigEndianUnicode.GetString(body);
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(body);
        }
        catch (DecoderFallbackException)
        {
            var declared = Declaration().Match(Encoding.Latin1.GetString(body[..Math.Min(body.Length, 300)])).Groups["name"].Value;
            return (Known(declared) ?? Known(charset) ?? Known("windows-1252")!).GetString(body);
        }
    }

    private static Encoding? Known(string? name)
    {
        var asked = name?.Trim('"', '\'', ' ').ToLowerInvariant();
        // Not valid as UTF-8 (see above), and what calls itself Latin 1 is Windows-1252 in practice (WHATWG Encoding Standard).
        asked = asked switch { "utf-8" or "utf8" => null, "iso-8859-1" or "latin1" or "us-ascii" => "windows-1252", _ => asked };
        if (string.IsNullOrEmpty(asked))
            return null;
        try
        {
            return CodePagesEncodingProvider.Instance.GetEncoding(asked) ?? Encoding.GetEncoding(asked);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static string NoFeed(string text)
    {
        if (!HtmlStart().IsMatch(text))
            return "The answer is neither RSS nor Atom.";
        var link = AlternateLink().Match(text.Length > 200_000 ? text[..200_000] : text);
        var hint = link.Success && HrefOf().Match(link.Value) is { Success: true } href
            ? $" The page names its feed: {WebUtility.HtmlDecode(href.Groups["href"].Value)}" : "";
        return "The address gives a web page, not a feed." + hint;
    }

    private static string Mend(Match match)
    {
        var found = match.ValueSpan;
        if (found[0] == '<')
            return match.Value;
        if (found[0] != '&')
            return "";
        if (match.Groups["name"] is { Success: true, Value: var name })
        {
            if (name is "amp" or "lt" or "gt" or "quot" or "apos")
                return match.Value;
            var decoded = WebUtility.HtmlDecode(match.Value);
            return decoded == match.Value ? "&amp;" + match.Value[1..] : decoded;
        }
        if (match.Groups["number"] is { Success: true, Value: var number })
            return IsXmlCharacter(number) ? match.Value : "";
        return "&amp;";
    }

    private static bool IsXmlCharacter(string number)
    {
        var hex = number[0] is 'x' or 'X';
        var style = hex ? NumberStyles.HexNumber : NumberStyles.None;
        return int.TryParse(hex ? number.AsSpan(1) : number, style, CultureInfo.InvariantCulture, out var code)
            && (code is 0x9 or 0xA or 0xD || code is >= 0x20 and <= 0xD7FF or >= 0xE000 and <= 0xFFFD or >= 0x10000 and <= 0x10FFFF);
    }

    // Walking a tree nested ten thousand deep overflows the stack, which nothing can catch.
    private static void CheckDepth(string text)
    {
        using var reader = Reader(text);
        while (reader.Read())
        {
            if (reader.Depth > DeepestNesting)
                throw new FeedUnreadableException($"The feed nests its elements more than {DeepestNesting} deep.");
        }
    }

    private static XmlReader Reader(string text)
    {
        var names = new NameTable();
        var namespaces = new XmlNamespaceManager(names);
        foreach (var (prefix, uri) in UsualPrefixes)
            namespaces.AddNamespace(prefix, uri);
        var settings = new XmlReaderSettings
        {
            DtdProcessing = DtdProcessing.Ignore,
            XmlResolver = null,
            CheckCharacters = false,
            NameTable = names,
        };
        return XmlReader.Create(new StringReader(text), settings, new XmlParserContext(names, namespaces, null, XmlSpace.Default));
    }

    [GeneratedRegex(@"<\?xml\s|<rss[\s>]|<feed[\s>]|<rdf:RDF[\s>]", Plain, Patience)]
    private static partial Regex FeedStart();

    // CDATA is passed over whole; then entities, numbers, bare ampersands, and characters XML 1.0 does not have.
    [GeneratedRegex(
        @"<!\[CDATA\[.*?\]\]>|&((?<name>[A-Za-z][A-Za-z0-9]*)|\#(?<number>[0-9]+|[xX][0-9A-Fa-f]+));|&|[\x00-\x08\x0B\x0C\x0E-\x1F\uFFFE\uFFFF]",
        Plain | RegexOptions.Singleline, 10 * Patience)]
    private static partial Regex Litter();

    [GeneratedRegex(@"<\?xml[^>]*\bencoding\s*=\s*[""'](?<name>[A-Za-z0-9._-]+)", Plain, Patience)]
    private static partial Regex Declaration();

    [GeneratedRegex(@"<(!doctype\s+html|html|head|body)\b", Plain | RegexOptions.IgnoreCase, Patience)]
    private static partial Regex HtmlStart();

    [GeneratedRegex(@"<link\b[^>]*application/(rss|atom)\+xml[^>]*>", Plain | RegexOptions.IgnoreCase, Patience)]
    private static partial Regex AlternateLink();

    [GeneratedRegex(@"\bhref\s*=\s*[""'](?<href>[^""'\s]{1,300})", Plain | RegexOptions.IgnoreCase, Patience)]
    private static partial Regex HrefOf();
}
