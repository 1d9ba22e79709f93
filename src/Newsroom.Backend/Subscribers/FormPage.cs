namespace Newsroom.Backend.Subscribers;

/// <summary>The page a form stood on, for the consent record.</summary>
internal static class FormPage
{
    /// <summary>
    /// As the browser tells it: the whole address on our own site, mostly the origin alone from another. Without query and fragment, which
    /// carry what a page's visitor did before; null when the browser keeps silent.
    /// </summary>
    public static string? Of(HttpRequest request) => Clean(request.Headers.Referer) ?? Clean(request.Headers.Origin);

    /// <param name="address">What a stranger's program sent.</param>
    public static string? Clean(string? address)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var page) || page.Scheme is not ("http" or "https"))
            return null;
        var clean = $"{page.Scheme}://{page.Authority}{page.AbsolutePath}";
        return clean.Length <= Consent.PageLength ? clean : clean[..Consent.PageLength];
    }
}
