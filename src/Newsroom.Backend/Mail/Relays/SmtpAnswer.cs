using System.Globalization;
using System.Text.RegularExpressions;
using MailKit.Net.Smtp;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Mail.Relays;

/// <summary>
/// Reads a server's negative answer (RFC 5321 §4.2, RFC 3463): what it means and whose fault it is. docs/smtp-answers.md shows every case.
/// </summary>
internal static partial class SmtpAnswer
{
    // Nobody's delay is believed to be longer: a digest is old by then.
    private static readonly TimeSpan LongestRetry = TimeSpan.FromHours(4);

    public static HandOver Read(SmtpCommandException answer, EmailAddress to)
    {
        var code = (int)answer.StatusCode;
        var enhanced = EnhancedCode().Match(answer.Message) is { Success: true } match ? match.Value : null;
        var words = Words(enhanced is null ? answer.Message : answer.Message[enhanced.Length..], to);
        // RFC 5321 §4.5.3.1.10: some servers say 552 where 452 (too many recipients, no storage now) is meant.
        var permanent = code >= 500 && !(code == 552 && enhanced is null && answer.ErrorCode == SmtpErrorCode.RecipientNotAccepted);
        if (permanent)
            return new HandOver(HandOverResult.Refused, code, enhanced, words, OwnerOfRefusal(code, enhanced, answer.ErrorCode));
        // 454 is no receiver's word: SES says "454 Throttling failure" of its own limits.
        var relaysOwn = answer.ErrorCode == SmtpErrorCode.SenderNotAccepted || (code == 454 && answer.ErrorCode != SmtpErrorCode.RecipientNotAccepted);
        var forAll = !relaysOwn && IsForAll(enhanced, words);
        return new HandOver(HandOverResult.Later, code, enhanced, words, OwnerOfDelay(code, forAll, answer.ErrorCode))
        {
            DelaysAllThere = forAll,
            RetryAfter = RetryAfter(words),
        };
    }

    /// <summary>
    /// The answer to the final dot. MailKit takes only 250 for a yes (4.18.2), but the first digit decides (RFC 5321 §4.2.1): to send again what a server took
    /// with 251 would be a second copy. What is neither yes nor no leaves it open.
    /// </summary>
    public static HandOver ReadFinal(SmtpCommandException answer, EmailAddress to)
    {
        var code = (int)answer.StatusCode;
        return (code / 100) switch
        {
            2 => new HandOver(HandOverResult.Accepted, code, null, Words(answer.Message, to), FaultOwner.None),
            4 or 5 => Read(answer, to),
            _ => new HandOver(HandOverResult.Unknown, code, null, Words(answer.Message, to), FaultOwner.Server),
        };
    }

    /// <summary>No message was begun: the server could not be reached, or would not have us.</summary>
    public static HandOver NoConnection(Exception failure, string reason)
    {
        // What the server said to a sign-in is inside MailKit's own exception.
        var answer = (failure is MailKit.Security.AuthenticationException ? failure.InnerException : failure) as SmtpCommandException;
        int? code = answer is null ? null : (int)answer.StatusCode;
        reason = answer?.Message ?? reason;
        var enhanced = code is not null && EnhancedCode().Match(reason) is { Success: true } match ? match.Value : null;
        // A 4yz to the sign-in is the server's own trouble (RFC 4954 §6: 454).
        var refusesUs = code is null or >= 500 && (failure is MailKit.Security.AuthenticationException || code is 530 or 534 or 535 or 538);
        var words = Words(enhanced is null ? reason : reason[enhanced.Length..]);
        return new HandOver(HandOverResult.NotSent, code, enhanced, words, refusesUs ? FaultOwner.Policy : FaultOwner.Server)
        {
            // The network's words name no pause.
            RetryAfter = code is null ? null : RetryAfter(reason),
        };
    }

    /// <summary>A text for a row: one line, no longer than the column, and without the reader's address, which must not outlive the reader.</summary>
    public static string? Words(string? text, EmailAddress? to = null)
    {
        var line = HeaderText.OneLine(text);
        if (to is { } reader)
            line = line?.Replace(reader.Value, "(the address)", StringComparison.OrdinalIgnoreCase);
        return line?.Length > HandOver.AnswerLength ? line[..HandOver.AnswerLength] : line;
    }

    /// <summary>
    /// The relay wants fewer lines, or fewer messages at once. Not the grey list, nor the line that has carried its share ("too many messages in this connection").
    /// </summary>
    public static bool AsksForLess(int? code, string? enhanced, string? words) =>
        code is 421 or 450 or 451 or 452 or 432 or 454 && !(words is not null && (GreyList().IsMatch(words) || ThisLine().IsMatch(words)))
        && (enhanced?.StartsWith("4.7.", StringComparison.Ordinal) == true || (words is not null && TooMuch().IsMatch(words)));

