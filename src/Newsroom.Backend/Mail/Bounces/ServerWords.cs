using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;

namespace Newsroom.Backend.Mail.Bounces;

/// <summary>A server's own words made comparable.</summary>
/// <param name="Plain">
/// Lower case, single spaces, without addresses, hosts and links: <c>antispam@example.org</c> or <c>policy.example.org</c> says nothing about why.
/// </param>
/// <param name="Status">The first enhanced status code in them (RFC 3463), preferring one that says more than "other" (x.0.0).</param>
/// <param name="Code">The first SMTP reply code in them (RFC 5321 §4.2).</param>
/// <param name="AboutTheMessage">True when the answer came after the message, not after its recipient.</param>
internal sealed record ServerWords(string Plain, string? Status, int? Code, bool AboutTheMessage)
{
    // Some servers put a page of advice into an answer: the reason stands at its beginning.
    private const int MaxLength = 2000;

    // Linear in their input whatever it holds, so they need no time limit.
    private const RegexOptions Safe = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;

    // Not a part of an IP address or a version: 5.1.1 in 10.5.1.1 or 5.1.1.2 is no status.
    private static readonly Regex StatusCode = new(@"(?:^|[^0-9A-Za-z.])(?<code>[245]\.[0-9]{1,3}\.[0-9]{1,3})(?:[^0-9.]|\.[^0-9]|\.?$)", Safe);
    private static readonly Regex ReplyCode = new(@"(?:^|[^0-9A-Za-z.@])(?<code>[45][0-5][0-9])(?:[ \-'#;:,]|$)", Safe);

    private static readonly SearchValues<char> HostLetters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789.-_");

    private static readonly string[] AfterTheMessage =
        ["end of data", "end-of-data", "data command", "after data", "end of message", "after the message", "message body"];

    public static ServerWords Read(string? words)
    {
        var text = HeaderText.OneLine(words?.Length > MaxLength ? words[..MaxLength] : words) ?? "";
        var plain = Plainly(text);
        return new ServerWords(plain, FindStatus(text), FindCode(text), AfterTheMessage.Any(w => plain.Contains(w, StringComparison.Ordinal)));
    }

    public static string? FindStatus(string text)
    {
        string? first = null;
        foreach (Match match in StatusCode.Matches(text))
        {
            var code = match.Groups["code"].Value;
            if (SaysMore(code))
                return code;
            first ??= code;
        }
        return first;
    }

    /// <summary>False for no code and for x.0.0, "other undefined status" (RFC 3463 §3.1).</summary>
    public static bool SaysMore(string? status) => status is not null && !status.EndsWith(".0.0", StringComparison.Ordinal);

    private static int? FindCode(string text) =>
        ReplyCode.Match(text) is { Success: true } match ? int.Parse(match.Groups["code"].ValueSpan, System.Globalization.CultureInfo.InvariantCulture) : null;

    private static string Plainly(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var word in WithoutBrackets(text).Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!IsName(word))
                plain.Append(word.ToLowerInvariant()).Append(' ');
        }
        return plain.ToString();
    }

    /// <summary>What stands in angle brackets is an address, as in <c>&lt;reader@example.org&gt;...User unknown</c>.</summary>
    private static string WithoutBrackets(string text)
    {
        var left = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length; at++)
        {
            var close = text[at] == '<' ? text.IndexOf('>', at) : -1;
            if (close > at && text.AsSpan(at, close - at).Contains('@'))
            {
                left.Append(' ');
                at = close;
            }
            else
                left.Append(text[at]);
        }
        return left.ToString();
    }

    private static bool IsName(string word)
    {
        if (word.Contains('@') || word.Contains("://", StringComparison.Ordinal))
            return true;
        // Exchange's own names of reasons have dots too: RESOLVER.ADR.RecipNotFound.
        var bare = word.AsSpan().Trim("<>()[]\"'`,;:.!?*#");
        var dot = bare.LastIndexOf('.');
        return dot > 0 && bare.Length - dot > 2 && char.IsAsciiLetterLower(bare[dot + 1]) && !bare.Contains(';')
            && bare[..dot].IndexOfAnyExcept(HostLetters) < 0;
    }
}
