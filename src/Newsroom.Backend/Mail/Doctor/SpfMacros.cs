using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Mail.Doctor;

/// <summary>Writes out what stands for the sender, the address and the domain in a record (RFC 7208 §7).</summary>
internal static partial class SpfMacros
{
    public static string Expand(string text, IPAddress client, EmailAddress sender, string domain) => Macro().Replace(text, macro =>
    {
        if (!macro.Groups["letter"].Success)
            return macro.Value switch { "%%" => "%", "%_" => " ", _ => "%20" };
        var value = Value(macro.Groups["letter"].Value, client, sender, domain);
        var delimiters = macro.Groups["delimiters"] is { Length: > 0 } d ? d.Value.ToCharArray() : ['.'];
        var parts = value.Split(delimiters);
        if (macro.Groups["reverse"].Length > 0)
            Array.Reverse(parts);
        if (int.TryParse(macro.Groups["digits"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var kept) && kept > 0)
            parts = [.. parts.TakeLast(kept)];
        return string.Join('.', parts);
    });

    private static string Value(string letter, IPAddress client, EmailAddress sender, string domain) => letter.ToLowerInvariant() switch
    {
        "s" => sender.Value,
        "l" => sender.Value[..sender.Value.LastIndexOf('@')],
        "o" => sender.Domain,
        "i" => client.AddressFamily == AddressFamily.InterNetwork
            ? client.ToString()
            : string.Join('.', Convert.ToHexStringLower(client.GetAddressBytes()).ToCharArray()),
        "v" => client.AddressFamily == AddressFamily.InterNetwork ? "in-addr" : "ip6",
        "p" => "unknown",
        // The name in EHLO is the relay's own; the domain stands in for it.
        _ => domain,
    };

    [GeneratedRegex(
        @"%\{(?<letter>[slodipvh])(?<digits>[0-9]*)(?<reverse>r?)(?<delimiters>[.+,/_=-]*)\}|%[%_-]",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Macro();
}
