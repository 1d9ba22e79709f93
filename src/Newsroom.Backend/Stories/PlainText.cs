using System.Globalization;
using System.Net;
using System.Text;

namespace Newsroom.Backend.Stories;

/// <summary>Plain text out of what sites put into titles and summaries: HTML, entities (also encoded twice), runs of white space.</summary>
public static class PlainText
{
    /// <summary>No title or summary needs more; a hostile one costs no more either.</summary>
    private const int LongestSource = 40_000;

    /// <summary>Text without tags, comments, scripts and styles; entities decoded; every run of white space one space.</summary>
    public static string Of(string? html)
    {
        if (string.IsNullOrWhiteSpace(html))
            return "";
        var decoded = WebUtility.HtmlDecode(WithoutMarkup(html.Length <= LongestSource ? html : html[..LongestSource]));
        // "&amp;amp;#8217;" and "&amp;#8217;" both occur: a title that was encoded once too often by a plug-in.
        if (decoded.Contains('&', StringComparison.Ordinal) && decoded.Contains(';', StringComparison.Ordinal))
            decoded = WebUtility.HtmlDecode(decoded);
        return Collapsed(decoded);
    }

    /// <summary>At most <paramref name="length"/> UTF-16 units, cut at a word with "…".</summary>
    public static string Cut(string text, int length)
    {
        if (text.Length <= length)
            return text;
        var end = length - 1;
        var space = text.LastIndexOf(' ', end);
        if (space > length / 2)
            end = space;
        else if (char.IsHighSurrogate(text[end - 1]))
            end--;
        return text[..end].TrimEnd(' ', ',', ';', ':', '.', '…', '–', '—', '-') + "…";
    }

    private static string WithoutMarkup(string html)
    {
        var text = new StringBuilder(html.Length);
        for (var i = 0; i < html.Length;)
        {
            var open = html.IndexOf('<', i);
            if (open < 0 || open == html.Length - 1)
                return text.Append(html, i, html.Length - i).ToString();
            text.Append(html, i, open - i);
            var end = EndOfMarkup(html, open);
            if (end < 0)
                text.Append('<');
            else if (!IsInline(html.AsSpan(open + 1)))
                text.Append(' ');
            i = end < 0 ? open + 1 : end;
        }
        return text.ToString();
    }

    // A tag begins with "<" and a letter, "/", "!" or "?" and closes: "3 < 4" has none (-1). An open comment or script swallows the rest.
    private static int EndOfMarkup(string html, int open)
    {
        if (!char.IsAsciiLetter(html[open + 1]) && html[open + 1] is not ('/' or '!' or '?'))
            return -1;
        var rest = html.AsSpan(open);
        var closing = rest.StartsWith("<!--") ? "-->"
            : rest.StartsWith("<script", StringComparison.OrdinalIgnoreCase) ? "</script>"
            : rest.StartsWith("<style", StringComparison.OrdinalIgnoreCase) ? "</style>"
            : ">";
        var at = html.IndexOf(closing, open, StringComparison.OrdinalIgnoreCase);
        if (at < 0)
            return closing == ">" ? -1 : html.Length;
        return at + closing.Length;
    }

    // <em>Titan</em>ic is one word; <p>, <br>, <li> and the rest separate words.
    private static bool IsInline(ReadOnlySpan<char> tag)
    {
        var name = tag.TrimStart('/');
        var length = 0;
        while (length < name.Length && char.IsAsciiLetterOrDigit(name[length]))
            length++;
        return name[..length].ToString().ToLowerInvariant()
            is "a" or "abbr" or "b" or "bdi" or "cite" or "code" or "em" or "font" or "i" or "mark" or "q" or "s" or "small" or "span"
            or "strong" or "sub" or "sup" or "u" or "wbr";
    }

    private static string Collapsed(string text)
    {
        var result = new StringBuilder(text.Length);
        var pending = false;
        foreach (var rune in text.EnumerateRunes())
        {
            var category = Rune.GetUnicodeCategory(rune);
            if (Rune.IsWhiteSpace(rune) || category == UnicodeCategory.Control)
            {
                pending = result.Length > 0;
                continue;
            }
            // Zero-width space and byte order mark are invisible litter; joiners and direction marks are part of the language.
            if (rune.Value is 0x200B or 0xFEFF or 0xFFFD)
                continue;
            if (pending)
                result.Append(' ');
            pending = false;
            result.Append(rune.ToString());
        }
        return result.ToString();
    }
}
