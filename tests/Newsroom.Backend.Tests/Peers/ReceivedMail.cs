using System.Text.RegularExpressions;
using MimeKit;

namespace Newsroom.Backend.Tests;

/// <summary>A message the sink took.</summary>
/// <param name="From">Envelope sender.</param>
/// <param name="To">Envelope recipient.</param>
/// <param name="Bytes">As sent, dots unstuffed.</param>
public sealed partial record ReceivedMail(string From, string To, byte[] Bytes)
{
    private readonly Lazy<MimeMessage> _message = new(() => MimeMessage.Load(new MemoryStream(Bytes)));

    public MimeMessage Message => _message.Value;

    public string Subject => Message.Subject ?? "";

    public string Text => Message.TextBody ?? "";

    public string Html => Message.HtmlBody ?? "";

    /// <summary>The fields of that name, unfolded, as they stand in the bytes: <c>Header("List-Unsubscribe")</c>.</summary>
    public IReadOnlyList<string> Header(string name) =>
        [.. Message.Headers.Where(h => h.Field.Equals(name, StringComparison.OrdinalIgnoreCase))
            .Select(h => LineFolds().Replace(System.Text.Encoding.UTF8.GetString(h.RawValue), " ").Trim())];

    /// <summary>Every address linked in the HTML, once, decoded.</summary>
    public IReadOnlyList<string> HtmlLinks => [.. Hrefs().Matches(Html).Select(m => System.Net.WebUtility.HtmlDecode(m.Groups["url"].Value)).Distinct()];

    /// <summary>Every address in the text, once.</summary>
    public IReadOnlyList<string> TextLinks => [.. Urls().Matches(Text).Select(m => m.Value.TrimEnd('.', ',')).Distinct()];

    /// <summary>Path and query of the one link whose path begins so: <c>Link("/confirm/")</c>.</summary>
    public string Link(string pathPrefix) =>
        Assert.Single(HtmlLinks.Where(l => Uri.TryCreate(l, UriKind.Absolute, out var uri) && uri.AbsolutePath.StartsWith(pathPrefix, StringComparison.Ordinal)).Select(l => new Uri(l).PathAndQuery).Distinct());

    [GeneratedRegex("href=\"(?<url>[^\"]*)\"", RegexOptions.ExplicitCapture)]
    private static partial Regex Hrefs();

    [GeneratedRegex(@"https?://[^\s<>""]+", RegexOptions.ExplicitCapture)]
    private static partial Regex Urls();

    [GeneratedRegex(@"\r?\n[ \t]+", RegexOptions.ExplicitCapture)]
    private static partial Regex LineFolds();
}
