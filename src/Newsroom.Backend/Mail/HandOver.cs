using Newsroom.Backend.Mail.Bounces;

namespace Newsroom.Backend.Mail;

public enum HandOverResult
{
    /// <summary>The server answered 2yz to the final dot: it has the message now.</summary>
    Accepted,

    /// <summary>5yz: this message as it is will not be taken (RFC 5321 §4.2.1).</summary>
    Refused,

    /// <summary>4yz, or the connection was lost before the final dot: the server does not have it and may take it another time.</summary>
    Later,

    /// <summary>No connection could be opened (unreachable, no TLS, no sign-in): the server was not asked about this message.</summary>
    NotSent,

    /// <summary>The final dot may have left and no answer came: the server may have the message. Never sent again by itself.</summary>
    Unknown,
}

/// <summary>Whose fault an answer is, and so who must act.</summary>
public enum FaultOwner
{
    None,

    /// <summary>The mailbox or its host.</summary>
    Reader,

    /// <summary>This message: too large, not wanted as it is.</summary>
    Content,

    /// <summary>The newsroom's relay, or the way there: network, protocol, its own troubles.</summary>
    Server,

    /// <summary>The newsroom as a sender: authentication, reputation, rate (5.7.x, 4.7.x). Never the reader's doing.</summary>
    Policy,
}

/// <summary>What became of handing one message over.</summary>
/// <param name="Result">What can be known of it.</param>
/// <param name="Code">Three digits (RFC 5321 §4.2); null when there was no answer.</param>
/// <param name="EnhancedCode">RFC 3463, as <c>5.1.1</c>; null when the answer had none.</param>
/// <param name="Answer">The server's words or the network's, one line, at most 500 characters, without the recipient's address.</param>
/// <param name="Owner">Whose fault it is that it was not accepted.</param>
public sealed record HandOver(HandOverResult Result, int? Code, string? EnhancedCode, string? Answer, FaultOwner Owner)
{
    public const int AnswerLength = 500;

    /// <summary>The newsroom must act, and neither the reader nor the editors.</summary>
    public bool IsOurs => Owner is FaultOwner.Server or FaultOwner.Policy;

    /// <summary>A delay that is meant for everybody at that receiver and not for this mailbox: "too many messages from your network".</summary>
    public bool DelaysAllThere { get; init; }

    /// <summary>How long the server asked us to wait, where it said so ("try again in 300 seconds").</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>
    /// True when the mailbox does not exist and will not: no such mailbox (5.1.1), no such host (5.1.2), no such syntax (5.1.3), moved away
    /// (5.1.6), a host that takes no mail (5.1.10, RFC 7505), and it was said of the reader, in words that do not say otherwise: to MAIL the same code is about us, and some
    /// servers say 5.1.1 where they mean "blocked". Any other refusal, even with a bare 550, has reasons that pass.
    /// </summary>
    public bool EndsTheAddress => Result == HandOverResult.Refused && Owner == FaultOwner.Reader && BounceRules.EndsTheAddress(EnhancedCode)
        && BounceMeaning.Of(EnhancedCode, Code, Answer).Kind == BounceKind.Hard;

    /// <summary>For a row: code and words.</summary>
    public string? Words
    {
        get
        {
            var words = string.Join(' ', new[] { EnhancedCode, Answer }.Where(w => w is not null));
            return words.Length == 0 ? null : words.Length > AnswerLength ? words[..AnswerLength] : words;
        }
    }
}
