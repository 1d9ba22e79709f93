using System.Net;
using System.Net.Sockets;

namespace Newsroom.Backend.Web;

/// <summary>The network somebody comes from, as limits count it: IPv4 /24, IPv6 /64. Never kept in clear; the evidence keeps a keyed hash for a while.</summary>
public static class NetworkPrefix
{
    /// <returns><c>203.0.113.0/24</c>, <c>2001:db8::/64</c>, or <c>unknown</c>.</returns>
    public static string Of(IPAddress? address)
    {
        if (address is null)
            return "unknown";
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        var length = address.AddressFamily == AddressFamily.InterNetworkV6 ? 64 : 24;
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(length / 8).Clear();
        return $"{new IPAddress(bytes)}/{length}";
    }
}
