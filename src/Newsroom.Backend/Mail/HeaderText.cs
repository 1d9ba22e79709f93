using System.Text;
using MimeKit.Utils;

namespace Newsroom.Backend.Mail;

/// <summary>
/// Header fields in the form they travel in: ASCII, folded, encoded where needed. Text from people and feeds is made one line first, because
/// a line break in it would begin a header of its author's choosing.
/// </summary>
internal static class HeaderText
{
    // RFC 5322 §2.1.1; a line with encoded words in it ends at 76 (RFC 2047 §2).
    private const int LineLength = 76;
    private const int EncodedWordFrame = 12; // =?utf-8?B??=

    /// <summary>One line without control characters, white space collapsed; null when nothing is left.</summary>
    public static string? OneLine(string? text)
    {
        if (text is null)
            return null;
        var line = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            // Unicode's line and paragraph separators count as white space.
            if (!Rune.IsWhiteSpace(rune) && !Rune.IsControl(rune))
                line.Append(rune);
            else if (line.Length > 0 && line[^1] != ' ')
                line.Append(' ');
        }
        return line.ToString().Trim() is { Length: > 0 } left ? left : null;
    }

    /// <summary>Free text: a subject.</summary>
    public static HeaderField Unstructured(string field, string? text)
    {
        var line = OneLine(text) ?? "";
        var plain = Ascii.IsValid(line) && !line.Contains("=?", StringComparison.Ordinal) && line.Split(' ').All(w => w.Length < LineLength - field.Length);
        return Raw(field, plain ? Fold(field, line) : EncodedWords(line, field.Length + 2));
    }

    /// <summary>A display name, when there is one, and what stands in angle brackets: an address or a List-Id.</summary>
    public static HeaderField Named(string field, string? name, string id)
    {
        if (OneLine(name) is not { } phrase)
            return Raw(field, $"<{id}>");
        var written = Phrase(phrase, field.Length + 2);
        var lastLine = written[(written.LastIndexOf('\n') + 1)..].Length + (written.Contains('\n', StringComparison.Ordinal) ? 0 : field.Length + 2);
        return Raw(field, $"{written}{(lastLine + id.Length + 3 > LineLength ? "\r\n" : "")} <{id}>");
    }

    /// <summary>A URL in angle brackets (RFC 2369 §2), never encoded and never broken.</summary>
    /// <exception cref="ArgumentException">Not an absolute http(s) address in ASCII.</exception>
    public static HeaderField Link(string field, string url) =>
        url.All(c => c is > ' ' and < '\x7f' and not ('<' or '>')) && Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? Raw(field, field.Length + url.Length + 4 > LineLength ? $"\r\n <{url}>" : $"<{url}>")
            : throw new ArgumentException("A list header needs an absolute http(s) address in ASCII.", nameof(url));

    /// <summary>A value of this program's own: ASCII on one line.</summary>
    public static HeaderField Raw(string field, string value) => new(field, value.StartsWith('\r') ? value : " " + value);

    /// <summary>Takes <c>Name &lt;label.host&gt;</c> apart (RFC 2919 §3).</summary>
    /// <exception cref="ArgumentException">It has no id of dot-separated ASCII labels.</exception>
    public static (string? Name, string Id) ListId(string text)
    {
        var open = text.LastIndexOf('<');
        if (open < 0 || !text.EndsWith('>') || text[(open + 1)..^1] is not { Length: > 0 and <= 255 } id || !id.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_'))
            throw new ArgumentException("A List-Id is a phrase and <label.host> (RFC 2919 §3).", nameof(text));
        return (OneLine(text[..open]), id);
    }

    private static string Phrase(string text, int firstColumn)
    {
        // A quoted string has no place to fold, so a long one is encoded as well.
        if (!Ascii.IsValid(text) || text.Length > 50 || text.Contains("=?", StringComparison.Ordinal))
            return EncodedWords(text, firstColumn);
        return text.All(c => char.IsAsciiLetterOrDigit(c) || c is ' ' or '-' or '\'' or '&') ? text : MimeUtils.Quote(text);
    }

    private static string Fold(string field, string line)
    {
        var folded = new StringBuilder();
        var column = field.Length + 2;
        foreach (var word in line.Split(' '))
        {
            if (folded.Length > 0)
            {
                var full = column + 1 + word.Length > LineLength;
                folded.Append(full ? "\r\n " : " ");
                column = full ? 1 : column + 1;
            }
            folded.Append(word);
            column += word.Length;
        }
        return folded.ToString();
    }

    /// <summary>As encoded words, one a line, none splitting a character (RFC 2047 §5).</summary>
    private static string EncodedWords(string text, int firstColumn)
    {
        var words = new List<string>();
        var word = new List<byte>();
        Span<byte> character = stackalloc byte[4];
        foreach (var rune in text.EnumerateRunes())
        {
            var room = (LineLength - (words.Count == 0 ? firstColumn : 1) - EncodedWordFrame) / 4 * 3;
            var length = rune.EncodeToUtf8(character);
            if (word.Count + length > room)
                Close();
            word.AddRange(character[..length]);
        }
        Close();
        return string.Join("\r\n ", words);

        void Close()
        {
            words.Add($"=?utf-8?B?{Convert.ToBase64String([.. word])}?=");
            word.Clear();
        }
    }
}
