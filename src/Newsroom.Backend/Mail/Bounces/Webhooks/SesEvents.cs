using System.Text.Json;

namespace Newsroom.Backend.Mail.Bounces.Webhooks;

/// <summary>
/// Amazon SES's notifications and events (https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html), the text within an SNS message. SES
/// writes a Message-ID of its own; ours is in mail.headers, where "include original headers" is switched on, and mail.source has the return path.
/// </summary>
internal static class SesEvents
{
    /// <param name="id">The SNS message's, the same when it is delivered again.</param>
    /// <param name="text">SES's JSON.</param>
    public static IEnumerable<WebhookEvent> Read(string id, JsonElement text)
    {
        var marked = text.Items("mail", "headers").Where(h => h.Text("name") is "Message-ID" or "Message-Id" or "Return-Path").Select(h => h.Text("value"))
            .Append(text.Text("mail", "commonHeaders", "messageId")).Append(text.Text("mail", "source")).OfType<string>().ToList();
        List<BounceVerdict> verdicts = (text.Text("notificationType") ?? text.Text("eventType")) switch
        {
            "Bounce" => [.. text.Items("bounce", "bouncedRecipients").Select(r => OfBounce(text, r, marked))],
            "Complaint" => [.. text.Items("complaint", "complainedRecipients").Select(r => OfComplaint(text, r.Text("emailAddress"), marked))],
            "Delivery" => [.. text.Items("delivery", "recipients").Select(r => WebhookJson.Delivered(r.Text(), marked))],
            "DeliveryDelay" => [WebhookJson.Verdict(BounceKind.Ignored, null, null, BounceReasons.Delayed, null, marked)],
            _ => [],
        };
        if (verdicts.Count > 0)
            yield return new WebhookEvent(id, verdicts);
    }

    private static BounceVerdict OfComplaint(JsonElement text, string? email, IReadOnlyList<string> marked) =>
        text.Text("complaint", "complaintFeedbackType") == "not-spam"
            ? WebhookJson.Verdict(BounceKind.Ignored, email, null, BounceReasons.NotSpam, null, marked)
            : WebhookJson.Verdict(BounceKind.Complaint, email, null, BounceReasons.Feedback, null, marked);

    private static BounceVerdict OfBounce(JsonElement text, JsonElement recipient, IReadOnlyList<string> marked)
    {
        var (email, status, words) = (recipient.Text("emailAddress"), recipient.Text("status"), recipient.Text("diagnosticCode"));
        return (text.Text("bounce", "bounceType"), text.Text("bounce", "bounceSubType")) switch
        {
            ("Permanent", "NoEmail" or "Suppressed" or "OnAccountSuppressionList") => WebhookJson.Failed(email, status, words, isGone: true, marked),
            // "General": SES gives up for good; whether the mailbox is gone only the server says, where it says anything.
            ("Permanent", _) => WebhookJson.Failed(
                email, status, words, isGone: (status ?? ServerWords.Read(words).Status) is null && WebhookJson.IsUnexplained(null, words), marked),
            (_, "MailboxFull") => Soft(BounceReasons.MailboxFull),
            (_, "MessageTooLarge") => Soft(BounceReasons.TooLarge),
            (_, "ContentRejected" or "AttachmentRejected") => Soft(BounceReasons.Content),
            // An answer of an absent reader's is told so too, and nothing marks it but that no server said anything: the mail arrived.
            ("Transient", "General") or ("Undetermined", _) when status is null && words is null =>
                WebhookJson.Verdict(BounceKind.Ignored, email, null, BounceReasons.AutoReply, null, marked),
            _ => WebhookJson.Failed(email, status, words, isGone: false, marked),
        };

        BounceVerdict Soft(string reason) => WebhookJson.Verdict(BounceKind.Soft, email, status, reason, words, marked);
    }
}
