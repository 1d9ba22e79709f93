using System.Collections.Concurrent;
using DnsClient;
using DnsClient.Protocol;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Mail;

namespace Newsroom.Backend.Subscribers;

/// <summary>
/// Domains that hardly belong to a reader: throw-away mailboxes, and names to which no mail can go. Asked only under attack. Soft: what
/// cannot be found out within a second counts as fine.
/// </summary>
public sealed class MailDomains(IOptions<MailOptions> mail, TimeProvider clock)
{
    private const int MostRemembered = 10_000;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Remembered = TimeSpan.FromHours(1);

    // The ones met most. A whole list (there are tens of thousands) ages faster than a release; the limits hold against the rest.
    private static readonly HashSet<string> Disposable = new(StringComparer.Ordinal)
    {
        "mailinator.com", "guerrillamail.com", "guerrillamail.net", "guerrillamail.org", "sharklasers.com", "grr.la", "10minutemail.com", "10minutemail.net",
        "temp-mail.org", "tempmail.com", "tempmail.net", "tempmailo.com", "tempail.com", "throwawaymail.com", "yopmail.com", "yopmail.fr", "yopmail.net",
        "trashmail.com", "trashmail.de", "trashmail.net", "wegwerfmail.de", "getnada.com", "nada.email", "dispostable.com", "maildrop.cc", "mailnesia.com",
        "mailcatch.com", "mintemail.com", "mohmal.com", "fakeinbox.com", "spamgourmet.com", "discard.email", "emailondeck.com", "moakt.com", "mytemp.email",
        "spam4.me", "tempr.email", "burnermail.io", "inboxkitten.com", "mail-temp.com", "1secmail.com", "1secmail.net", "1secmail.org",
    };

    private readonly ConcurrentDictionary<string, (bool TakesNoMail, DateTimeOffset Until)> _known = new(StringComparer.Ordinal);
    private readonly Lazy<LookupClient> _client = new(() => NameServers.Client(mail.Value.NameServer, Longest, retries: 0, useCache: false));

    public async Task<bool> IsDoubtfulAsync(string domain, CancellationToken cancellationToken)
    {
        if (Disposable.Contains(domain))
            return true;
        var now = clock.GetUtcNow();
        if (_known.TryGetValue(domain, out var known) && now < known.Until)
            return known.TakesNoMail;
        if (_known.Count >= MostRemembered)
            _known.Clear();
        var takesNoMail = await TakesNoMailAsync(domain, cancellationToken);
        _known[domain] = (takesNoMail, now + Remembered);
        return takesNoMail;
    }

    /// <summary>The name does not exist (RFC 8020), or says that it takes none (null MX, RFC 7505).</summary>
    private async Task<bool> TakesNoMailAsync(string domain, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await _client.Value.QueryAsync(domain, QueryType.MX, QueryClass.IN, cancellationToken);
            return answer.Header.ResponseCode == DnsHeaderResponseCode.NotExistentDomain
                || answer.Answers.OfType<MxRecord>().ToList() is [{ Preference: 0, Exchange.Value: "." }];
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            // No answer, no name server, a name that DNS cannot carry: nothing of it is the reader's fault.
            return false;
        }
    }
}
