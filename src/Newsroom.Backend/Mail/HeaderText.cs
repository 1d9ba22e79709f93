using System.Text;
using MimeKit.Utils;

namespace Newsroom.Backend.Mail;

/// <summary>Text from people and feeds made fit for a header, where a line break would begin a header of the author's choosing.</summary>
internal static class HeaderText
{
    /// <summary>One line without control characters, white space collapsed; null when nothing is left.</summary>
    public static string? OneLine(string? text)
    {
        if (text is null)
            return null;
        var line = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            // The Unicode line and paragraph separators count as white space here, invisible direction marks as control.
            if (!Rune.IsWhiteSpace(rune) && !Rune.IsControl(rune))
                line.Append(rune);
            else if (line.Length > 0 && line[^1] != ' ')
                line.Append(' ');
        }
        return line.ToString().Trim() is { Length: > 0 } left ? left : null;
    }

    /// <summary>A URL in angle brackets (RFC 2369 §2).</summary>
    /// <exception cref="ArgumentException">Not an absolute http(s) address in ASCII.</exception>
    public static string Link(string url) =>
        Ascii.IsValid(url) && Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && url.All(c => c is > ' ' and not ('<' or '>' or '\x7f'))
            ? $"<{url}>"
            : throw new ArgumentException("A list header needs an absolute http(s) address in ASCII.", nameof(url));

    /// <summary>Takes <c>Name &lt;label.host&gt;</c> apart.</summary>
    /// <exception cref="ArgumentException">It has no id of dot-separated ASCII labels.</exception>
    public static (string? Name, string Id) ListId(string text)
    {
        var open = text.LastIndexOf('<');
        if (open < 0 || !text.EndsWith('>') || text[(open + 1)..^1] is not { Length: > 0 and <= 255 } id || !id.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_'))
            throw new ArgumentException("A List-Id is a phrase and <label.host> (RFC 2919 §3).", nameof(text));
        return (OneLine(text[..open]), id);
    }

    /// <summary>A phrase, quoted or encoded as it needs (RFC 2047 §5), before an id in angle brackets.</summary>
    public static string Phrase(string? name, string id) => name is null ? $"<{id}>"
        : Ascii.IsValid(name) ? $"{MimeUtils.Quote(name)} <{id}>"
        : $"{Encoding.ASCII.GetString(Rfc2047.EncodePhrase(Encoding.UTF8, name))} <{id}>";
}
