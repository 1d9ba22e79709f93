using System.Net;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Mail.Doctor;

/// <summary>From which addresses readers' servers see the mail come, as far as that can be told.</summary>
/// <param name="Addresses">Empty: nothing is known.</param>
/// <param name="AreCertain">True when somebody configured them; the addresses of a provider's submission host need not be those it sends from.</param>
/// <param name="Why">In words, where they are from or why there are none.</param>
internal sealed record KnownAddresses(IReadOnlyList<IPAddress> Addresses, bool AreCertain, string Why);

internal sealed class SendingAddresses(IOptions<DoctorOptions> doctor, IOptions<MailOptions> mail, DoctorDns dns)
{
    public async Task<KnownAddresses> FindAsync(CancellationToken cancellationToken)
    {
        if (doctor.Value.Addresses.Count > 0)
            return new KnownAddresses([.. doctor.Value.Addresses.Select(IPAddress.Parse)], AreCertain: true, "Mail:Doctor:Addresses");
        var found = new List<KnownAddresses>();
        foreach (var (_, relay) in mail.Value.AllRelays.Where(r => r.Relay.Host.Length > 0))
            found.Add(await OfHostAsync(relay.Host, cancellationToken));
        IPAddress[] all = [.. found.SelectMany(f => f.Addresses).Distinct()];
        return new KnownAddresses(all, AreCertain: false, string.Join("; ", found.Where(f => all.Length == 0 || f.Addresses.Count > 0).Select(f => f.Why).Distinct()));
    }

    private async Task<KnownAddresses> OfHostAsync(string host, CancellationToken cancellationToken)
    {
        if (RelayRules.IsThisMachine(host))
            return new KnownAddresses([], AreCertain: false, "the relay is this machine, whose public address it cannot see");
        if (IPAddress.TryParse(host, out var literal))
            return Public([literal], host);
        var answer = await dns.AddressesAsync(host, cancellationToken);
        return answer.State == DnsState.Found
            ? Public(answer.Records, host)
            : new KnownAddresses([], AreCertain: false, $"the relay {host} has no address in DNS{(answer.Fault is null ? "" : ": " + answer.Fault)}");
    }

    private static KnownAddresses Public(IEnumerable<IPAddress> addresses, string host)
    {
        IPAddress[] known = [.. addresses.Where(OutboundGuard.IsPublic)];
        return new KnownAddresses(known, AreCertain: false, known.Length > 0 ? $"the addresses of {host}" : $"the relay {host} has a private address only");
    }
}
