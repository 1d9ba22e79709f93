using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Newsroom.Backend.Mail.Bounces.Webhooks;

/// <summary>
/// Mailgun's webhooks (https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks): HMAC-SHA256 over timestamp and token.
/// The body is not signed: so a token is good for one event only, and not for long. Our mark is in message.headers.message-id.
/// </summary>
internal static class MailgunEvents
{
    /// <summary>Mailgun tries again for eight hours.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromHours(12);

    public static bool Signs(JsonElement body, MailgunWebhookOptions options, DateTimeOffset now)
    {
        if (body.Text("signature", "timestamp") is not { } timestamp || body.Text("signature", "token") is not { } token
            || body.Text("signature", "signature") is not { } signature
            || !long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            || Math.Abs(now.ToUnixTimeSeconds() - (double)seconds) > Fresh.TotalSeconds)
            return false;
        var own = HMACSHA256.HashData(Encoding.UTF8.GetBytes(options.SigningKey!), Encoding.UTF8.GetBytes(timestamp + token));
        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Convert.ToHexStringLower(own)), Encoding.UTF8.GetBytes(signature));
    }

    /// <summary>Its id is the token: whatever comes with the same one again is the same event.</summary>
    public static IEnumerable<WebhookEvent> Read(JsonElement body)
    {
        if (body.Text("signature", "token") is not { } token || body.At("event-data") is not { } data)
            yield break;
        var email = data.Text("recipient");
        var words = data.Text("delivery-status", "message") ?? data.Text("delivery-status", "description");
        string?[] marked = [data.Text("message", "headers", "message-id")];
        var verdict = data.Text("event") switch
        {
            "complained" => WebhookJson.Verdict(BounceKind.Complaint, email, null, BounceReasons.Feedback, null, marked),
            "delivered" => WebhookJson.Delivered(email, marked),
            // Temporary: Mailgun goes on trying.
            "failed" when data.Text("severity") == "temporary" => WebhookJson.Verdict(BounceKind.Ignored, email, null, BounceReasons.Delayed, words, marked),
            "failed" when data.Text("reason") is "suppress-complaint" => WebhookJson.Verdict(BounceKind.Complaint, email, null, BounceReasons.Feedback, words, marked),
            "failed" => WebhookJson.Failed(email, data.Text("delivery-status", "enhanced-code"), words, isGone: data.Text("reason") is "suppress-bounce", marked),
            _ => null,
        };
        if (verdict is not null)
            yield return new WebhookEvent(token, [verdict]);
    }
}
