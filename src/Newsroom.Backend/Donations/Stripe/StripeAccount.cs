using System.Net;
using Microsoft.Extensions.Options;
using Stripe;

namespace Newsroom.Backend.Donations.Stripe;

/// <summary>Stripe's client for the configured account. Per-instance key and address: nothing of Stripe.net's global configuration is touched.</summary>
public sealed class StripeAccount(IHttpClientFactory http, IOptions<StripeOptions> options)
{
    public const string HttpClientName = "stripe";

    /// <inheritdoc cref="StripeOptions.IsLive"/>
    internal bool IsLive => options.Value.IsLive;

    /// <param name="retries">How often the client itself tries a failed call again, at once and within the same wait.</param>
    /// <exception cref="StripeUnavailableException"><c>Stripe:SecretKey</c> is not configured (any more).</exception>
    internal StripeClient Client(int retries)
    {
        var account = options.Value;
        if (!account.IsConfigured)
            throw new StripeUnavailableException("Stripe:SecretKey is not configured.", silent: true);
        return new StripeClient(new StripeClientOptions
        {
            ApiKey = account.SecretKey,
            ApiBase = account.ApiBase.Length == 0 ? null : account.ApiBase.TrimEnd('/'),
            HttpClient = new SystemNetHttpClient(http.CreateClient(HttpClientName), maxNetworkRetries: retries, appInfo: null, enableTelemetry: false),
        });
    }

    /// <summary>Asks about something that may not exist (any more): then null.</summary>
    /// <exception cref="StripeUnavailableException">Stripe did not answer usefully; the same question later may be answered.</exception>
    internal async Task<T?> AskAsync<T>(Func<StripeClient, Task<T?>> ask, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            // No tries of the client's own: our rows come round again, and a job that waits holds a worker confirmations need.
            return await ask(Client(retries: 0));
        }
        catch (Exception e) when (StripeFailure.Of(e, cancellationToken) is { } failure)
        {
            return failure.Missing ? null : throw new StripeUnavailableException(failure.Why, failure.Silent, e);
        }
    }

    /// <summary>Runs a reconciler: not at all in a newsroom that takes no gifts, and until Stripe falls silent; what is left is the next run's.</summary>
    internal async Task ReconcileAsync(Func<Task> run, ILogger log)
    {
        if (!options.Value.IsConfigured)
            return;
        try
        {
            await run();
        }
        catch (StripeUnavailableException e)
        {
            DonationsLog.SweepFailed(log, e.Message);
        }
    }

    /// <summary>Null for what does not exist: a part that is missing is not the whole that is missing.</summary>
    internal static async Task<T?> FoundAsync<T>(Func<Task<T>> ask)
        where T : class
    {
        try
        {
            return await ask();
        }
        catch (StripeException e) when (e.HttpStatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
    }
}

/// <summary>Stripe could not be asked. The message holds no personal data.</summary>
public sealed class StripeUnavailableException(string message, bool silent, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>No question is answered at present, so a sweep that goes on asking only holds a worker; otherwise this one question was refused.</summary>
    public bool Silent => silent;
}

/// <summary>What a failed call means.</summary>
/// <param name="Why">Status, code and request id: Stripe's words may quote what was sent, so they are not kept.</param>
/// <param name="Definitive">The same request will be answered so for ever.</param>
/// <param name="Missing">The object does not exist.</param>
/// <param name="Silent">Nobody is answered at present: not about this object alone.</param>
/// <param name="Code">Stripe's word for it (https://docs.stripe.com/error-codes).</param>
/// <param name="Parameter">Which of the call's parameters it is about.</param>
internal sealed record StripeFailure(string Why, bool Definitive, bool Missing, bool Silent, string? Code = null, string? Parameter = null)
{
    /// <summary>Null for an exception that is none of Stripe's or the network's.</summary>
    public static StripeFailure? Of(Exception exception, CancellationToken callers) => exception switch
    {
        StripeException stripe => Of(stripe),
        HttpRequestException network => new($"Stripe could not be reached ({network.HttpRequestError}).", Definitive: false, Missing: false, Silent: true),
        OperationCanceledException when !callers.IsCancellationRequested => new("Stripe did not answer in time.", Definitive: false, Missing: false, Silent: true),
        IOException => new("The connection to Stripe broke.", Definitive: false, Missing: false, Silent: true),
        _ => null,
    };

    /// <summary>Where an unexpected exception comes from. Its message may quote what a donor sent, so it is not kept.</summary>
    public static string Place(Exception e) => $"{e.GetType().Name} at {e.TargetSite?.DeclaringType?.Name}.{e.TargetSite?.Name}";

    private static StripeFailure Of(StripeException e)
    {
        var status = (int)e.HttpStatusCode;
        // v1 replays the first answer to a key, even a 500 (https://docs.stripe.com/api/idempotent_requests): only a new key gets past it.
        var replayed = e.StripeResponse?.Headers is { } headers && headers.TryGetValues("Idempotent-Replayed", out _);
        var definitive = replayed || (status is >= 400 and < 500 && e.HttpStatusCode is not (
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.RequestTimeout or HttpStatusCode.Conflict or HttpStatusCode.TooManyRequests));
        var said = string.Join(' ', new[] { e.StripeError?.Type, e.StripeError?.Code, e.StripeError?.Param, e.StripeResponse?.RequestId }.Where(s => !string.IsNullOrEmpty(s)));
        return new($"Stripe answered {status} {said}".TrimEnd() + ".", definitive, e.HttpStatusCode == HttpStatusCode.NotFound,
            // A failure that is replayed is this question's alone.
            Silent: (status >= 500 && !replayed) || e.HttpStatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.TooManyRequests, e.StripeError?.Code, e.StripeError?.Param);
    }
}
