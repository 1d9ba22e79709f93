using System.Text.RegularExpressions;
using MailKit.Net.Smtp;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Mail.Relays;

/// <summary>Reads a server's negative answer (RFC 5321 §4.2, RFC 3463): what it means and whose fault it is.</summary>
internal static partial class SmtpAnswer
{
    public static HandOver Read(SmtpCommandException answer, EmailAddress to)
    {
        var code = (int)answer.StatusCode;
        var enhanced = EnhancedCode().Match(answer.Message) is { Success: true } match ? match.Value : null;
        var words = Words(enhanced is null ? answer.Message : answer.Message[enhanced.Length..], to);
        // RFC 5321 §4.5.3.1.10: some servers say 552 where 452 (too many recipients, no storage now) is meant.
        var permanent = code >= 500 && !(code == 552 && enhanced is null && answer.ErrorCode == SmtpErrorCode.RecipientNotAccepted);
        return permanent
            ? new HandOver(HandOverResult.Refused, code, enhanced, words, OwnerOfRefusal(code, enhanced, answer.ErrorCode))
            : new HandOver(HandOverResult.Later, code, enhanced, words, OwnerOfDelay(code, answer.ErrorCode));
    }

    /// <summary>A text for a row: one line, no longer than the column, and without the reader's address, which must not outlive the reader.</summary>
    public static string? Words(string? text, EmailAddress? to = null)
    {
        var line = HeaderText.OneLine(text);
        if (to is { } reader)
            line = line?.Replace(reader.Value, "(the address)", StringComparison.OrdinalIgnoreCase);
        return line?.Length > HandOver.AnswerLength ? line[..HandOver.AnswerLength] : line;
    }

    private static FaultOwner OwnerOfRefusal(int code, string? enhanced, SmtpErrorCode stage) => enhanced?[2..] switch
    {
        // The sender's own address (RFC 3463 §3.2).
        "1.7" or "1.8" or "1.9" => FaultOwner.Server,
        "3.4" => FaultOwner.Content,
        { } detail => detail[0] switch
        {
            // Address, mailbox, routing to the mailbox's host (Exchange says 5.4.1 for "no such recipient").
            '1' or '2' or '4' => FaultOwner.Reader,
            '6' => FaultOwner.Content,
            // System, protocol, and policy: 5.7.x is never the reader's doing.
            '3' or '5' or '7' => FaultOwner.Server,
            _ => OwnerByStage(code, stage),
        },
        null => OwnerByStage(code, stage),
    };

    private static FaultOwner OwnerByStage(int code, SmtpErrorCode stage) => (stage, code) switch
    {
        // RFC 5321 §4.2.3 and RFC 7504: the second digit 5 is about the mailbox or its host; 555 is about our parameters.
        (SmtpErrorCode.RecipientNotAccepted, (>= 550 and <= 554) or 556) => FaultOwner.Reader,
        (SmtpErrorCode.MessageNotAccepted, 550 or 552 or 554) => FaultOwner.Content,
        _ => FaultOwner.Server,
    };

    private static FaultOwner OwnerOfDelay(int code, SmtpErrorCode stage) =>
        code != 421 && stage == SmtpErrorCode.RecipientNotAccepted ? FaultOwner.Reader : FaultOwner.Server;

    [GeneratedRegex(@"^[245]\.\d{1,3}\.\d{1,3}(?=\s|$)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex EnhancedCode();
}
