using System.Security.Cryptography;
using System.Text;

namespace Newsroom.Backend.Stories;

/// <summary>
/// A story's address, and what makes two addresses or guids the same story. Sites change scheme, trailing slash, preview marks and
/// campaign tags of an address without meaning another story; every other part of it counts.
/// </summary>
public sealed record StoryLink
{
    // Campaign and sharing marks, and WordPress's preview of an unpublished edit.
    private static readonly HashSet<string> Noise = new(StringComparer.OrdinalIgnoreCase)
    {
        "fbclid", "gclid", "dclid", "msclkid", "igshid", "mc_cid", "mc_eid", "share", "preview", "preview_id", "preview_nonce",
    };

    // RFC 8141 and RFC 4151: unique in the world by their making.
    private static readonly HashSet<string> Global = new(StringComparer.OrdinalIgnoreCase) { "urn", "tag" };

    private StoryLink(Uri address)
    {
        Address = Clean(address);
        Hash = HashOf(Address);
    }

    /// <summary>The absolute http(s) address readers are sent to, without campaign tags and fragment.</summary>
    public Uri Address { get; }

    /// <summary>SHA-256 in lower-case hex of the address without scheme and trailing slash.</summary>
    public string Hash { get; }

    /// <summary>Null for what is no http(s) address, or too long for its column.</summary>
    /// <param name="text">As the site wrote it.</param>
    /// <param name="baseAddress">What a relative address is relative to.</param>
    public static StoryLink? Parse(string? text, Uri? baseAddress = null)
    {
        if (ReadHttp(text, baseAddress) is not { } address)
            return null;
        var link = new StoryLink(address);
        return link.Address.AbsoluteUri.Length <= Story.LinkLength ? link : null;
    }

    /// <summary>An absolute http(s) address without user name; null for anything else (<c>javascript:</c>, <c>data:</c>, nonsense).</summary>
    public static Uri? ReadHttp(string? text, Uri? baseAddress = null)
    {
        var typed = text?.Trim();
        if (string.IsNullOrEmpty(typed) || !Uri.TryCreate(typed, UriKind.RelativeOrAbsolute, out var address))
            return null;
        // On Unix "/path" and "//host/path" parse as absolute file addresses.
        if (!address.IsAbsoluteUri || (address.IsFile && typed[0] == '/'))
        {
            if (baseAddress is null || !Uri.TryCreate(baseAddress, typed, out address))
                return null;
        }
        return address.Scheme is "http" or "https" && address.Host.Length > 0 && address.UserInfo.Length == 0 ? address : null;
    }

    /// <summary>
    /// The hash a story with <paramref name="guid"/> is known by. A guid that is an address is compared as one; any other ("1234") means
    /// something on its own site only, and so counts together with the link's host.
    /// </summary>
    public string IdentityHash(string? guid)
    {
        var typed = guid?.Trim();
        if (string.IsNullOrEmpty(typed))
            return Hash;
        if (ReadHttp(typed) is { } address)
            return HashOf(Clean(address));
        return HashOf(Global.Contains(typed.Split(':')[0]) ? typed : $"{Address.Host}\n{typed}");
    }

    private static Uri Clean(Uri address)
    {
        var query = address.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).Where(p => !IsNoise(p.Split('=')[0]));
        var clean = new UriBuilder(address)
        {
            Query = string.Join('&', query),
            // "#!/story" and "#/story" name a page of a scripted site; other fragments a place in the page.
            Fragment = address.Fragment is ['#', '!' or '/', ..] ? address.Fragment : "",
        };
        return clean.Uri;
    }

    private static bool IsNoise(string name) => Noise.Contains(name) || name.StartsWith("utm_", StringComparison.OrdinalIgnoreCase);

    private static string HashOf(Uri address)
    {
        var port = address.IsDefaultPort ? "" : $":{address.Port}";
        return HashOf($"{address.IdnHost}{port}{address.AbsolutePath.TrimEnd('/')}{address.Query}{address.Fragment}");
    }

    private static string HashOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
