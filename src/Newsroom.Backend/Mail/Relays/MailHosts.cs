using System.Collections.Concurrent;
using DnsClient;
using DnsClient.Protocol;
using Microsoft.Extensions.Options;

namespace Newsroom.Backend.Mail.Relays;

/// <summary>Where a domain's mail goes.</summary>
/// <param name="Group">A name that domains of the same receiver share.</param>
/// <param name="Server">The first mail server's name; null while it is not known.</param>
public sealed record MailHost(string Group, string? Server)
{
    public bool IsUnder(string suffix) => Server is { } server
        && server.EndsWith(suffix, StringComparison.OrdinalIgnoreCase) && (server.Length == suffix.Length || server[^(suffix.Length + 1)] == '.');
}

/// <summary>
/// Tells which domains have the same mail servers (MX, RFC 5321 §5.1). Never waits: a domain is its own group until the answer is there, a while after it was
/// first asked for. Thread-safe.
/// </summary>
public sealed class MailHosts(IOptions<MailOptions> mail, TimeProvider clock)
{
    private const int MostRemembered = 50_000;
    private const int MostAsked = 20;
    private static readonly TimeSpan Remembered = TimeSpan.FromDays(1);
    private static readonly TimeSpan RememberedInVain = TimeSpan.FromHours(1);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    private static readonly (string Suffix, string Group)[] Families =
    [
        ("google.com", "google"), ("googlemail.com", "google"), ("outlook.com", "microsoft"), ("hotmail.com", "microsoft"), ("office365.us", "microsoft"),
        ("yahoodns.net", "yahoo"), ("icloud.com", "apple"), ("me.com", "apple"),
    ];

    private readonly ConcurrentDictionary<string, (MailHost Host, DateTimeOffset Until)> _known = new(StringComparer.Ordinal);
    private readonly Lazy<LookupClient> _client = new(() => NameServers.Client(mail.Value.NameServer, Longest, retries: 1, useCache: true));
    private int _asking;

    /// <param name="domain">In lower case, ASCII.</param>
    /// <param name="now">The instant.</param>
    public MailHost Of(string domain, DateTimeOffset now)
    {
        if (FamilyOfDomain(domain) is { } family)
            return new MailHost(family, null);
        if (_known.TryGetValue(domain, out var known) && now < known.Until)
            return known.Host;
        var host = known.Host ?? new MailHost(domain, null);
        // Few at a time: a domain that finds no room is asked for when its next message comes.
        if (Volatile.Read(ref _asking) >= MostAsked)
            return host;
        if (_known.Count >= MostRemembered)
            _known.Clear();
        _known[domain] = (host, now + RememberedInVain);
        Interlocked.Increment(ref _asking);
        Learning = Task.Run(() => LearnAsync(domain));
        return host;
    }

    /// <summary>The look-up begun last.</summary>
    internal Task Learning { get; private set; } = Task.CompletedTask;

    /// <summary>A family's name, or the server's without its own label: <c>mx1.mail.example.net</c> and <c>mx2.mail.example.net</c> are one.</summary>
    internal static string GroupOf(string server)
    {
        if (FamilyOf(server) is { } family)
            return family;
        var rest = server[(server.IndexOf('.', StringComparison.Ordinal) + 1)..];
        return rest.Contains('.', StringComparison.Ordinal) && !IsRegistry(rest) ? rest : server;
    }

    /// <summary><c>co.uk</c> is nobody's: all who have their mail at a bare name below it would be one receiver.</summary>
    private static bool IsRegistry(string name) =>
        name.Split('.') is ["co" or "com" or "net" or "org" or "edu" or "gov" or "gob" or "ac" or "or" or "ne" or "go", { Length: 2 }];

    /// <summary>The name of the large receiver whose server it is; null when it is another's.</summary>
    internal static string? FamilyOf(string server) => Families.FirstOrDefault(f => new MailHost("", server).IsUnder(f.Suffix)).Group;

    /// <summary>Those that most readers have need no look-up.</summary>
    private static string? FamilyOfDomain(string domain) => domain switch
    {
        "gmail.com" or "googlemail.com" => "google",
        "outlook.com" or "hotmail.com" or "live.com" or "msn.com" => "microsoft",
        "yahoo.com" or "ymail.com" or "aol.com" or "rocketmail.com" => "yahoo",
        "icloud.com" or "me.com" or "mac.com" => "apple",
        _ => null,
    };

    private async Task LearnAsync(string domain)
    {
        try
        {
            var answer = await _client.Value.QueryAsync(domain, QueryType.MX);
            if (answer.Answers.OfType<MxRecord>().MinBy(m => m.Preference)?.Exchange.Value.TrimEnd('.').ToLowerInvariant() is { Length: > 0 } server)
                _known[domain] = (new MailHost(GroupOf(server), server), clock.GetUtcNow() + Remembered);
        }
#pragma warning disable CA1031 // No answer, no name server, a name that DNS cannot carry: the domain stays its own group and is asked for again in an hour.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
        finally
        {
            Interlocked.Decrement(ref _asking);
        }
    }
}
