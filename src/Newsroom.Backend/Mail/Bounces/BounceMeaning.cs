namespace Newsroom.Backend.Mail.Bounces;

/// <summary>What a refusal means, wherever it was heard: in the dialogue with a relay or in a report that came back.</summary>
/// <param name="Kind"><see cref="BounceKind.Hard"/> or <see cref="BounceKind.Soft"/>.</param>
/// <param name="Reason">One of <see cref="BounceReasons"/>.</param>
/// <param name="Status">RFC 3463; the given one, or where that says nothing the one told by the words. Null when neither tells.</param>
public sealed record BounceMeaning(BounceKind Kind, string Reason, string? Status)
{
    /// <param name="status">Enhanced status code of the report or the answer.</param>
    /// <param name="replyCode">Three digits of the answer; looked for in the words when null.</param>
    /// <param name="words">The server's own.</param>
    /// <remarks>
    /// Words come before codes: servers say 5.1.1 for "blocked" and 5.7.1 for "user unknown". Hard needs a permanent answer and a reason that ends
    /// an address, and nothing in code, status or words that speaks against it: a false hard loses a reader, a false soft costs a few more mails.
    /// </remarks>
    public static BounceMeaning Of(string? status, int? replyCode, string? words)
    {
        var said = ServerWords.Read(words);
        var code = replyCode ?? said.Code;
        var reported = ServerWords.SaysMore(status) ? status : ServerWords.SaysMore(said.Status) ? said.Status : status ?? said.Status;
        // Where a report's field and the last server's words differ, the server that refused knows better.
        var judged = ServerWords.SaysMore(said.Status) ? said.Status : reported;
        var isPermanent = code is not < 500 && !IsTransient(reported) && !IsTransient(judged);
        var rule = BounceWords.Find(said.Plain, judged, code);
        // "Rejected" alone says less than any status, and "unavailable" less than one that does not end an address.
        if (rule is { IsCertain: false, Status: null } && OfStatus(judged) is { } told && (rule.Reason == BounceReasons.Rejected || !BounceReasons.EndsAnAddress(told)))
            rule = null;
        var reason = rule?.Reason ?? OfStatus(judged) ?? OfCode(code) ?? BounceReasons.Unknown;
        var isHard = isPermanent && BounceReasons.EndsAnAddress(reason) && IsCertain(rule, reason, judged, code, said.AboutTheMessage);
        return new BounceMeaning(
            isHard ? BounceKind.Hard : BounceKind.Soft, reason, ServerWords.SaysMore(reported) ? reported : UsualStatus(reason, isPermanent) ?? reported);
    }

    private static bool IsTransient(string? status) => status is ['4', ..];

    private static bool IsCertain(WordRule? rule, string reason, string? status, int? code, bool aboutTheMessage) => rule switch
    {
        // A host that is not found today may have lost its name server: only a server's own verdict on the domain ends it (RFC 3463, 5.1.2).
        _ when reason == BounceReasons.HostUnknown => status == "5.1.2",
        null => true,
        { IsCertain: true } => true,
        // RFC 821's words for 550 in general: only when said of the recipient, and not under a status about something else.
        _ => !aboutTheMessage && (status is "5.1.1" || code is 550 or 551 or 553 && status is null or "5.0.0" or "5.5.0" or "5.4.1"),
    };

    /// <summary>RFC 3463 §3.2–3.8 and the registry of RFC 5248; the first digit says only how lasting it is.</summary>
    private static string? OfStatus(string? status) => status?[2..] switch
    {
        "1.1" or "1.3" => BounceReasons.UserUnknown,
        "1.2" => BounceReasons.HostUnknown,
        "1.6" => BounceReasons.Moved,
        // RFC 7505 §4.
        "1.10" => BounceReasons.NotAccepting,
        "2.1" => BounceReasons.Disabled,
        "2.2" => BounceReasons.MailboxFull,
        "2.3" or "3.4" => BounceReasons.TooLarge,
        "4.4" => status[0] == '5' ? BounceReasons.HostUnknown : BounceReasons.NetworkError,
        "4.7" => BounceReasons.Expired,
        null or "0.0" or "5.0" => null,
        { } other => other[0] switch
        {
            '1' or '2' => BounceReasons.Rejected,
            '3' => BounceReasons.SystemError,
            '4' => BounceReasons.NetworkError,
            '5' => BounceReasons.ProtocolError,
            '6' => BounceReasons.Content,
            '7' => status[0] == '4' ? BounceReasons.RateLimited : BounceReasons.Policy,
            _ => null,
        },
    };

    /// <summary>RFC 5321 §4.2.3 and RFC 7504; a bare 550 has too many meanings to be more than "rejected".</summary>
    private static string? OfCode(int? code) => code switch
    {
        421 => BounceReasons.NetworkError,
        451 or 452 => BounceReasons.SystemError,
        >= 500 and <= 504 => BounceReasons.ProtocolError,
        530 or 534 or 535 => BounceReasons.Policy,
        550 or 551 or 553 or 554 => BounceReasons.Rejected,
        552 => BounceReasons.MailboxFull,
        556 => BounceReasons.NotAccepting,
        _ => null,
    };

    private static string? UsualStatus(string reason, bool isPermanent) => reason switch
    {
        BounceReasons.UserUnknown => "1.1",
        // RFC 3463 §3.5: not reachable by name, which is less than "no such domain" (x.1.2).
        BounceReasons.HostUnknown => "4.4",
        BounceReasons.Moved => "1.6",
        BounceReasons.NotAccepting => "1.10",
        BounceReasons.Disabled => "2.1",
        BounceReasons.MailboxFull => "2.2",
        BounceReasons.TooLarge => "3.4",
        BounceReasons.NetworkError => "4.1",
        BounceReasons.Expired => "4.7",
        BounceReasons.Content => "6.0",
        BounceReasons.Policy or BounceReasons.Spam => "7.1",
        BounceReasons.RateLimited => "7.0",
        _ => null,
    } is { } detail ? $"{(isPermanent && reason is not (BounceReasons.Expired or BounceReasons.NetworkError or BounceReasons.RateLimited) ? 5 : 4)}.{detail}" : null;
}
