namespace Newsroom.Backend.Mail.Doctor;

/// <summary>A DMARC policy record (RFC 9989 §4.7).</summary>
/// <param name="Domain">Where it was found, without <c>_dmarc.</c>.</param>
/// <param name="Policy">What is wished for mail of this domain that fails: <c>none</c> (also when absent or unknown), <c>quarantine</c> or <c>reject</c>.</param>
/// <param name="SubdomainPolicy">The same for its subdomains.</param>
/// <param name="Psd"><c>y</c>, <c>n</c> or <c>u</c> (§4.10).</param>
/// <param name="StrictDkim">The signature's domain must be the very one of From.</param>
/// <param name="StrictSpf">The envelope's domain must be the very one of From.</param>
/// <param name="ReportsTo">Of <c>rua</c>.</param>
/// <param name="IsTest"><c>t=y</c>: receivers are asked not to act on the policy.</param>
/// <param name="Oddities">Clauses about what is in it and should not.</param>
internal sealed record DmarcRecord(
    string Domain, string Policy, string SubdomainPolicy, char Psd, bool StrictDkim, bool StrictSpf, IReadOnlyList<string> ReportsTo, bool IsTest,
    IReadOnlyList<string> Oddities)
{
    private static readonly string[] Policies = ["none", "quarantine", "reject"];

    // RFC 9989 appendix C: pct, rf and ri are no more.
    private static readonly string[] Gone = ["pct", "rf", "ri"];
    private static readonly string[] Known = ["v", "p", "sp", "np", "psd", "adkim", "aspf", "rua", "ruf", "fo", "t", .. Gone];

    /// <summary>§4.7: the version comes first, exactly so.</summary>
    public static bool IsOne(string text) => text.Split(';')[0].Replace(" ", "", StringComparison.Ordinal) == "v=DMARC1";

    /// <returns>Null, with a clause that says what is wrong, for a record that receivers pass over.</returns>
    public static DmarcRecord? Parse(string domain, string text, out string? fault)
    {
        if (TagList.Parse(text, out fault) is not { } tags)
            return null;
        var oddities = new List<string>();
        var policy = PolicyOf(tags, "p", "none", oddities);
        foreach (var gone in Gone.Where(g => tags[g] is not null))
            oddities.Add($"{gone}= means nothing any more (RFC 9989)");
        foreach (var unknown in tags.Names.Except(Known, StringComparer.Ordinal))
            oddities.Add($"{unknown}= is unknown and passed over");
        if (tags["p"] is null)
            oddities.Add("p= is missing: receivers take p=none, older ones nothing");
        return new DmarcRecord(
            domain, policy, PolicyOf(tags, "sp", policy, oddities), tags["psd"] is { Length: 1 } psd ? psd[0] : 'u', tags["adkim"] == "s", tags["aspf"] == "s",
            tags["rua"]?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [], tags["t"] == "y", oddities);
    }

    private static string PolicyOf(TagList tags, string tag, string otherwise, List<string> oddities)
    {
        if (tags[tag] is not { } value)
            return otherwise;
        if (Policies.Contains(value.ToLowerInvariant(), StringComparer.Ordinal))
            return value.ToLowerInvariant();
        oddities.Add($"{tag}={value} is no policy");
        return "none";
    }
}
