using System.Net;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Stories;

/// <summary>Why a feed could not be fetched, in one sentence that names the cause and, where there is one, the way out.</summary>
internal static class FeedFaults
{
    private const string Allow = $"allow the user agent '{OutboundUserAgent.Product}' there.";

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

    public static string OfConnection(Exception exception, Uri address) => OutboundFaults.OfConnection(exception, address, "Stories:AllowPrivateNetworks");

    // cf-mitigated: https://developers.cloudflare.com/cloudflare-challenges/challenge-types/challenge-pages/detect-response/
    private static bool IsCloudflareChallenge(HttpResponseMessage response, string body) =>
        response.Headers.Contains("cf-mitigated")
        || (response.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests
            && (response.Headers.Server.ToString().Contains("cloudflare", StringComparison.OrdinalIgnoreCase)
                || body.Contains("challenge-platform", StringComparison.Ordinal) || body.Contains("Just a moment...", StringComparison.Ordinal)));
}
