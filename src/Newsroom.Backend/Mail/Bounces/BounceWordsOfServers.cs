using static Newsroom.Backend.Mail.Bounces.BounceReasons;

namespace Newsroom.Backend.Mail.Bounces;

/// <summary>The rules of <see cref="BounceWords"/>, by what they are about. From the servers' own documents and the words they are seen to say.</summary>
internal static class BounceWordsOfServers
{
    public static readonly WordRule[] Misleading =
    [
        // Exchange Online, directory based edge blocking: an unknown recipient, though it says "access denied".
        new("recipient address rejected: access denied", UserUnknown, Status: "5.4.1"),
        new("access denied", UserUnknown, IsCertain: false, Status: "5.4.1"),
        // Exchange 2007 and later name their reasons; 5.1.10 is theirs for an unknown address before it was RFC 7505's null MX.
        .. Means(UserUnknown, "resolver.adr.recipientnotfound"),
        .. Means(UserUnknown, "resolver.adr.recipnotfound"),
        .. Means(UserUnknown, "resolver.adr.exrecipnotfound"),
        .. Means(UserUnknown, "recipient not found by smtp address lookup"),
        .. Means(Disabled, "mailboxdisabledexception"),
        .. Means(MailboxFull, "storedrv*quotaexceeded"),
        .. Means(Rejected, "resolver.rst.notauthorized"),
        .. Means(Rejected, "resolver.rst.authrequired"),
        .. Means(TooLarge, "resolver.rst.recipsizelimit"),
        .. Means(TooLarge, "resolver.rst.sendsizelimit"),
        .. Means(Policy, "transport.rules.rejectmessage"),
        .. Means(Expired, "queue.expired"),
        .. Means(HostUnknown, "smtpsend.dns.nonexistentdomain"),
        // A server that asks back about the sender says "user unknown" of the sender.
        .. Means(Rejected, "sender verify failed", "sender verification", "sender address rejected", "sender rejected"),
        .. Means(Rejected, "unknown sender", "invalid sender", "sender unknown", "sender domain", "domain of sender"),
        .. Means(Rejected, "sender is rejected", "return path", "envelope sender", "callout verification"),
        // Two reasons in one answer: neither is certain.
        .. Means(Rejected, "mailbox unavailable or access denied"),
        .. Means(MailboxFull, "unknown or over quota"),
        .. Means(Disabled, "unknown or disabled"),
    ];

    public static readonly WordRule[] AboutTheSender =
    [
        .. Means(RateLimited, "greylist", "graylist", "grey-list", "grey list"),
        .. Means(RateLimited, "rate limit", "ratelimit", "rate that prevents", "receiving mail too quickly"),
        .. Means(RateLimited, "too many connections", "too many messages", "too many recipients", "too many mails"),
        .. Means(RateLimited, "too many concurrent", "too many sessions", "throttl", "unusual rate", "deferred due to"),
        .. Means(RateLimited, "temporarily deferred", "sending limit", "too fast", "connection frequency"),
        .. Means(Spam, "spam", "unsolicited", "junk mail", "bulk mail", "bulk email", "phish"),
        new("ube", Spam, Status: "5.7.1"),
        .. Means(Spam, "垃圾", "спам", "スパム", "迷惑メール", "스팸"),
        .. Means(Policy, "blacklist", "black list", "blocklist", "block list", "blocked", "blocking", "denylist"),
        .. Means(Policy, "blackholed", "dnsbl"),
        new("rbl", Policy, Status: "5.7.1"),
        .. Means(Policy, "is listed", "was listed", "currently listed", "reputation"),
        .. Means(Policy, "senderscore", "spf", "dkim", "dmarc", "authentication", "unauthenticated"),
        .. Means(Policy,
            "not authenticated", "auth failed", "authenticate", "reverse dns", "ptr record", "no ptr", "client host rejected", "helo",
            "ehlo"),
        .. Means(Policy, "relay access denied", "relaying denied", "unable to relay", "relay not permitted", "relaying not"),
        .. Means(Policy,
            "relaying prohibited", "not permitted to relay", "do not relay", "we do not relay", "not allowed to relay", "relay denied",
            "relaying mail", "rcpthosts"),
        .. Means(Policy, "policy", "policies", "prohibited", "administrative prohibition", "administratively", "not welcome"),
        .. Means(Policy,
            "your ip", "ip address", "sender is not", "not allowed to send", "not accepting mail from", "will not accept delivery",
            "whitelist"),
        .. Means(Policy,
            "service refused", "security reasons", "suspicious", "banned sen", "banned ip", "запрещен", "отклонено политик", "richtlinie"),
        .. Means(Rejected, "permission to post"),
        .. Means(Policy, "access denied"),
        .. Means(Rejected,
            "only accepts mail from", "restricted address", "not authorized", "not permitted", "does not have permission",
            "permission denied"),
    ];

