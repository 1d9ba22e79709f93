using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Donations.Stripe;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Donations;

/// <summary>
/// <c>POST /webhooks/stripe</c>. Checks, stores, answers; the work is a job, because Checkout waits for this answer before it sends the
/// donor back. 200 means stored (now or before), 400 not authentic, 413 too large, 503 not configured.
/// </summary>
internal static class StripeWebhook
{
    /// <summary>Stripe's events stay far below; reading more would only serve somebody else.</summary>
    internal const int MaxBody = 1024 * 1024;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/webhooks/stripe", ReceiveAsync).AllowAnonymous().ExcludeFromDescription();

    private static async Task<IResult> ReceiveAsync(
        HttpContext context, StripeInbox inbox, IOptions<StripeOptions> options, TimeProvider clock, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        if (!options.Value.IsConfigured)
            return Results.Problem(statusCode: StatusCodes.Status503ServiceUnavailable, title: "Stripe is not configured here.");
        if (await ReadAsync(context.Request, cancellationToken) is not { } body)
            return Results.Problem(statusCode: StatusCodes.Status413PayloadTooLarge, title: "The event is larger than 1 MB.");
        var now = clock.GetUtcNow();
        if (!StripeSignature.Signs(context.Request.Headers["Stripe-Signature"], body, options.Value.WebhookSecret, now))
            return Refuse("Stripe-Signature is missing, too old or not made with this endpoint's secret.");
        if (Read(body, now, options.Value.IsLive) is not { } received)
            return Refuse("The body is no event of Stripe's v1 API.");
        if (received.LiveMode != options.Value.IsLive)
            return Refuse("The event is of the other mode (live or test) than the configured key.");

        await inbox.StoreAsync(received, cancellationToken);
        return Results.Ok();

        IResult Refuse(string why)
        {
            DonationsLog.WebhookRefused(loggers.CreateLogger(typeof(StripeWebhook)), why);
            return Results.Problem(statusCode: StatusCodes.Status400BadRequest, title: why);
        }
    }

    /// <summary>The bytes as they came: a signature is over these and no others. Null when there are too many.</summary>
    private static async Task<byte[]?> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength > MaxBody)
            return null;
        using var body = new MemoryStream();
        var chunk = ArrayPool<byte>.Shared.Rent(16 * 1024);
        try
        {
            int read;
            while ((read = await request.Body.ReadAsync(chunk, cancellationToken)) > 0)
            {
                if (body.Length + read > MaxBody)
                    return null;
                body.Write(chunk, 0, read);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }
        return body.ToArray();
    }

    /// <summary>
    /// Reads only which object the event is about, whatever API version wrote it; the object itself is fetched afresh. What is not needed
    /// for that may be absent: a signed event is money's news. Null for anything but a v1 event (v2's have no <c>data.object</c>):
    /// Stripe.net's parser throws NullReferenceException on some of those.
    /// </summary>
    private static StripeEvent? Read(byte[] body, DateTimeOffset now, bool isLive)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return Read(json.RootElement, now, isLive);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The same of an event that was listed instead of delivered.</summary>
    /// <exception cref="InvalidOperationException">It is no JSON object, or holds text that is none.</exception>
    internal static StripeEvent? Read(JsonElement root, DateTimeOffset now, bool isLive)
    {
        if (Text(root, "id", 255) is not { } id || Text(root, "type", 100) is not { } type || (Text(root, "object", 100) ?? "event") != "event"
            || !root.TryGetProperty("data", out var data) || data.ValueKind != JsonValueKind.Object
            || !data.TryGetProperty("object", out var about) || about.ValueKind != JsonValueKind.Object)
        {
            return null;
        }
        return new StripeEvent
        {
            EventId = id,
            Type = type,
            ObjectType = Text(about, "object", 100) ?? "",
            ObjectId = Text(about, "id", 255),
            ApiVersion = Text(root, "api_version", 64),
            LiveMode = root.TryGetProperty("livemode", out var live) && live.ValueKind is JsonValueKind.True or JsonValueKind.False ? live.GetBoolean() : isLive,
            CreatedAt = Created(root) ?? now,
            ReceivedAt = now,
            // Until the checkout ends, nobody can tell by Stripe's objects whose a declined payment is (Sessions.List by it gives none).
            NamedGift = type == StripeEvent.CardDeclined && about.TryGetProperty("metadata", out var metadata) ? Text(metadata, CheckoutPages.DonationIdKey, PublicId.MaxLength) : null,
        };
    }

    private static DateTimeOffset? Created(JsonElement root) =>
        root.TryGetProperty("created", out var created) && created.ValueKind == JsonValueKind.Number && created.TryGetInt64(out var seconds)
            && seconds > 0 && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds() ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;

    private static string? Text(JsonElement from, string name, int max) =>
        from.ValueKind == JsonValueKind.Object && from.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            && value.GetString() is { Length: > 0 } text && text.Length <= max ? text : null;
}
