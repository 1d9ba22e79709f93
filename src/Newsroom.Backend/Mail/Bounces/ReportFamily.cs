using System.Text.RegularExpressions;

namespace Newsroom.Backend.Mail.Bounces;

/// <summary>One server's way to report in words.</summary>
/// <param name="Address">As it stands.</param>
/// <param name="Words">The reason, when it stands in the same place; null when it follows.</param>
/// <param name="Start">Where in the text this begins.</param>
/// <param name="End">Where it ends.</param>
internal sealed record NamedRecipient(string Address, string? Words, int Start, int End)
{
    public void Deconstruct(out string address, out string? words, out int end) => (address, words, end) = (Address, Words, End);
}

internal sealed class ReportFamily
{
    // Linear in their input whatever it holds, so they need no time limit.
    private const RegexOptions Safe = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.Multiline;

    private const string Mailbox = @"(?<to>[^\s<>""'()\[\],;:]+@[^\s<>""'()\[\],;:]+)";

    private readonly string[] _openings;
    private readonly Regex _recipient;
    private readonly Regex? _words;

    /// <param name="openings">A sentence that only this server says, on one line; any of them.</param>
    /// <param name="recipient">Where a recipient stands, written <c>@@</c>; group <c>why</c> for the reason if it stands there.</param>
    /// <param name="words">Where the reason stands that holds for all recipients, group <c>why</c>.</param>
    public ReportFamily(string[] openings, string recipient, string? words = null)
    {
        _openings = openings;
        _recipient = new Regex(recipient.Replace("@@", Mailbox, StringComparison.Ordinal), Safe);
        _words = words is null ? null : new Regex(words, Safe);
    }

    /// <returns>Where the line begins that holds an opening; null when there is none.</returns>
    public int? OpenedAt(string text)
    {
        foreach (var opening in _openings)
        {
            if (text.IndexOf(opening, StringComparison.OrdinalIgnoreCase) is >= 0 and var at)
                return text.LastIndexOf('\n', at) + 1;
        }
        return null;
    }

    public string? CommonWords(string text) => _words?.Match(text) is { Success: true } match ? match.Groups["why"].Value : null;

    public IEnumerable<NamedRecipient> Recipients(string text, int from)
    {
        foreach (Match match in _recipient.Matches(text, from))
        {
            if (ReportedAddress.IsMailbox(match.Groups["to"].Value) is { } address && !WordedReport.IsServer(address))
                yield return new NamedRecipient(address, match.Groups["why"] is { Success: true } why ? why.Value : null, match.Index, match.Index + match.Length);
        }
    }
}
