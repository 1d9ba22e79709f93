using System.Collections.Concurrent;
using System.Net;
using DnsClient;
using DnsClient.Protocol;
using Microsoft.Extensions.Options;

namespace Newsroom.Backend.Subscribers;

public sealed class SignUpOptions
{
    public const string Section = "SignUp";

    /// <summary>Where mail domains are looked up, <c>ADDRESS</c> or <c>ADDRESS:PORT</c>; null: the system's own name servers.</summary>
    public string? NameServer { get; set; }
}

internal sealed class SignUpOptionsRules : IValidateOptions<SignUpOptions>
{
    public ValidateOptionsResult Validate(string? name, SignUpOptions options) => options.NameServer is null || IPEndPoint.TryParse(options.NameServer, out _)
        ? ValidateOptionsResult.Success
        : ValidateOptionsResult.Fail("SignUp:NameServer is not an IP address: give one such as 192.0.2.53 or 192.0.2.53:53, or leave it out.");
}

/// <summary>
/// Domains that hardly belong to a reader: throw-away mailboxes, and names to which no mail can go. Asked only under attack. Soft: what
/// cannot be found out within a second counts as fine.
/// </summary>
public sealed class MailDomains(IOptions<SignUpOptions> options, TimeProvider clock)
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
    private readonly Lazy<LookupClient> _client = new(() => Client(options.Value));

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

    private static LookupClient Client(SignUpOptions options)
    {
        var settings = options.NameServer is null ? new LookupClientOptions() : new LookupClientOptions(Server(options.NameServer));
        (settings.Timeout, settings.Retries, settings.UseCache, settings.ContinueOnDnsError) = (Longest, 0, false, false);
        return new LookupClient(settings);
    }

    private static IPEndPoint Server(string text)
    {
        var server = IPEndPoint.Parse(text);
        return server.Port == 0 ? new IPEndPoint(server.Address, NameServer.DefaultPort) : server;
    }
}
