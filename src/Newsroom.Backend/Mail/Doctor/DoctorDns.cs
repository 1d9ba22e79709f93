using System.Net;
using System.Net.Sockets;
using DnsClient;
using DnsClient.Protocol;
using Microsoft.Extensions.Options;

namespace Newsroom.Backend.Mail.Doctor;

internal enum DnsState
{
    Found,

    /// <summary>The name is there, with no record of that type.</summary>
    Empty,

    /// <summary>NXDOMAIN: there is no such name, nor any below it (RFC 8020).</summary>
    NoSuchName,

    /// <summary>No answer, or a refusal: nothing is known.</summary>
    Failed,
}

/// <param name="State">What the name server said.</param>
/// <param name="Records">Empty unless <see cref="DnsState.Found"/>.</param>
/// <param name="Fault">Why it failed.</param>
internal sealed record DnsAnswer<T>(DnsState State, IReadOnlyList<T> Records, string? Fault = null)
{
    /// <summary>A look-up that found nothing (RFC 7208 §4.6.4).</summary>
    public bool IsVoid => State is DnsState.Empty or DnsState.NoSuchName;
}

/// <summary>Asks the name server, never a memory: who has just published a record wants to see it.</summary>
internal sealed class DoctorDns(IOptions<MailOptions> mail)
{
    // Two tries of two seconds: the whole examination must end within 30, and a record that needs longer is one that receivers miss too.
    private static readonly TimeSpan OneTry = TimeSpan.FromSeconds(2);

    private readonly LookupClient _client = NameServers.Client(mail.Value.NameServer, OneTry, retries: 1, useCache: false);

    /// <summary>Each record's strings joined without a space between (RFC 7208 §3.3, RFC 6376 §3.6.2.2).</summary>
    public Task<DnsAnswer<string>> TxtAsync(string name, CancellationToken cancellationToken) =>
        AskAsync(name, QueryType.TXT, (TxtRecord r) => string.Concat(r.Text), cancellationToken);

    /// <summary>Host names by preference, without the final dot; "" for the null MX (RFC 7505).</summary>
    public async Task<DnsAnswer<string>> MxAsync(string name, CancellationToken cancellationToken)
    {
        var answer = await AskAsync(name, QueryType.MX, (MxRecord r) => (r.Preference, Host: Bare(r.Exchange.Value)), cancellationToken);
        return new DnsAnswer<string>(answer.State, [.. answer.Records.OrderBy(r => r.Preference).Select(r => r.Host)], answer.Fault);
    }

    public Task<DnsAnswer<IPAddress>> AddressesAsync(string name, AddressFamily family, CancellationToken cancellationToken) =>
        AskAsync(name, family == AddressFamily.InterNetwork ? QueryType.A : QueryType.AAAA, (AddressRecord r) => r.Address, cancellationToken);

    /// <summary>Both families' addresses. Fails when nothing was found and one of them could not be asked for.</summary>
    public async Task<DnsAnswer<IPAddress>> AddressesAsync(string name, CancellationToken cancellationToken)
    {
        var four = await AddressesAsync(name, AddressFamily.InterNetwork, cancellationToken);
        var six = await AddressesAsync(name, AddressFamily.InterNetworkV6, cancellationToken);
        IPAddress[] all = [.. four.Records, .. six.Records];
        if (all.Length > 0)
            return new DnsAnswer<IPAddress>(DnsState.Found, all);
        return six.State == DnsState.Failed ? six : four;
    }

    /// <summary>The names that an address goes by, without the final dot.</summary>
    public Task<DnsAnswer<string>> NamesAsync(IPAddress address, CancellationToken cancellationToken) =>
        AskAsync(address.GetArpaName(), QueryType.PTR, (PtrRecord r) => Bare(r.PtrDomainName.Value), cancellationToken);

    private async Task<DnsAnswer<T>> AskAsync<TRecord, T>(string name, QueryType type, Func<TRecord, T> shape, CancellationToken cancellationToken)
        where TRecord : DnsResourceRecord
    {
        try
        {
            var answer = await _client.QueryAsync(name, type, QueryClass.IN, cancellationToken);
            T[] records = [.. answer.Answers.OfType<TRecord>().Select(shape)];
            return answer.Header.ResponseCode switch
            {
                DnsHeaderResponseCode.NoError => new DnsAnswer<T>(records.Length > 0 ? DnsState.Found : DnsState.Empty, records),
                DnsHeaderResponseCode.NotExistentDomain => new DnsAnswer<T>(DnsState.NoSuchName, []),
                var code => new DnsAnswer<T>(DnsState.Failed, [], $"the name server answered {code} for {name}."),
            };
        }
        catch (DnsResponseException e)
        {
            return new DnsAnswer<T>(DnsState.Failed, [], $"no answer for {name}: {e.Message}");
        }
        catch (ArgumentException)
        {
            // A label of more than 63 octets, as macros can make one: no server has such a name.
            return new DnsAnswer<T>(DnsState.NoSuchName, []);
        }
    }

    private static string Bare(string name) => name.TrimEnd('.');
}
