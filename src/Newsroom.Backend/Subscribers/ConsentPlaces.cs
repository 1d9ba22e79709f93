using System.Net;
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
        var page = FormPage.Of(request);
        // Not our own private pages, whose address is a key.
        var isKey = page is not null && PrivatePageAttribute.IsOn(request.HttpContext) && new Uri(page).Host.Equals(request.Host.Host, StringComparison.OrdinalIgnoreCase);
        return new ConsentPlace(source, isKey ? null : page, await NetworkHashAsync(request.HttpContext.Connection.RemoteIpAddress, cancellationToken));
    }

    /// <returns><see cref="ConsentPlace.NetworkHash"/>.</returns>
    public async ValueTask<string> NetworkHashAsync(IPAddress? address, CancellationToken cancellationToken) =>
        (await tokens.ForAsync(Purpose, NetworkPrefix.Of(address), cancellationToken)).Hash;
}