    public static readonly WordRule[] AboutTheMessage =
    [
        .. Means(Content, "virus", "malware", "infected", "banned", "attachment", "executable", "content rejected", "due to content"),
        .. Means(Content,
            "content reject", "content denied", "message content", "header error", "malformed", "not rfc", "rfc 5322", "bare lf",
            "bare newline"),
        .. Means(TooLarge,
            "message too large", "message too big", "message size exceeds", "message size limit", "maximum message size", "size limit"),
        .. Means(TooLarge,
            "message file too big", "exceeds maximum size", "exceeds size", "max message size", "mailsize limit", "message is too",
            "too large", "fixed maximum message", "邮件过大"),
    ];

    public static readonly WordRule[] AboutTheMailbox =
    [
        .. Means(MailboxFull,
            "mailbox full", "mailbox is full", "mailbox was full", "mailbox for * is full", "mail box full", "inbox is full", "inbox full",
            "account is full", "maildir full", "folder is full"),
        .. Means(MailboxFull,
            "quota", "mailbox exceeds", "mailbox has exceeded", "exceeded storage", "storage limit", "storage exceeded",
            "exceeded its storage", "out of storage", "insufficient storage", "not enough storage", "over the allowed"),
        .. Means(MailboxFull,
            "mailbox exceeded the local limit", "exceeded the local limit", "out of space", "not enough space", "no space left in mailbox",
            "exceeds allowed size", "too many messages in", "mailbox size limit", "overquota"),
        .. Means(MailboxFull,
            "postfach voll", "postfach ist voll", "speicherplatz", "boîte aux lettres pleine", "boîte * pleine", "buzón * lleno",
            "casella piena", "casella * piena", "caixa * cheia"),
        .. Means(MailboxFull, "ящик переполнен", "ящик * переполнен", "переполнен", "邮箱已满", "空间不足", "容量不足", "容量を超", "용량"),
        .. Means(Disabled,
            "disabled", "deactivated", "inactive", "suspended", "suspension", "not active", "not activated", "discontinued",
            "temporarily limited"),
        .. Means(Disabled,
            "account expired", "account has expired", "account closed", "account is closed", "account has been closed",
            "account has been deleted", "no longer active", "no longer in use", "no longer valid", "no longer available",
            "no longer employed", "no longer with", "no longer accepts", "account is locked", "account locked", "mailbox locked", "frozen",
            "hangup", "deaktiviert", "gesperrt", "désactivé", "заблокирован", "отключен", "禁用", "휴면"),
        .. Means(NotAccepting, "nullmx", "null mx", "domain does not accept mail", "domain * does not accept mail"),
        new("has moved to", Moved, Status: "5.1.6"),
        new("user has moved", Moved, Status: "5.1.6"),
        .. Means(Rejected, "user has moved", "user not local; please try"),
    ];

    public static readonly WordRule[] NoSuchMailbox =
    [
        .. Means(UserUnknown,
            "user unknown", "unknown user", "no such user", "user not known", "user is unknown", "username unknown", "unknown username"),
        .. Means(UserUnknown,
            "no such mailbox", "no such recipient", "no such address", "no such account", "no such person", "no such local user"),
        .. Means(UserUnknown,
            "no mailbox here by that name", "no account by that name", "no user here by that name", "no mailbox by that name",
            "no mailbox found"),
        .. Means(UserUnknown,
            "unknown local part", "unknown local-part", "unknown recipient", "recipient unknown", "recipient is unknown",
            "unknown address", "address unknown", "unknown mailbox", "mailbox unknown", "addressee unknown", "unknown account",
            "unknown virtual user"),
        .. Means(UserUnknown,
            "user not found", "recipient not found", "mailbox not found", "address not found", "account not found",
            "user could not be found", "address couldn't be found", "wasn't found at", "address you entered couldn't be found",
            "user is not found", "user * is not found", "user does not have an account"),
        .. Means(UserUnknown,
            "user does not exist", "user doesn't exist", "user not exist", "recipient does not exist", "mailbox does not exist",
            "account does not exist", "address does not exist", "address doesn't exist", "mailbox doesn't exist", "account doesn't exist",
            "you tried to reach does not exist", "account that you tried to reach does not exist", "mailbox no longer exists",
            "recipient no longer exists", "user no longer exists", "nonexistent user", "non-existent user", "non-existent address",
            "non existing recipient"),
        // Yahoo; Domino; GroupWise; Exchange 5.5 and 2003; Kerio and CommuniGate share the plain forms above.
        .. Means(UserUnknown,
            "this user doesn't have a", "not listed in domino directory", "not listed in public name", "not on post office",
            "recipient name is not recognized", "not a valid mailbox", "not a known user", "not our customer",
            "invalid final delivery userid"),
        .. Maybe(UserUnknown, "x-notascii"),
        // qmail's vpopmail, qpsmtpd, Haraka and others.
        .. Means(UserUnknown, "not a valid user", "is not a valid recipient", "isn't in my validrcptto list"),
        .. Maybe(UserUnknown, "no valid recipients"),
        .. Maybe(UserUnknown,
            "invalid recipient", "invalid mailbox", "invalid user", "invalid address", "bad recipient", "bad destination mailbox",
            "unavailable mail user"),
        // German, French, Spanish, Portuguese, Italian, Dutch, Polish, Russian, Chinese, Japanese, Korean.
        .. Means(UserUnknown,
            "benutzer unbekannt", "unbekannter benutzer", "empfänger unbekannt", "unbekannter empfänger", "empfänger existiert nicht",
            "empfänger * existiert nicht", "adresse wurde * nicht gefunden", "adresse existiert nicht"),
        .. Means(UserUnknown, "utilisateur inconnu", "destinataire inconnu", "adresse inconnue", "adresse * introuvable"),
        .. Maybe(UserUnknown, "n'existe pas"),
        .. Means(UserUnknown,
            "usuario desconocido", "destinatario desconocido", "usuario no existe", "usuário desconhecido", "usuário inexistente",
            "destinatário desconhecido", "utente sconosciuto", "destinatario sconosciuto", "gebruiker onbekend", "onbekende gebruiker",
            "nieznany użytkownik", "użytkownik nie istnieje"),
        .. Means(UserUnknown,
            "пользователь не найден", "нет такого пользователя", "такого пользователя нет", "неизвестный пользователь",
            "адресат не найден", "ящик не существует", "ящик не найден"),
        .. Means(UserUnknown, "收件人不存在", "用户不存在", "邮箱不存在", "帐号不存在", "地址不存在"),
        .. Maybe(UserUnknown, "不存在"),
        .. Means(UserUnknown, "宛先不明", "ユーザーが見つかりません", "アドレスが見つかりません"),
        .. Maybe(UserUnknown, "存在しません"),
        .. Means(UserUnknown, "존재하지 않는 계정", "존재하지 않는 사용자"),
        .. Maybe(UserUnknown, "존재하지 않"),
    ];

