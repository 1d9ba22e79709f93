using System.Text.Json.Serialization;

namespace Newsroom.Backend.Mail.Bounces;

public enum BounceKind
{
    /// <summary>The mailbox is not there and will not be.</summary>
    Hard,

    /// <summary>It was not delivered this time, for a reason that may pass or is not the reader's.</summary>
    Soft,

    /// <summary>The reader called it spam.</summary>
    Complaint,

    /// <summary>Changes nothing: delayed, delivered, out of office, a challenge, or no report at all.</summary>
    Ignored,
}

/// <summary>What a report that came back says.</summary>
/// <param name="Kind">What follows from it.</param>
/// <param name="Recipients">Whom it names, as it writes them; redacted ones (RFC 6590) are left out.</param>
/// <param name="Status">Enhanced status code (RFC 3463), as <c>5.1.1</c>; null when neither given nor to be told from the words.</param>
/// <param name="Reason">One word of <see cref="BounceReasons"/>; null when unknown.</param>
/// <param name="Diagnostic">The server's own words, one line, at most 500 characters.</param>
public sealed record BounceVerdict(BounceKind Kind, IReadOnlyList<string> Recipients, string? Status, string? Reason, string? Diagnostic)
{
    /// <summary>True: nobody here could read it. It is kept for people to look at.</summary>
    [JsonIgnore]
    public bool IsForPeople { get; init; }

    /// <summary>
    /// Every text in it that may hold a mark of ours (<see cref="MailMarks"/>): envelope and header recipients, Return-Path, and the returned
    /// message's Message-ID.
    /// </summary>
    [JsonIgnore]
    public IReadOnlyList<string> MarkedTexts { get; init; } = [];
}

/// <summary>The words of <see cref="BounceVerdict.Reason"/>.</summary>
public static class BounceReasons
{
    public const string UserUnknown = "userunknown";
    public const string HostUnknown = "hostunknown";
    public const string Disabled = "disabled";
    public const string MailboxFull = "mailboxfull";
    public const string Moved = "moved";
    public const string NotAccepting = "notaccepting";
    public const string Rejected = "rejected";
    public const string Policy = "policy";
    public const string Spam = "spam";
    public const string TooLarge = "toolarge";
    public const string Content = "content";
    public const string RateLimited = "ratelimited";
    public const string NetworkError = "networkerror";
    public const string Expired = "expired";
    public const string ProtocolError = "protocolerror";
    public const string SystemError = "systemerror";
    public const string AutoReply = "autoreply";
    public const string Challenge = "challenge";
    public const string Delayed = "delayed";
    public const string Delivered = "delivered";
    public const string Feedback = "feedback";
    public const string NotSpam = "notspam";
    public const string Unknown = "unknown";

    /// <summary>
    /// True for the reasons after which a mailbox will not come back. A permanent answer (class 5, RFC 3463 §2) is not enough: of the refusals seen in
    /// the field about two in three are about the sender, the message or a moment.
    /// </summary>
    public static bool EndsAnAddress(string? reason) => reason is UserUnknown or HostUnknown or Moved or NotAccepting;

    /// <summary>Whose fault it is that a mail with this reason was not delivered, and so who can act.</summary>
    public static FaultOwner OwnerOf(string? reason) => reason switch
    {
        UserUnknown or HostUnknown or Disabled or MailboxFull or Moved or NotAccepting => FaultOwner.Reader,
        TooLarge or Content or Spam => FaultOwner.Content,
        AutoReply or Challenge or Delayed or Delivered or NotSpam or Feedback => FaultOwner.None,
        Policy or RateLimited => FaultOwner.Policy,
        _ => FaultOwner.Server,
    };
}
