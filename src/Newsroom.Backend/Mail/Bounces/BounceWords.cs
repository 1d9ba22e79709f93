namespace Newsroom.Backend.Mail.Bounces;

/// <param name="Words">In lower case; several parts, parted by <c>*</c>, must come in this order.</param>
/// <param name="Reason">One of <see cref="BounceReasons"/>.</param>
/// <param name="IsCertain">False where the same words are also said for other reasons.</param>
/// <param name="Status">When set, counts only with this status.</param>
/// <param name="Code">When set, counts only with this reply code.</param>
internal sealed record WordRule(string Words, string Reason, bool IsCertain = true, string? Status = null, int? Code = null)
{
    private readonly string[] _parts = Words.Split('*');

    public bool IsIn(string plain)
    {
        var at = 0;
        foreach (var part in _parts)
        {
            at = plain.IndexOf(part, at, StringComparison.Ordinal);
            if (at < 0)
                return false;
            at += part.Length;
        }
        return true;
    }
}

/// <summary>
/// What servers say when they refuse, and what they mean. The first rule that fits holds, so the order is: answers known to be worded against
/// their meaning; whatever is about the sender or the message, even beside "unknown"; mailboxes that are there but full or shut; and only then
/// those that are not there.
/// </summary>
internal static class BounceWords
{
    private static readonly WordRule[] Rules =
    [
        .. BounceWordsOfServers.Misleading, .. BounceWordsOfServers.AboutTheSender, .. BounceWordsOfServers.AboutTheMessage,
        .. BounceWordsOfServers.AboutTheMailbox, .. BounceWordsOfServers.NoSuchMailbox, .. BounceWordsOfServers.AboutTheWay, .. BounceWordsOfServers.Vague,
    ];

    public static WordRule? Find(string plain, string? status, int? code)
    {
        foreach (var rule in Rules)
        {
            if ((rule.Status is null || rule.Status == status) && (rule.Code is null || rule.Code == code) && rule.IsIn(plain))
                return rule;
        }
        return null;
    }
}
