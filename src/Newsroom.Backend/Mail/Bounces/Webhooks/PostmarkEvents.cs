using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Newsroom.Backend.Mail.Bounces.Webhooks;

/// <summary>
/// Postmark's webhooks (https://postmarkapp.com/developer/webhooks/webhooks-overview): RecordType Bounce, SpamComplaint, Delivery. They carry no
/// signature; the webhook's address has a user name and password (HTTP Basic). Our mark is in Metadata, and in Content where that is switched on.
/// </summary>
internal static class PostmarkEvents
{
    public static bool Authenticates(string? authorization, PostmarkWebhookOptions options)
    {
        var expected = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{options.UserName}:{options.Password}"));
        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(authorization ?? ""));
    }

    public static IEnumerable<WebhookEvent> Read(JsonElement record)
    {
        var email = record.Text("Email") ?? record.Text("Recipient");
        var words = record.Text("Details") ?? record.Text("Description");
        string?[] marked = [record.Text("Metadata", "mark"), record.Text("Content")];
        switch (record.Text("RecordType"))
        {
            case "Bounce" when record.Text("ID") is { } id:
                yield return new WebhookEvent($"bounce {id}", [OfBounce(record.Text("Type"), email, words, marked)]);
                break;
            case "SpamComplaint" when record.Text("ID") is { } id:
                yield return new WebhookEvent($"bounce {id}", [Complaint(email, marked)]);
                break;
            case "Delivery" when record.Text("MessageID") is { } id:
                yield return new WebhookEvent($"delivery {id} {email}", [WebhookJson.Delivered(email, marked)]);
                break;
        }
    }

    /// <summary>Bounce types: https://postmarkapp.com/developer/api/bounce-api#bounce-types.</summary>
    private static BounceVerdict OfBounce(string? type, string? email, string? words, string?[] marked)
    {
        return type switch
        {
            // Postmark's own word for "the mailbox is not there", unless the server says otherwise.
            "HardBounce" or "BadEmailAddress" => WebhookJson.Failed(email, null, words, isGone: WebhookJson.IsUnexplained(null, words), marked),
            "SpamComplaint" => Complaint(email, marked),
            "SoftBounce" => WebhookJson.Failed(email, null, words, isGone: false, marked),
            "DnsError" => Soft(BounceReasons.HostUnknown),
            "SpamNotification" => Soft(BounceReasons.Spam),
            "Blocked" or "DMARCPolicy" => Soft(BounceReasons.Policy),
            "VirusNotification" => Soft(BounceReasons.Content),
            "SMTPApiError" or "InboundError" or "TemplateRenderingFailed" => Soft(BounceReasons.SystemError),
            "Unknown" => Soft(BounceReasons.Unknown),
            "Transient" => Ignored(BounceReasons.Delayed),
            "AutoResponder" => Ignored(BounceReasons.AutoReply),
            "ChallengeVerification" => Ignored(BounceReasons.Challenge),
            _ => Ignored(BounceReasons.Unknown),
        };

        BounceVerdict Soft(string reason) => WebhookJson.Verdict(BounceKind.Soft, email, ServerWords.Read(words).Status, reason, words, marked);
        BounceVerdict Ignored(string reason) => WebhookJson.Verdict(BounceKind.Ignored, email, null, reason, words, marked);
    }

    private static BounceVerdict Complaint(string? email, string?[] marked) =>
        WebhookJson.Verdict(BounceKind.Complaint, email, null, BounceReasons.Feedback, null, marked);
}
