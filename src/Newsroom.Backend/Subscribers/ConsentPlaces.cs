using Newsroom.Backend.Data;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Subscribers;

/// <summary>Where a request comes from, as the evidence keeps it: no network address in clear, and nothing of a page's address that may be secret.</summary>
public sealed class ConsentPlaces(LinkTokens tokens)
{
    public const string Purpose = "network";

    /// <param name="request">Form, button or mail program.</param>
    /// <param name="source">What the form calls itself.</param>
    /// <param name="cancellationToken">Cancels reading the key.</param>
    public async ValueTask<ConsentPlace> OfAsync(HttpRequest request, string? source, CancellationToken cancellationToken)
    {
        var network = await tokens.ForAsync(Purpose, NetworkPrefix.Of(request.HttpContext.Connection.RemoteIpAddress), cancellationToken);
        return new ConsentPlace(source, PageOf(request), network.Hash);
    }

    /// <summary>The page the browser came from, without query and fragment; not our own private pages, whose address is a key.</summary>
    private static string? PageOf(HttpRequest request)
    {
        if (!Uri.TryCreate(request.Headers.Referer.ToString(), UriKind.Absolute, out var page) || page.Scheme is not ("http" or "https"))
            return null;
        if (PrivatePageAttribute.IsOn(request.HttpContext) && page.Host.Equals(request.Host.Host, StringComparison.OrdinalIgnoreCase))
            return null;
        var address = page.GetLeftPart(UriPartial.Path);
        return address.Length <= Consent.PageLength ? address : null;
    }
}
