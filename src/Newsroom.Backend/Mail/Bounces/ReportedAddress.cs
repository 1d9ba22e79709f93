using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Mail.Bounces;

/// <summary>Addresses as reports write them.</summary>
internal static class ReportedAddress
{
    private static readonly Regex InText = new(@"[^\s<>""'()\[\],;:]+@[^\s<>""'()\[\],;:]+", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    // RFC 6533 §3: \x{E9}; RFC 3461 §4: +2B.
    private static readonly Regex Escaped = new(@"\\x\{(?<hex>[0-9A-Fa-f]{2,6})\}", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
    private static readonly Regex Xtext = new(@"\+(?<hex>2B|3D)", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    /// <param name="field"><c>rfc822; reader@example.org</c>, with or without type, brackets, comments.</param>
    /// <returns>Null for anything else than a mailbox's address: an X.400 name, a redacted one (RFC 6590), a local name.</returns>
    public static string? Read(string? field)
    {
        if (field is null)
            return null;
        var semicolon = field.IndexOf(';', StringComparison.Ordinal);
        var type = semicolon < 0 ? "" : field[..semicolon].Trim();
        var text = semicolon < 0 ? field : field[(semicolon + 1)..];
        if (type.Equals("utf-8", StringComparison.OrdinalIgnoreCase))
            text = Escaped.Replace(text, m => Character(m.Groups["hex"].ValueSpan) ?? m.Value);
        return InText.Match(text) is { Success: true } match ? IsMailbox(Xtext.Replace(match.Value, m => m.Groups["hex"].Value == "2B" ? "+" : "=")) : null;
    }

    /// <summary>All in a text, each once, in order.</summary>
    public static IEnumerable<string> FindAll(string text) =>
        InText.Matches(text).Select(m => IsMailbox(m.Value)).OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase);

    public static string? IsMailbox(string text)
    {
        var bare = text.Trim().TrimEnd('.', '*', '!', '?', ')', '`').TrimStart('*', '`');
        return EmailAddress.TryParse(bare, out _) && !bare.Contains("redacted", StringComparison.OrdinalIgnoreCase) ? bare : null;
    }

    private static string? Character(ReadOnlySpan<char> hex) =>
        int.TryParse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var point) && Rune.IsValid(point) ? new Rune(point).ToString() : null;
}
