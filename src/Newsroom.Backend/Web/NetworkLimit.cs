using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;

namespace Newsroom.Backend.Web;

/// <summary>How much of something one may do.</summary>
/// <param name="AtOnce">After a rest.</param>
/// <param name="Then">In each <paramref name="Period"/> from then on.</param>
/// <param name="Period">How often <paramref name="Then"/> is granted.</param>
public sealed record Allowance(int AtOnce, int Then, TimeSpan Period)
{
    internal TokenBucketRateLimiterOptions Bucket() => new() { TokenLimit = AtOnce, TokensPerPeriod = Then, ReplenishmentPeriod = Period, QueueLimit = 0 };
}

/// <summary>
/// What one network may do, and everybody together. Two limiters asked one after the other, not a chained one: that counts as idle when
/// either half is full, so the partition of a drained network is dropped and begins anew (dotnet/runtime issue 125560).
/// </summary>
public sealed class NetworkLimit(Allowance perNetwork, Allowance everybody) : IDisposable
{
    private readonly TokenBucketRateLimiter _everybody = new(everybody.Bucket());
    private readonly PartitionedRateLimiter<IPAddress?> _networks = PartitionedRateLimiter.Create<IPAddress?, string>(
        address => RateLimitPartition.GetTokenBucketLimiter(NetworkOf(address), _ => perNetwork.Bucket()));

    /// <summary>Asks for one more, now. A network that has used up its own takes nothing of everybody's.</summary>
    /// <param name="address">Who asks.</param>
    /// <param name="wait">After which time to ask again when it is refused; zero otherwise.</param>
    public bool Allows(IPAddress? address, out TimeSpan wait)
    {
        using var own = _networks.AttemptAcquire(address);
        if (!own.IsAcquired)
            return Refused(own, out wait);
        using var shared = _everybody.AttemptAcquire();
        if (!shared.IsAcquired)
            return Refused(shared, out wait);
        wait = TimeSpan.Zero;
        return true;
    }

    /// <summary>A wait as <c>Retry-After</c> has it.</summary>
    public static string Seconds(TimeSpan wait) => Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);

    public void Dispose()
    {
        _networks.Dispose();
        _everybody.Dispose();
    }

    private static bool Refused(RateLimitLease lease, out TimeSpan wait)
    {
        wait = lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.Zero;
        return false;
    }

    /// <summary>What one household or office usually has: one IPv4 address, one IPv6 /56.</summary>
    private static string NetworkOf(IPAddress? address)
    {
        if (address is null)
            return "unknown";
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? Convert.ToHexStringLower(address.GetAddressBytes().AsSpan(0, 7))
            : address.ToString();
    }
}
