using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Parameters;

namespace Newsroom.Backend.Mail.Doctor;

/// <summary>A key that the newsroom signs with, as its record in DNS must say it.</summary>
/// <param name="Selector">Of the record's name.</param>
/// <param name="KeyType"><c>rsa</c> or <c>ed25519</c>, the record's <c>k=</c>.</param>
/// <param name="PublicKey">The record's <c>p=</c>, base64.</param>
/// <param name="Bits">Size of the key.</param>
public sealed record DkimPublicKey(string Selector, string KeyType, string PublicKey, int Bits)
{
    // RFC 1035 §3.3.14: one string of a record holds 255 octets.
    private const int LongestString = 255;

    /// <summary>RFC 6376 §3.6.1.</summary>
    public string Record => $"v=DKIM1; k={KeyType}; p={PublicKey}";

    public string NameUnder(string domain) => $"{Selector}._domainkey.{domain}";

    /// <summary>As a zone file has it: strings of 255 octets at most, which receivers join.</summary>
    public string ZoneLine(string domain) => $"{NameUnder(domain)}. TXT {string.Join(' ', Record.Chunk(LongestString).Select(part => $"\"{new string(part)}\""))}";

    public static DkimPublicKey Of(string selector, RSA key) => new(selector, "rsa", Convert.ToBase64String(key.ExportSubjectPublicKeyInfo()), key.KeySize);

    public static DkimPublicKey Of(string selector, Ed25519PrivateKeyParameters key) =>
        new(selector, "ed25519", Convert.ToBase64String(key.GeneratePublicKey().GetEncoded()), 256);
}

/// <summary>A record under <c>_domainkey</c>, held against the key that it should publish (RFC 6376 §3.6.1, RFC 8301, RFC 8463).</summary>
internal static class DkimRecord
{
    /// <returns>What is wrong, a clause; null when receivers find the key in it.</returns>
    public static string? Fault(string text, DkimPublicKey ours)
    {
        if (TagList.Parse(text, out var fault) is not { } tags)
            return $"cannot be read: {fault}";
        if (tags["v"] is { } version && version != "DKIM1")
            return $"is of the version {version}, not DKIM1";
        var published = string.Concat((tags["p"] ?? "").Where(c => !char.IsWhiteSpace(c)));
        if (tags["p"] is null)
            return "has no p=";
        if (published.Length == 0)
            return "has an empty p=: the key is revoked";
        if ((tags["k"] ?? "rsa") != ours.KeyType)
            return $"is for a key of the kind {tags["k"] ?? "rsa"}, while we sign with {ours.KeyType}";
        if (tags["h"] is { } hashes && !hashes.Split(':', StringSplitOptions.TrimEntries).Contains("sha256", StringComparer.OrdinalIgnoreCase))
            return $"allows {hashes} only, while we sign with sha256";
        if (tags["s"] is { } services && !services.Split(':', StringSplitOptions.TrimEntries).Any(s => s is "*" or "email"))
            return $"is for {services} only, not for email";
        return IsSame(published, ours) ? null : "holds another key than the one we sign with";
    }

    /// <summary>True when the record says that it is a test: receivers may treat the mail as unsigned.</summary>
    public static bool IsTest(string text) =>
        TagList.Parse(text, out _)?["t"]?.Split(':', StringSplitOptions.TrimEntries).Contains("y", StringComparer.OrdinalIgnoreCase) == true;

    private static bool IsSame(string published, DkimPublicKey ours)
    {
        if (published == ours.PublicKey)
            return true;
        if (ours.KeyType != "rsa")
            return false;
        try
        {
            // RFC 6376 §3.6.1 names the bare RSAPublicKey; nearly everybody publishes it in its SubjectPublicKeyInfo, as we do.
            using var theirs = RSA.Create();
            theirs.ImportRSAPublicKey(Convert.FromBase64String(published), out _);
            return Convert.ToBase64String(theirs.ExportSubjectPublicKeyInfo()) == ours.PublicKey;
        }
        catch (Exception e) when (e is CryptographicException or FormatException)
        {
            return false;
        }
    }
}