    public static readonly WordRule[] AboutTheWay =
    [
        // A name server that does not answer is no proof that there is no domain.
        .. Means(NetworkError,
            "host not found, try again", "dns timeout", "dns soft", "lookup failed temporarily", "temporary lookup", "name server timeout",
            "servfail", "temporary failure in name resolution"),
        .. Means(Expired,
            "retry timeout exceeded", "retry time not reached", "in the queue too long", "message expired", "delivery time expired",
            "delivery expired", "was not delivered within", "could not be delivered within", "has been in the queue",
            "delivery failed 20 attempts", "maximum number of retries", "too old", "giving up after", "undeliverable for", "expired"),
        .. Means(HostUnknown,
            "host unknown", "unknown host", "host not found", "domain not found", "host or domain name not found",
            "couldn't find any host", "could not find any host", "no such domain", "domain does not exist", "domain * does not exist",
            "remote domain doesnt exist", "domain * couldn't be found", "non-existent host", "nonexistent domain", "non-existent domain",
            "nxdomain", "no mx or a record", "unknown domain", "domain unknown", "does not appear to be registered", "unable to find mx",
            "no mail server", "invalid domain", "bad destination system", "域名不存在"),
        .. Means(NetworkError,
            "connection timed out", "connection refused", "connection reset", "connection dropped", "lost connection", "no route to host",
            "network is unreachable", "network unreachable", "couldn't connect", "could not connect", "unable to connect",
            "can not connect", "smtp connection", "operation timed out", "timed out", "timeout", "loops back", "mail loop",
            "too many hops", "routing loop", "tls", "no answer from host", "not responding"),
        .. Means(ProtocolError, "syntax error", "bad sequence", "command not implemented", "unrecognized command", "protocol error"),
        .. Means(SystemError,
            "local configuration error", "disk full", "insufficient system", "i/o error", "internal error", "internal server error",
            "local error", "system error", "service unavailable", "service not available", "temporary failure", "temporary server error",
            "try again", "try later", "can't create", "cannot allocate"),
    ];

    /// <summary>Said of mailboxes that are not there, and of others.</summary>
    public static readonly WordRule[] Vague =
    [
        .. Maybe(UserUnknown, "mailbox unavailable", "mailbox not available", "mailbox is unavailable"),
        // Exim says it of an address that it cannot route: a recipient when a remote server answers so, a domain when it is the relay's own word.
        new("unrouteable address", UserUnknown, IsCertain: false, Code: 550),
        .. Means(HostUnknown, "unrouteable", "unroutable"),
        .. Means(Rejected, "denied"),
        .. Maybe(Rejected, "not accept", "refused", "rejected", "not deliverable", "undeliverable to"),
    ];

    private static IEnumerable<WordRule> Means(string reason, params string[] words) => words.Select(w => new WordRule(w, reason));

    /// <summary>Also said for other reasons.</summary>
    private static IEnumerable<WordRule> Maybe(string reason, params string[] words) => words.Select(w => new WordRule(w, reason, IsCertain: false));
}
