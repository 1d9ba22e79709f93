using System.Text.RegularExpressions;

namespace Newsroom.Backend.Mail.Bounces;

/// <summary>The standard report: message/delivery-status (RFC 3464), in any language (RFC 6533).</summary>
internal static class StatusReport
{
    private static readonly Regex Code = new(@"[245]\.[0-9]{1,3}\.[0-9]{1,3}", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    public static IReadOnlyList<BounceVerdict>? Read(ReturnedMail mail)
    {
        if (mail.DeliveryStatus is null)
            return null;
        var groups = Fields.Groups(mail.DeliveryStatus).Where(IsAboutARecipient).ToList();
        if (groups.Count == 0)
            return null;
        var worded = groups.Any(NeedsWords) ? WordedReport.Failures(mail) ?? [] : [];
        return [.. groups.Select(group => Judge(group, mail, groups.Count == 1, worded))];
    }

    private static bool IsAboutARecipient(Fields group) =>
        group["Final-Recipient"] is not null || group["Original-Recipient"] is not null || group["Action"] is not null || group["Status"] is not null;

    private static bool NeedsWords(Fields group) => group["Diagnostic-Code"] is null && !ServerWords.SaysMore(StatusOf(group));

    private static BounceVerdict Judge(Fields group, ReturnedMail mail, bool isOnly, IReadOnlyList<BounceVerdict> worded)
    {
        var recipients = Recipients(group, mail, isOnly);
        var status = StatusOf(group);
        var words = Diagnostic(group["Diagnostic-Code"])
            ?? worded.FirstOrDefault(v => isOnly || v.Recipients.Intersect(recipients, StringComparer.OrdinalIgnoreCase).Any())?.Diagnostic;
        if (WhatHappened(group, status, mail) is { } nothing)
            return Verdicts.Ignored(recipients, nothing, words, status);
        return Verdicts.Of(recipients, BounceMeaning.Of(status, null, words), words);
    }

    /// <returns>Why it changes nothing (RFC 3464 §2.3.3: only "failed" is a failure); null when it failed.</returns>
    private static string? WhatHappened(Fields group, string? status, ReturnedMail mail)
    {
        var action = new string([.. (group["Action"] ?? "").TrimStart().TakeWhile(char.IsAsciiLetter)]).ToLowerInvariant();
        return action switch
        {
            "delayed" => BounceReasons.Delayed,
            "delivered" or "relayed" or "expanded" => BounceReasons.Delivered,
            _ when action.StartsWith("fail", StringComparison.Ordinal) => null,
            // Without a word that counts, the status must tell.
            _ when status is ['2', ..] => BounceReasons.Delivered,
            _ when group["Will-Retry-Until"] is not null || DelayNotice.Is(mail) => BounceReasons.Delayed,
            _ => null,
        };
    }

    private static string? StatusOf(Fields group) => group["Status"] is { } text && Code.Match(text) is { Success: true } match ? match.Value : null;

    /// <summary>Who was written to comes first (RFC 3464 §2.3.1), then where it was forwarded to, if that is another.</summary>
    private static string[] Recipients(Fields group, ReturnedMail mail, bool isOnly)
    {
        string[] fields = ["Original-Recipient", "Final-Recipient", "X-Actual-Recipient"];
        var found = fields.Select(f => ReportedAddress.Read(group[f])).OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase).ToArray();
        return found.Length == 0 && isOnly ? FailedRecipients(mail) : found;
    }

    private static string[] FailedRecipients(ReturnedMail mail) => [.. ReportedAddress.FindAll(mail.Headers["X-Failed-Recipients"] ?? "").Take(20)];

    /// <summary>Takes the type off (RFC 3464 §2.3.6) and puts words for what a local delivery program's exit code says (sysexits.h).</summary>
    private static string? Diagnostic(string? field)
    {
        var semicolon = field?.IndexOf(';', StringComparison.Ordinal) ?? -1;
        if (field is null || semicolon is < 0 or > 20)
            return HeaderText.OneLine(field);
        var words = HeaderText.OneLine(field[(semicolon + 1)..]);
        return field[..semicolon].Trim().Equals("x-unix", StringComparison.OrdinalIgnoreCase)
            ? words switch
            {
                "67" => "user unknown (exit code 67)",
                "68" => "host unknown (exit code 68)",
                "73" => "can't create the file of the mailbox (exit code 73)",
                "75" => "temporary failure (exit code 75)",
                "77" => "permission denied (exit code 77)",
                _ => words,
            }
            : words;
    }
}
