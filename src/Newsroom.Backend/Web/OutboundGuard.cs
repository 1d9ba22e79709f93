using System.Net;
using System.Net.Sockets;

namespace Newsroom.Backend.Web;

/// <summary>Finds a host's addresses; the program's is <see cref="Dns.GetHostAddressesAsync(string, CancellationToken)"/>.</summary>
public delegate Task<IPAddress[]> ResolveHost(string host, CancellationToken cancellationToken);

/// <summary>Thrown inside a connection attempt: the address is one that no stranger's text may lead this program to.</summary>
public sealed class DestinationRefusedException(string host)
    : Exception($"{host} leads to a private or reserved network address, where this program does not go.");

/// <summary>
/// For HTTP to addresses that people type or sites redirect to (feeds, outgoing webhooks): resolves the name once, refuses it when any of
/// its addresses is not on the public internet, and connects to exactly what was checked, so that a second answer of the name server
/// (DNS rebinding) changes nothing. It sits where connections are made: redirects and odd spellings of an address pass it too.
/// Redirects are not followed here; whoever follows them makes a new request, and so a new check.
/// </summary>
public static class OutboundGuard
{
    // RFC 6890 and IANA's special-purpose registries; 0.0.0.0/8 reaches the own host on Linux.
    private static readonly IPNetwork[] Special4 =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        }.Select(n => IPNetwork.Parse(n)),
    ];

    // Within 2000::/3: IETF protocols with Teredo, documentation, 6to4 (which carries an IPv4 address), documentation again.
    private static readonly IPNetwork[] Special6 =
        [.. new[] { "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20" }.Select(n => IPNetwork.Parse(n))];

    private static readonly IPNetwork Global6 = IPNetwork.Parse("2000::/3");
    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");

    /// <summary>A handler without proxy (it would do the resolving), cookies or automatic redirects.</summary>
    /// <param name="allowPrivateNetworks">True switches the refusal off, for a site on the newsroom's own network.</param>
    /// <param name="resolve">Null: the system's resolver.</param>
    public static SocketsHttpHandler Handler(bool allowPrivateNetworks, ResolveHost? resolve = null) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        AutomaticDecompression = DecompressionMethods.All,
        ConnectTimeout = TimeSpan.FromSeconds(10),
        // A name may move: no connection outlives the answer it was checked with for long.
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        ConnectCallback = async (context, cancellationToken) =>
            await ConnectAsync(context.DnsEndPoint, allowPrivateNetworks, resolve ?? Dns.GetHostAddressesAsync, cancellationToken),
    };

    /// <summary>False for loopback, private, link-local, carrier-grade NAT, unique-local, multicast and every other special range.</summary>
    public static bool IsPublic(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        else if (Nat64.Contains(address))
            address = new IPAddress(address.GetAddressBytes().AsSpan(12));
        return address.AddressFamily switch
        {
            AddressFamily.InterNetwork => !Array.Exists(Special4, n => n.Contains(address)),
            AddressFamily.InterNetworkV6 => Global6.Contains(address) && !Array.Exists(Special6, n => n.Contains(address)),
            _ => false,
        };
    }

    private static async Task<Stream> ConnectAsync(
        DnsEndPoint destination, bool allowPrivateNetworks, ResolveHost resolve, CancellationToken cancellationToken)
    {
        // Not every address may be looked up as a name: 0.0.0.0 throws there.
        var addresses = IPAddress.TryParse(destination.Host, out var literal)
            ? [literal] : await resolve(destination.Host, cancellationToken);
        if (addresses.Length == 0)
            throw new SocketException((int)SocketError.HostNotFound);
        if (!allowPrivateNetworks && !Array.TrueForAll(addresses, IsPublic))
            throw new DestinationRefusedException(destination.Host);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, destination.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
