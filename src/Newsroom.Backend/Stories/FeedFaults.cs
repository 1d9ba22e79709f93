using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Stories;

/// <summary>Why a feed could not be fetched, in one sentence that names the cause and, where there is one, the way out.</summary>
internal static class FeedFaults
{
    private const string Allow = $"allow the user agent '{FeedUserAgent.Product}' there.";

    public static string OfStatus(HttpResponseMessage response, string body)
    {
        var status = $"{(int)response.StatusCode} {response.ReasonPhrase}".TrimEnd();
        if (IsCloudflareChallenge(response, body))
            return $"Cloudflare, in front of the site, answered {status} with a challenge for browsers: {Allow}";
        return response.StatusCode switch
        {
            HttpStatusCode.NotFound or HttpStatusCode.Gone => $"The site answered {status}: there is no feed at this address (any more).",
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden =>
                $"The site answered {status}: it does not let this program read the feed; {Allow}",
            HttpStatusCode.TooManyRequests => $"The site answered {status}: it wants to be asked less often.",
            >= HttpStatusCode.InternalServerError => $"The site is in trouble: it answered {status}.",
            _ => $"The site answered {status} instead of a feed.",
        };
    }

    public static string OfConnection(Exception exception, Uri address)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case DestinationRefusedException:
                    return cause.Message + " Set Stories:AllowPrivateNetworks to true when the site is on your own network.";
                case AuthenticationException:
                    return OfCertificate(cause.Message);
                case SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain }:
                    return $"The name server knows no address for {address.IdnHost}.";
                case SocketException { SocketErrorCode: SocketError.ConnectionRefused }:
                    return $"{address.IdnHost} refuses connections.";
                case InvalidDataException:
                    return "The answer's compression is broken.";
            }
        }
        return "The connection to the site broke off.";
    }

    // .NET puts the chain's status flags into the message; there is no other place to read them without a validation callback of our own.
    private static string OfCertificate(string message) =>
        message.Contains("NotTimeValid", StringComparison.Ordinal) ? "The site's TLS certificate has expired (or is not valid yet)."
        : message.Contains("NameMismatch", StringComparison.Ordinal) ? "The site's TLS certificate is for another name."
        : message.Contains("UntrustedRoot", StringComparison.Ordinal) || message.Contains("PartialChain", StringComparison.Ordinal)
            ? "The site's TLS certificate is not from an authority this machine knows."
        : "A TLS connection to the site could not be made.";

    // cf-mitigated: https://developers.cloudflare.com/cloudflare-challenges/challenge-types/challenge-pages/detect-response/
    private static bool IsCloudflareChallenge(HttpResponseMessage response, string body) =>
        response.Headers.Contains("cf-mitigated")
        || (response.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests
            && (response.Headers.Server.ToString().Contains("cloudflare", StringComparison.OrdinalIgnoreCase)
                || body.Contains("challenge-platform", StringComparison.Ordinal) || body.Contains("Just a moment...", StringComparison.Ordinal)));
}
