using Newsroom.Backend.Web;

namespace Newsroom.Backend.Subscribers;

/// <summary>Where a form may send people afterwards: to pages of <c>Site:AllowedOrigins</c> and our own, nowhere else (no open redirect).</summary>
internal static class NextAddress
{
    /// <returns>
    /// The address as parsed and written again, so that browser and check read the same thing; null when it is not allowed.
    /// </returns>
    public static string? Allowed(string? next, SiteOptions site)
    {
        if (!Uri.TryCreate(next, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https") || address.UserInfo.Length > 0)
            return null;
        var origin = address.GetLeftPart(UriPartial.Authority);
        return site.AllowedOrigins.Append(OriginOf(site.PublicUrl)).Contains(origin, StringComparer.Ordinal) ? address.AbsoluteUri : null;
    }

    private static string? OriginOf(string url) => Uri.TryCreate(url, UriKind.Absolute, out var address) ? address.GetLeftPart(UriPartial.Authority) : null;
}
