using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace Newsroom.Backend.Mail.Doctor;

/// <summary>A mechanism of a record (RFC 7208 §5).</summary>
/// <param name="Qualifier"><c>+</c>, <c>-</c>, <c>~</c> or <c>?</c>.</param>
/// <param name="Name">Lower case.</param>
/// <param name="Domain">As written, macros and all; null: the domain at hand.</param>
/// <param name="Address">Of <c>ip4</c> and <c>ip6</c>.</param>
/// <param name="Bits4">Prefix that must agree for IPv4, 0 to 32.</param>
/// <param name="Bits6">Prefix that must agree for IPv6, 0 to 128.</param>
internal sealed record SpfTerm(char Qualifier, string Name, string? Domain, IPAddress? Address, int Bits4, int Bits6);

/// <summary>An SPF record taken apart (RFC 7208 §4.6, §12).</summary>
internal sealed partial record SpfRecord(IReadOnlyList<SpfTerm> Terms, string? Redirect)
{
    private const string Version = "v=spf1";

    /// <summary>True for a record that begins as one, right or wrong in the rest.</summary>
    public static bool IsOne(string text) =>
        text.StartsWith(Version, StringComparison.OrdinalIgnoreCase) && (text.Length == Version.Length || text[Version.Length] == ' ');

    /// <returns>Null, with a sentence that says what is wrong, for a record that receivers refuse (permerror).</returns>
    public static SpfRecord? Parse(string text, out string? fault)
    {
        var terms = new List<SpfTerm>();
        string? redirect = null;
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1))
        {
            if (Modifier().Match(word) is { Success: true } modifier)
            {
                if (!modifier.Groups["name"].Value.Equals("redirect", StringComparison.OrdinalIgnoreCase))
                    continue;
                if (redirect is not null || modifier.Groups["value"].Length == 0)
                    return Wrong($"'{word}' must be there once and name a domain.", out fault);
                redirect = modifier.Groups["value"].Value;
            }
            else if (Term(word, out fault) is { } term)
                terms.Add(term);
            else
                return null;
        }
        fault = null;
        return new SpfRecord(terms, redirect);
    }

    private static SpfTerm? Term(string word, out string? fault)
    {
        fault = null;
        var match = Mechanism().Match(word);
        var (name, domain) = (match.Groups["name"].Value.ToLowerInvariant(), match.Groups["domain"] is { Success: true, Length: > 0 } d ? d.Value : null);
        var qualifier = match.Groups["qualifier"] is { Length: 1 } q ? q.Value[0] : '+';
        switch (name)
        {
            case "all" when domain is null && !match.Groups["bits4"].Success && !match.Groups["bits6"].Success:
            case "ptr" when !match.Groups["bits4"].Success && !match.Groups["bits6"].Success:
                return new SpfTerm(qualifier, name, domain, null, 32, 128);
            case "include" or "exists" when domain is not null && !match.Groups["bits4"].Success && !match.Groups["bits6"].Success:
                return new SpfTerm(qualifier, name, domain, null, 32, 128);
            case "a" or "mx" when Bits(match.Groups["bits4"], 32) is { } bits4 && Bits(match.Groups["bits6"], 128) is { } bits6:
                return new SpfTerm(qualifier, name, domain, null, bits4, bits6);
            case "ip4" or "ip6":
                return Address(qualifier, name, word[(word.IndexOf(':', StringComparison.Ordinal) + 1)..])
                    ?? (SpfTerm?)Wrong<SpfTerm>($"'{word}' has no address that is one.", out fault);
            case "ipv4" or "ipv6" or "ip":
                return Wrong<SpfTerm>($"'{word}' is unknown: the mechanisms are called ip4: and ip6:.", out fault);
            default:
                return Wrong<SpfTerm>($"'{word}' is nothing that SPF knows, and receivers refuse the whole record for it.", out fault);
        }
    }

    private static SpfTerm? Address(char qualifier, string name, string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var (family, most) = name == "ip4" ? (AddressFamily.InterNetwork, 32) : (AddressFamily.InterNetworkV6, 128);
        if (!IPAddress.TryParse(slash < 0 ? text : text[..slash], out var address) || address.AddressFamily != family)
            return null;
        if (name == "ip4" && text.Count(c => c == '.') != 3)
            return null;
        var bits = most;
        if (slash >= 0 && (!int.TryParse(text[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out bits) || bits > most))
            return null;
        return new SpfTerm(qualifier, name, null, address, bits, bits);
    }

    private static int? Bits(Group group, int most) =>
        !group.Success ? most : int.TryParse(group.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var bits) && bits <= most ? bits : null;

    private static SpfRecord? Wrong(string what, out string? fault) => Wrong<SpfRecord>(what, out fault);

    private static T? Wrong<T>(string what, out string? fault)
        where T : class
    {
        fault = what;
        return null;
    }

    [GeneratedRegex("^(?<name>[a-z][a-z0-9_.-]*)=(?<value>.*)$", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Modifier();

    [GeneratedRegex(
        "^(?<qualifier>[+?~-])?(?<name>[a-z0-9]+)(:(?<domain>(%\\{[^}]*\\}|[^/%]|%[%_-])*))?(/(?<bits4>[0-9]+))?(//(?<bits6>[0-9]+))?$",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Mechanism();
}
