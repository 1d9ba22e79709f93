namespace Newsroom.Backend.Primitives;

/// <summary>
/// Slips of the fingers in the domain of an address, such as gmial.com. Only ever a hint: people do have odd domains, and nothing is
/// refused or changed for it. <c>Subscribers/Embed/v1.js</c> has the same rule and the same lists, and a test holds them together.
/// </summary>
public static class DomainTypo
{
    /// <summary>What may be suggested. Long enough that one slip does not make another company's domain of it, so aol.com is missing.</summary>
    public static IReadOnlyList<string> Common { get; } =
        ["gmail.com", "yahoo.com", "hotmail.com", "outlook.com", "icloud.com", "protonmail.com", "googlemail.com", "comcast.net", "yahoo.co.uk", "hotmail.co.uk"];

    /// <summary>Mailboxes of their own, close enough to a common one to be taken for a slip.</summary>
    public static IReadOnlyList<string> Others { get; } = ["mail.com", "email.com", "ymail.com", "cloud.com"];

    /// <summary>
    /// The common domain that was probably meant: one slip away (a letter too many, missing, wrong, or two swapped), or two with the same
    /// first letter. With the right name only one slip in the ending counts, for yahoo.ca is two away from yahoo.com and a real one.
    /// </summary>
    /// <param name="domain">In lower-case ASCII, as <see cref="EmailAddress.Domain"/>.</param>
    /// <returns>One of <see cref="Common"/>; null when the domain is fine or far from all.</returns>
    public static string? MeantBy(string domain)
    {
        if (Common.Contains(domain, StringComparer.Ordinal) || Others.Contains(domain, StringComparer.Ordinal))
            return null;
        return Common.Select(common => (Domain: common, Slips: Distance(domain, common)))
            .Where(c => c.Slips <= (domain[..1] == c.Domain[..1] && NameOf(domain) != NameOf(c.Domain) ? 2 : 1))
            .OrderBy(c => c.Slips).Select(c => c.Domain).FirstOrDefault();
    }

    /// <summary>The same for what somebody typed into a form; null as well when that is no address.</summary>
    public static string? MeantByAddress(string? typed) => EmailAddress.TryParse(typed, out var address) ? MeantBy(address.Domain) : null;

    private static string NameOf(string domain) => domain.Split('.', 2)[0];

    /// <summary>Damerau and Levenshtein's, in the form where no part is edited twice (optimal string alignment).</summary>
    internal static int Distance(string one, string other)
    {
        var table = new int[one.Length + 1, other.Length + 1];
        for (var i = 0; i <= one.Length; i++)
        {
            for (var j = 0; j <= other.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    table[i, j] = i + j;
                    continue;
                }
                var cost = one[i - 1] == other[j - 1] ? 0 : 1;
                table[i, j] = Math.Min(Math.Min(table[i - 1, j], table[i, j - 1]) + 1, table[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1])
                    table[i, j] = Math.Min(table[i, j], table[i - 2, j - 2] + 1);
            }
        }
        return table[one.Length, other.Length];
    }
}
