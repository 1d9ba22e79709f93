using System.Collections.Frozen;
using Newsroom.Backend.Mail;

namespace Newsroom.Backend.Subscribers.Imports;

/// <summary>The words by which mailing programs say where an address stands. All of Mailchimp's, listmonk's, Ghost's, MailPoet's and our own.</summary>
internal static class StatusWords
{
    private static readonly FrozenDictionary<string, FileWord> Known = new Dictionary<string, FileWord>
    {
        ["subscribed"] = FileWord.Subscribed,
        ["active"] = FileWord.Subscribed,
        ["confirmed"] = FileWord.Subscribed,
        ["enabled"] = FileWord.Subscribed,
        ["true"] = FileWord.Subscribed,
        ["yes"] = FileWord.Subscribed,
        ["1"] = FileWord.Subscribed,
        // MailPoet's for subscribed readers who have not opened a mail for long.
        ["inactive"] = FileWord.Subscribed,
        ["unconfirmed"] = FileWord.NoConsent,
        ["pending"] = FileWord.NoConsent,
        ["non-subscribed"] = FileWord.NoConsent,
        ["nonsubscribed"] = FileWord.NoConsent,
        ["transactional"] = FileWord.NoConsent,
        ["unsubscribed"] = FileWord.Left,
        ["left"] = FileWord.Left,
        ["disabled"] = FileWord.Left,
        ["archived"] = FileWord.Left,
        ["opted out"] = FileWord.Left,
        ["optedout"] = FileWord.Left,
        ["false"] = FileWord.Left,
        ["no"] = FileWord.Left,
        ["0"] = FileWord.Left,
        ["cleaned"] = FileWord.Suppressed,
        ["bounced"] = FileWord.Suppressed,
        ["hard bounced"] = FileWord.Suppressed,
        ["complained"] = FileWord.Suppressed,
        ["spam"] = FileWord.Suppressed,
        ["blocklisted"] = FileWord.Suppressed,
        ["blacklisted"] = FileWord.Suppressed,
        ["suppressed"] = FileWord.Suppressed,
        ["erased"] = FileWord.Suppressed,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    public static FileWord Read(string word) => Known.TryGetValue(word.Replace('_', ' '), out var says) ? says : FileWord.Unclear;

    /// <param name="word">One that reads as <see cref="FileWord.Suppressed"/>.</param>
    public static SuppressionReason Evidence(string word) => word.ToLowerInvariant() switch
    {
        "complained" or "spam" => SuppressionReason.Complaint,
        "cleaned" or "bounced" or "hard bounced" or "hard_bounced" => SuppressionReason.HardBounce,
        _ => SuppressionReason.Request,
    };
}