    /// <summary>"in 300 seconds", "after 5 minutes", "in 00:04:54", "retry-after: 60"; null when it says none.</summary>
    internal static TimeSpan? RetryAfter(string? words)
    {
        if (words is null)
            return null;
        var said = RetryWithUnit().Match(words) is { Success: true } withUnit ? withUnit : RetryInSeconds().Match(words);
        if (!said.Success)
            return null;
        var wait = said.Groups["clock"] is { Success: true } clock
            ? TimeSpan.Parse(clock.Value, CultureInfo.InvariantCulture)
            : int.Parse(said.Groups["n"].Value, CultureInfo.InvariantCulture) * Unit(said.Groups["unit"].Value.FirstOrDefault('s'));
        return wait > LongestRetry ? LongestRetry : wait;
    }

    private static TimeSpan Unit(char first) => char.ToLowerInvariant(first) switch
    {
        'd' => TimeSpan.FromDays(1),
        'h' => TimeSpan.FromHours(1),
        'm' => TimeSpan.FromMinutes(1),
        _ => TimeSpan.FromSeconds(1),
    };

    private static FaultOwner OwnerOfRefusal(int code, string? enhanced, SmtpErrorCode stage)
    {
        // 5.7.x is policy, at every step and whatever mailbox it names.
        if (enhanced?.StartsWith("5.7.", StringComparison.Ordinal) == true)
            return FaultOwner.Policy;
        // To MAIL nobody but the sender can be meant: "550 5.1.1 unknown" is then about our own address.
        return stage == SmtpErrorCode.SenderNotAccepted ? FaultOwner.Server : OwnerByDetail(code, enhanced, stage);
    }

    private static FaultOwner OwnerByDetail(int code, string? enhanced, SmtpErrorCode stage) => enhanced?[2..] switch
    {
        // The sender's own address (RFC 3463 §3.2).
        "1.7" or "1.8" or "1.9" => FaultOwner.Server,
        // Too large for the system, too large for the mailbox.
        "3.4" or "2.3" => FaultOwner.Content,
        { } detail => detail[0] switch
        {
            // Address, mailbox, routing to the mailbox's host (Exchange says 5.4.1 for "no such recipient").
            '1' or '2' or '4' => FaultOwner.Reader,
            '6' => FaultOwner.Content,
            // System and protocol.
            '3' or '5' => FaultOwner.Server,
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

    // 421 closes the channel: whatever its words are, it is the relay that speaks.
    private static FaultOwner OwnerOfDelay(int code, bool forAll, SmtpErrorCode stage) => (code, forAll, stage) switch
    {
        (421, _, _) => FaultOwner.Server,
        (_, true, _) => FaultOwner.Policy,
        (_, _, SmtpErrorCode.RecipientNotAccepted) => FaultOwner.Reader,
        _ => FaultOwner.Server,
    };

    /// <summary>
    /// RFC 3463 §3.8: 4.7.x is policy towards the sender. A mailbox's own troubles (4.2.x, Gmail's 4.2.1 "receiving mail at a rate") and grey
    /// lists, which know sender and recipient together, hold nobody else.
    /// </summary>
    private static bool IsForAll(string? enhanced, string? words)
    {
        if (words is not null && GreyList().IsMatch(words))
            return false;
        if (enhanced is not null && (enhanced.StartsWith("4.2.", StringComparison.Ordinal) || enhanced.StartsWith("4.1.", StringComparison.Ordinal) || enhanced == "4.5.3"))
            return false;
        return enhanced?.StartsWith("4.7.", StringComparison.Ordinal) == true || (words is not null && TooMuch().IsMatch(words));
    }

    [GeneratedRegex(@"^[245]\.\d{1,3}\.\d{1,3}(?=\s|$)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex EnhancedCode();

    [GeneratedRegex(@"gr[ae]y[ -]?list", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex GreyList();

    [GeneratedRegex(
        @"too many (?!recipients)|too much mail|\brate[ -]?limit|\bthrottl|\b(rate|limit|quota)s? (has been |was )?exceeded|exceeded (the|your|its) \S* ?(rate|limit)"
        + "|unusual rate|concurrent connections|temporarily deferred",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TooMuch();

    [GeneratedRegex(
        @"\b(in|per|on|for) ((this|one|a|each|the same) )?(connection|session)\b",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ThisLine();

    // A number is a time when it has a unit or stands right behind the word: "try again later from [192.0.2.1]" and "again later, ticket 98765" name none.
    private const string Word = @"\b(retry|again|wait|resume|back)\b";

    [GeneratedRegex(
        Word + @"[^\d.;\[(]{0,24}?((?<clock>([01]\d|2[0-3]):[0-5]\d:[0-5]\d)|(?<n>\d{1,5})\s*(?<unit>s(ec(ond)?s?)?|m(in(ute)?s?)?|h((ou)?rs?)?|d(ays?)?))\b",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex RetryWithUnit();

    [GeneratedRegex(
        Word + @"([- ](after|in|for|at least))?:? ?(?<n>\d{1,5})(?=$|[\s,;)]|\.(?!\d))",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex RetryInSeconds();
}
