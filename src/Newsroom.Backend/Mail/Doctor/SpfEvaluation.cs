using System.Net;
using System.Net.Sockets;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Mail.Doctor;

internal enum SpfResult
{
    None,
    Neutral,
    Pass,
    Fail,
    SoftFail,

    /// <summary>A name server did not answer.</summary>
    TempError,

    /// <summary>The records are wrong: receivers read none of them.</summary>
    PermError,
}

/// <summary>One walk through a domain's records for one address, as a receiver does it (<c>check_host</c>, RFC 7208 §4), and what it cost.</summary>
internal sealed class SpfEvaluation(DoctorDns dns, IPAddress client, EmailAddress sender)
{
    /// <summary>RFC 7208 §4.6.4.</summary>
    public const int MostLookUps = 10;
    public const int MostVoidLookUps = 2;
    private const int MostMailServers = 10;

    // Walked on beyond the limit, so that the real number can be told; records that lead to each other end here.
    private const int GiveUp = 60;

    private bool _failed;

    /// <summary>Terms that asked DNS, nested ones too.</summary>
    public int LookUps { get; private set; }

    public int VoidLookUps { get; private set; }

    /// <summary>Some record uses <c>ptr</c>, which receivers need not heed (RFC 7208 §5.5).</summary>
    public bool UsesPtr { get; private set; }

    /// <summary>What is wrong, a sentence.</summary>
    public string? Fault { get; private set; }

    public async Task<SpfResult> RunAsync(string domain, CancellationToken cancellationToken)
    {
        var result = await CheckAsync(domain, cancellationToken);
        if (Fault is not null)
            return _failed ? SpfResult.TempError : SpfResult.PermError;
        if (LookUps > MostLookUps)
            return Wrong($"It takes {LookUps} DNS look-ups, and receivers stop after {MostLookUps}.");
        return VoidLookUps > MostVoidLookUps ? Wrong($"{VoidLookUps} of its look-ups find nothing, and receivers stop after {MostVoidLookUps}.") : result;
    }

    private async Task<SpfResult> CheckAsync(string domain, CancellationToken cancellationToken)
    {
        var answer = await dns.TxtAsync(domain, cancellationToken);
        if (answer.State == DnsState.Failed)
            return Unanswered(answer.Fault);
        string[] records = [.. answer.Records.Where(SpfRecord.IsOne)];
        if (records.Length == 0)
            return SpfResult.None;
        if (records.Length > 1)
            return Wrong($"{domain} has {records.Length} SPF records, and receivers accept only one.");
        if (SpfRecord.Parse(records[0], out var fault) is not { } record)
            return Wrong($"In the record of {domain} {fault}");
        foreach (var term in record.Terms)
        {
            var matches = await MatchesAsync(term, domain, cancellationToken);
            if (Fault is not null)
                return SpfResult.PermError;
            if (matches)
                return term.Qualifier switch { '-' => SpfResult.Fail, '~' => SpfResult.SoftFail, '?' => SpfResult.Neutral, _ => SpfResult.Pass };
        }
        return record.Redirect is null ? SpfResult.Neutral : await RedirectAsync(Expand(record.Redirect, domain), domain, cancellationToken);
    }

    private async Task<SpfResult> RedirectAsync(string to, string domain, CancellationToken cancellationToken)
    {
        if (!Count())
            return SpfResult.PermError;
        var result = await CheckAsync(to, cancellationToken);
        return result == SpfResult.None ? Wrong($"The record of {domain} is to be looked for at {to}, where there is none.") : result;
    }

    private async Task<bool> MatchesAsync(SpfTerm term, string domain, CancellationToken cancellationToken)
    {
        var target = Expand(term.Domain, domain);
        switch (term.Name)
        {
            case "all":
                return true;
            case "ip4" or "ip6":
                return Agrees(term.Address!, term);
            default:
                return Count() && term.Name switch
                {
                    "include" => await IncludesAsync(target, domain, cancellationToken),
                    "a" => await HasAddressAsync(target, term, cancellationToken),
                    "mx" => await HasMailServerAsync(target, term, cancellationToken),
                    "exists" => Heard(await dns.AddressesAsync(target, AddressFamily.InterNetwork, cancellationToken)).Count > 0,
                    _ => !(UsesPtr = true),
                };
        }
    }

    private async Task<bool> IncludesAsync(string target, string domain, CancellationToken cancellationToken)
    {
        var result = await CheckAsync(target, cancellationToken);
        if (result == SpfResult.None)
            Wrong($"The record of {domain} includes {target}, which has none.");
        return result == SpfResult.Pass;
    }

    private async Task<bool> HasAddressAsync(string target, SpfTerm term, CancellationToken cancellationToken) =>
        Heard(await dns.AddressesAsync(target, client.AddressFamily, cancellationToken)).Any(a => Agrees(a, term));

    private async Task<bool> HasMailServerAsync(string target, SpfTerm term, CancellationToken cancellationToken)
    {
        var servers = Heard(await dns.MxAsync(target, cancellationToken));
        if (servers.Count > MostMailServers)
            return Wrong($"mx:{target} has {servers.Count} mail servers, and receivers stop after {MostMailServers}.") == SpfResult.Pass;
        foreach (var server in servers.Where(s => s.Length > 0))
        {
            // These have a limit of their own and are none of the ten (RFC 7208 §4.6.4).
            var addresses = await dns.AddressesAsync(server, client.AddressFamily, cancellationToken);
            if (addresses.Records.Any(a => Agrees(a, term)))
                return true;
        }
        return false;
    }

    private IReadOnlyList<T> Heard<T>(DnsAnswer<T> answer)
    {
        if (answer.State == DnsState.Failed)
            Unanswered(answer.Fault);
        else if (answer.IsVoid)
            VoidLookUps++;
        return answer.Records;
    }

    private bool Count() => ++LookUps <= GiveUp || Wrong($"It takes more than {GiveUp} look-ups: the records may include each other.") == SpfResult.Pass;

    private string Expand(string? text, string domain) => text is null ? domain : SpfMacros.Expand(text, client, sender, domain);

    private bool Agrees(IPAddress address, SpfTerm term)
    {
        if (address.AddressFamily != client.AddressFamily)
            return false;
        var bits = client.AddressFamily == AddressFamily.InterNetwork ? term.Bits4 : term.Bits6;
        var (one, other) = (address.GetAddressBytes(), client.GetAddressBytes());
        for (var i = 0; i < bits; i++)
        {
            if (((one[i / 8] ^ other[i / 8]) & (0x80 >> i % 8)) != 0)
                return false;
        }
        return true;
    }

    private SpfResult Wrong(string fault)
    {
        Fault ??= fault;
        return SpfResult.PermError;
    }

    private SpfResult Unanswered(string? fault)
    {
        (Fault, _failed) = (Fault ?? fault, Fault is null || _failed);
        return SpfResult.TempError;
    }
}
