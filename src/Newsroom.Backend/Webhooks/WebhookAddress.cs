using System.Diagnostics.CodeAnalysis;
using System.Net;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Webhooks;

/// <summary>
/// Which addresses a webhook may have. Where a name leads is looked at with each connection (<see cref="OutboundGuard"/>); here a slip is told at once.
/// </summary>
internal static class WebhookAddress
{
    /// <returns>What to do instead, in a sentence; null for an address that may be told things.</returns>
    public static string? FaultOf(string? text, bool allowPrivateNetworks, out Uri? address)
    {
        if (!TryRead(text, out address))
            return $"Give the whole address, https://…, of at most {Webhook.UrlLength} characters.";
        if (address.UserInfo.Length > 0 || address.Fragment.Length > 0)
            return "Give an address without a user name, a password or a #.";
        if (address.Scheme == Uri.UriSchemeHttp && !(allowPrivateNetworks && address.IsLoopback))
            return "Give an https:// address: plain http goes only to this machine, with Webhooks:AllowPrivateNetworks.";
        if (!allowPrivateNetworks && IPAddress.TryParse(address.IdnHost, out var literal) && !OutboundGuard.IsPublic(literal))
            return "This is a private or reserved network address, where webhooks do not go unless Webhooks:AllowPrivateNetworks is true.";
        return null;
    }

    private static bool TryRead(string? text, [NotNullWhen(true)] out Uri? address) =>
        Uri.TryCreate(text?.Trim(), UriKind.Absolute, out address) && address.AbsoluteUri.Length <= Webhook.UrlLength && address.Host.Length > 0
        && (address.Scheme == Uri.UriSchemeHttps || address.Scheme == Uri.UriSchemeHttp);
}
