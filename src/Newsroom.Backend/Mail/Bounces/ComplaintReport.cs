namespace Newsroom.Backend.Mail.Bounces;

/// <summary>A mailbox provider's feedback loop: ARF (RFC 5965), and Microsoft's junk mail reports, which are only the mail with a header more.</summary>
internal static class ComplaintReport
{
    public static IReadOnlyList<BounceVerdict>? Read(ReturnedMail mail)
    {
        if (mail.Feedback is { } report)
            return [Judge(mail, report)];
        // JMRP: the reader's address stands in a header that Hotmail adds to the returned mail.
        return mail.Returned?["X-HmXmrOriginalRecipient"] is { } reader && mail.From.Contains("@hotmail.com", StringComparison.OrdinalIgnoreCase)
            ? [new BounceVerdict(BounceKind.Complaint, Mailboxes([reader]), null, BounceReasons.Feedback, Verdicts.Line(mail.Subject))]
            : null;
    }

    private static BounceVerdict Judge(ReturnedMail mail, string report)
    {
        var fields = Fields.Groups(report);
        var type = fields.Select(f => f["Feedback-Type"]).FirstOrDefault(t => t is not null)?.Trim().ToLowerInvariant();
        var recipients = Recipients(mail, fields);
        var words = fields.Select(f => f["User-Agent"]).FirstOrDefault(a => a is not null) is { } agent ? $"{type} ({agent})" : type;
        return type switch
        {
            "abuse" or "fraud" or "opt-out" or "opt-out-list" => new BounceVerdict(BounceKind.Complaint, recipients, null, BounceReasons.Feedback, Verdicts.Line(words)),
            "not-spam" => Verdicts.Ignored(recipients, BounceReasons.NotSpam, words),
            // RFC 6591: about our signature or SPF, not about a reader.
            "auth-failure" or "dmarc" => Verdicts.Ignored(recipients, BounceReasons.Policy, words),
            "virus" => Verdicts.Ignored(recipients, BounceReasons.Content, words) with { IsForPeople = true },
            // "other", and types to come (§7.3): no one's complaint until someone has read it.
            _ => Verdicts.Ignored(recipients, BounceReasons.Unknown, words) with { IsForPeople = true },
        };
    }

    /// <summary>Providers redact them (RFC 6590), so the returned mail's own To is the last resort; the mark is what identifies.</summary>
    private static string[] Recipients(ReturnedMail mail, List<Fields> fields)
    {
        var named = Mailboxes(fields.SelectMany(f => f.All("Original-Rcpt-To").Concat(f.All("Removal-Recipient"))));
        if (named.Length > 0)
            return named;
        var returned = mail.Returned;
        return Mailboxes(new[] { returned?["X-HmXmrOriginalRecipient"], returned?["X-Original-Recipient"] }.OfType<string>()) is { Length: > 0 } added
            ? added
            : Mailboxes(new[] { returned?["To"] }.OfType<string>());
    }

    private static string[] Mailboxes(IEnumerable<string> fields) =>
        [.. fields.SelectMany(ReportedAddress.FindAll).Distinct(StringComparer.OrdinalIgnoreCase).Take(20)];
}
