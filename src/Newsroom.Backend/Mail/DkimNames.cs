using System.Text.RegularExpressions;

namespace Newsroom.Backend.Mail;

/// <summary>The names that a signature and its key's record carry (RFC 6376 §3.1): DNS takes no others, and a header would fall apart with them.</summary>
internal static partial class DkimNames
{
    /// <summary>Letters, digits and dashes, as new selectors are made.</summary>
    public static bool IsNewSelector(string selector) => Label().IsMatch(selector) && !selector.Contains('_', StringComparison.Ordinal);

    /// <summary>Several labels, with the underscores that some providers use.</summary>
    public static bool IsSelector(string selector) => selector.Split('.').All(Label().IsMatch);

    public static bool IsDomain(string domain) => domain.Contains('.', StringComparison.Ordinal) && IsSelector(domain);

    /// <summary>Those of the configured keys.</summary>
    public static IEnumerable<string> Selectors(DkimOptions dkim) =>
        ((string?[])[dkim.Selector, dkim.Ed25519Selector, dkim.Next.Selector]).Where(s => !string.IsNullOrEmpty(s)).Select(s => s!);

    /// <returns>What is wrong with each, a sentence that begins with its key.</returns>
    public static IEnumerable<string> Faults(DkimOptions dkim)
    {
        if (dkim.Domain is { Length: > 0 } domain && !IsDomain(domain))
            yield return $"Mail:Dkim:Domain '{domain}' is no domain: give one such as example.org, without https:// or @.";
        foreach (var (key, selector) in new[] { ("Selector", dkim.Selector), ("Ed25519Selector", dkim.Ed25519Selector), ("Next:Selector", dkim.Next.Selector) })
        {
            if (!string.IsNullOrEmpty(selector) && !IsSelector(selector))
                yield return $"Mail:Dkim:{key} '{selector}' is no selector: give letters, digits and dashes, such as news2026.";
        }
        if (dkim.Selector is { Length: > 0 } rsa && rsa.Equals(dkim.Ed25519Selector, StringComparison.OrdinalIgnoreCase))
            yield return $"Mail:Dkim:Ed25519Selector '{rsa}' is in use: two keys cannot share a record; give each its own selector.";
    }

    [GeneratedRegex("^[a-zA-Z0-9_]([a-zA-Z0-9_-]{0,61}[a-zA-Z0-9_])?\\z", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Label();
}
