using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Webhooks;

/// <summary>What came of one attempt.</summary>
/// <param name="Status">The HTTP status; null when there was no answer.</param>
/// <param name="Answer">The beginning of the answer's body.</param>
/// <param name="Error">One sentence; null when it was taken.</param>
/// <param name="Owner">Who can mend that.</param>
/// <param name="RetryAfter">How long the receiver asked to be left alone.</param>
internal sealed record WebhookAttempt(int? Status, string? Answer, string? Error, WebhookFaultOwner? Owner, TimeSpan? RetryAfter)
{
    public bool IsTaken => Error is null;

    public bool IsGone => Status == (int)HttpStatusCode.Gone;

    public static WebhookAttempt Unanswered(string error, WebhookFaultOwner owner) => new(null, null, error, owner, null);
}

/// <summary>Posts a signed message, once: through <see cref="OutboundGuard"/>, without following redirects, with limits on time and answer.</summary>
public sealed class WebhookClient(IHttpClientFactory clients, IOptions<SiteOptions> site, TimeProvider clock)
{
    /// <summary>The named client of <see cref="IHttpClientFactory"/>.</summary>
    public const string ClientName = "webhooks";

    /// <summary>More of an answer is not read: the connection is closed instead.</summary>
    public const int LargestAnswer = 64 * 1024;

    /// <summary>For the answer with its first words.</summary>
    public static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(15);

    /// <summary>What the named client sends through.</summary>
    /// <param name="allowPrivateNetworks"><see cref="WebhooksOptions.AllowPrivateNetworks"/>.</param>
    /// <param name="resolve">Null: the system's resolver.</param>
    public static SocketsHttpHandler Handler(bool allowPrivateNetworks, ResolveHost? resolve = null)
    {
        var handler = OutboundGuard.Handler(allowPrivateNetworks, resolve);
        handler.MaxResponseDrainSize = LargestAnswer;
        handler.ResponseDrainTimeout = TimeSpan.FromSeconds(1);
        return handler;
    }

    /// <param name="address">Of the receiver.</param>
    /// <param name="message">What it is told.</param>
    /// <param name="cancellationToken">Ends the attempt; the receiver may have had it.</param>
    internal async Task<WebhookAttempt> PostAsync(Uri address, SignedMessage message, CancellationToken cancellationToken)
    {
        using var time = new CancellationTokenSource(MaxTime, clock);
        using var timed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, time.Token);
        try
        {
            using var request = Request(address, message);
            using var response = await clients.CreateClient(ClientName).SendAsync(request, HttpCompletionOption.ResponseHeadersRead, timed.Token);
            return Judge(response, await BeginningAsync(response, timed.Token));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return WebhookAttempt.Unanswered($"The receiver did not answer within {MaxTime.TotalSeconds:0} seconds.", WebhookFaultOwner.Receiver);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return WebhookAttempt.Unanswered(
                OutboundFaults.OfConnection(e, address, WebhooksOptions.Section + ":" + nameof(WebhooksOptions.AllowPrivateNetworks)),
                OutboundFaults.IsOfAddress(e) ? WebhookFaultOwner.Address : WebhookFaultOwner.Receiver);
        }
    }

    private HttpRequestMessage Request(Uri address, SignedMessage message)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(message.Body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.TryAddWithoutValidation("User-Agent", OutboundUserAgent.For(site.Value.PublicUrl));
        request.Headers.TryAddWithoutValidation("webhook-id", message.Id);
        request.Headers.TryAddWithoutValidation("webhook-timestamp", message.Timestamp);
        request.Headers.TryAddWithoutValidation("webhook-signature", message.Signature);
        return request;
    }

    private WebhookAttempt Judge(HttpResponseMessage response, string? answer)
    {
        var status = (int)response.StatusCode;
        if (response.IsSuccessStatusCode)
            return new WebhookAttempt(status, answer, null, null, null);
        var words = string.Create(CultureInfo.InvariantCulture, $"{status} {response.ReasonPhrase}").TrimEnd();
        var error = status switch
        {
            >= 300 and < 400 => $"The receiver answered {words}: redirects are not followed. Give the webhook the address that it leads to.",
            (int)HttpStatusCode.Gone => $"The receiver answered {words}: it wants to hear nothing more.",
            _ => $"The receiver answered {words} instead of 2xx.",
        };
        return new WebhookAttempt(status, answer, Cut(error, WebhookDelivery.ErrorLength), WebhookFaultOwner.Receiver, RetryAfter(response.Headers.RetryAfter));
    }

    private TimeSpan? RetryAfter(RetryConditionHeaderValue? asked)
    {
        var pause = asked?.Delta ?? asked?.Date - clock.GetUtcNow();
        return pause is not { } rest || rest <= TimeSpan.Zero ? null : rest < RetrySchedule.LongestRest ? rest : RetrySchedule.LongestRest;
    }

    /// <summary>What is said is said by the status: a body that breaks off, never ends or is broken changes nothing.</summary>
    private static async Task<string?> BeginningAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var bytes = new byte[WebhookDelivery.AnswerLength];
        var length = 0;
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            for (int read; length < bytes.Length && (read = await body.ReadAsync(bytes.AsMemory(length), cancellationToken)) > 0;)
                length += read;
        }
        catch (Exception e) when (e is OperationCanceledException or HttpRequestException or IOException or InvalidDataException or InvalidOperationException)
        {
            // BrotliStream calls InvalidOperationException what the streams for gzip and deflate call InvalidDataException.
        }
        var text = string.Concat(Encoding.UTF8.GetString(bytes, 0, length).Select(c => char.IsControl(c) ? ' ' : c)).Trim();
        return text.Length == 0 ? null : Cut(text, WebhookDelivery.AnswerLength);
    }

    private static string Cut(string text, int length) => text.Length <= length ? text : text[..length];
}
