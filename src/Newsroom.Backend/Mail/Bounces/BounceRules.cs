namespace Newsroom.Backend.Mail.Bounces;

/// <summary>When mails that came back for a passing reason make an address one that must not be mailed.</summary>
/// <param name="Mails">So many different mails came back,</param>
/// <param name="Over">the last at least this long after the first.</param>
public sealed record SoftLimit(int Mails, TimeSpan Over)
{
    /// <summary>Mailbox full, host away, given up after days: a holiday or a move of servers takes two weeks, and five weekly mails a month.</summary>
    public static SoftLimit Passing { get; } = new(5, TimeSpan.FromDays(14));

    /// <summary>5.2.1: switched off by its owner or host. Some come back within days; few later.</summary>
    public static SoftLimit Disabled { get; } = new(3, TimeSpan.FromDays(7));

    /// <summary>5.4.4: the domain has no mail server. A slip in a zone is mended within a day.</summary>
    public static SoftLimit NoHost { get; } = new(2, TimeSpan.FromDays(1));
}

/// <summary>
/// What follows from a bounce (RFC 3463). Class 5 says that this message will not be taken in this form, not that the mailbox is no more: of 516
/// class-5 reports of a public collection, 331 were not the reader's fault for good.
/// </summary>
public static class BounceRules
{
    /// <summary>Soft bounces further back say nothing of today. Reports are kept longer than that.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromDays(60);

    /// <summary>A bounce of a mail that left longer ago is none: mail servers give up after five days (RFC 5321 §4.5.4.1), and a mark could have been gathered.</summary>
    public static readonly TimeSpan BounceHeard = TimeSpan.FromDays(14);

    /// <summary>People press "spam" on what they find weeks later.</summary>
    public static readonly TimeSpan ComplaintHeard = TimeSpan.FromDays(60);

    /// <summary>No such mailbox, host (confirmed) or syntax; moved away; a host that takes no mail (RFC 7505).</summary>
    public static bool EndsTheAddress(string? status) => status is "5.1.1" or "5.1.2" or "5.1.3" or "5.1.6" or "5.1.10";

    /// <summary>Null: it is the newsroom's doing, the content's or the way's, and is never counted against the reader.</summary>
    public static SoftLimit? LimitOf(BounceVerdict verdict)
    {
        if (verdict.Kind != BounceKind.Soft)
            return null;
        if (verdict.Status is "5.2.1" || verdict.Reason == BounceReasons.Disabled)
            return SoftLimit.Disabled;
        if (verdict.Status is "5.4.4" || verdict.Reason == BounceReasons.HostUnknown)
            return SoftLimit.NoHost;
        return IsTheReaders(verdict) ? SoftLimit.Passing : null;
    }

    private static bool IsTheReaders(BounceVerdict verdict) => verdict.Reason switch
    {
        BounceReasons.MailboxFull or BounceReasons.Expired or BounceReasons.UserUnknown or BounceReasons.Moved or BounceReasons.NotAccepting => true,
        BounceReasons.Policy or BounceReasons.Spam or BounceReasons.TooLarge or BounceReasons.Content or BounceReasons.RateLimited
            or BounceReasons.ProtocolError or BounceReasons.SystemError or BounceReasons.NetworkError => false,
        _ => IsTheReaders(verdict.Status),
    };

    // x.3 is the system (5.3.4: our size), x.5 protocol, x.6 content, x.7 policy.
    private static bool IsTheReaders(string? status) => status?.Split('.') is not [_, var subject, _] || subject is "0" or "1" or "2" or "4";
}
