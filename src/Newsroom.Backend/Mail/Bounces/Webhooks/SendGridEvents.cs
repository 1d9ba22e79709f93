using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Newsroom.Backend.Mail.Bounces.Webhooks;

/// <summary>
/// SendGrid's signed event webhook (https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event): a list of events, signed with ECDSA
/// over timestamp and body. Our mark is in smtp-id (the Message-ID; not in spam reports) and, as a unique argument of ours, at <c>mark</c>.
/// </summary>
internal static class SendGridEvents
{
    public const string SignatureHeader = "X-Twilio-Email-Event-Webhook-Signature";
    public const string TimestampHeader = "X-Twilio-Email-Event-Webhook-Timestamp";

    /// <exception cref="CryptographicException">No such key.</exception>
    public static ECDsa ReadKey(string base64)
    {
        var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(Convert.FromBase64String(base64), out _);
        return key;
    }

    public static bool Signs(string? signature, string? timestamp, byte[] body, SendGridWebhookOptions options)
    {
        var bytes = new byte[256];
        if (string.IsNullOrEmpty(timestamp) || !Convert.TryFromBase64String(signature ?? "", bytes, out var length))
            return false;
        using var key = ReadKey(options.PublicKey!);
        byte[] signed = [.. Encoding.UTF8.GetBytes(timestamp), .. body];
        return key.VerifyData(signed, bytes.AsSpan(0, length), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
    }

    public static IEnumerable<WebhookEvent> Read(JsonElement events) =>
        events.ValueKind == JsonValueKind.Array ? events.EnumerateArray().Select(Of).OfType<WebhookEvent>() : [];

    private static WebhookEvent? Of(JsonElement one)
    {
        if (one.Text("sg_event_id") is not { } id)
            return null;
        var (email, words, status) = (one.Text("email"), one.Text("reason"), one.Text("status"));
        string?[] marked = [one.Text("smtp-id"), one.Text("mark")];
        var verdict = one.Text("event") switch
        {
            "bounce" => OfBounce(one.Text("type"), one.Text("bounce_classification"), email, status, words, marked),
            // Refused by SendGrid itself; its words: https://www.twilio.com/docs/sendgrid/ui/sending-email/drops.
            "dropped" when words is "Bounced Address" or "Invalid" => WebhookJson.Verdict(BounceKind.Hard, email, status, BounceReasons.UserUnknown, words, marked),
            "dropped" when words is "Spam Reporting Address" => WebhookJson.Verdict(BounceKind.Complaint, email, null, BounceReasons.Feedback, words, marked),
            "dropped" => WebhookJson.Verdict(BounceKind.Soft, email, status, BounceReasons.Policy, words, marked),
            "spamreport" => WebhookJson.Verdict(BounceKind.Complaint, email, null, BounceReasons.Feedback, null, marked),
            "deferred" => WebhookJson.Verdict(BounceKind.Ignored, email, status, BounceReasons.Delayed, words, marked),
            "delivered" => WebhookJson.Delivered(email, marked),
            _ => null,
        };
        return verdict is null ? null : new WebhookEvent(id, [verdict]);
    }

    private static BounceVerdict OfBounce(string? type, string? classification, string? email, string? status, string? words, string?[] marked) =>
        (type, classification) switch
        {
            ("blocked", "Content") => WebhookJson.Verdict(BounceKind.Soft, email, status, BounceReasons.Content, words, marked),
            ("blocked", "Reputation" or "Frequency or Volume Too High") => WebhookJson.Verdict(BounceKind.Soft, email, status, BounceReasons.Policy, words, marked),
            _ => WebhookJson.Failed(email, status, words, isGone: classification == "Invalid Address", marked),
        };
}
