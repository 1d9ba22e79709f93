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
    internal TokenBucketRateLimiter Begin() => new(new TokenBucketRateLimiterOptions
    {
        TokenLimit = AtOnce,
        TokensPerPeriod = Then,
        ReplenishmentPeriod = Period,
        QueueLimit = 0,
    });
}

/// <summary>What one network may do, and everybody together.</summary>
public sealed class NetworkLimit : IDisposable
{
    private readonly TokenBucketRateLimiter _everybody;
    private readonly PartitionedRateLimiter<IPAddress?> _networks;
    private readonly Allowance _perNetwork;

    public NetworkLimit(Allowance perNetwork, Allowance everybody)
    {
        _perNetwork = perNetwork;
        _everybody = everybody.Begin();
        _networks = PartitionedRateLimiter.Create<IPAddress?, string>(PartitionOf);
    }

    /// <summary>Asks for one more, now.</summary>
    /// <param name="address">Who asks.</param>
    /// <param name="wait">After which time to ask again when it is refused; zero otherwise.</param>
    public bool Allows(IPAddress? address, out TimeSpan wait)
    {
        using var lease = _networks.AttemptAcquire(address);
        wait = lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.Zero;
        return lease.IsAcquired;
    }

    /// <summary>A wait as <c>Retry-After</c> has it.</summary>
    public static string Seconds(TimeSpan wait) => Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);

    public void Dispose()
    {
        _networks.Dispose();
        _everybody.Dispose();
    }

    internal RateLimitPartition<string> PartitionOf(IPAddress? address) =>
        RateLimitPartition.Get(NetworkOf(address), _ => RateLimiter.CreateChained(_perNetwork.Begin(), _everybody));

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

public static class NetworkLimits
{
    /// <summary>A policy under which the POSTs of its endpoints are counted and all else is free.</summary>
    public static IServiceCollection AddPostLimit(this IServiceCollection services, string policy, Allowance perNetwork, Allowance everybody)
    {
        services.AddKeyedSingleton(policy, (_, _) => new NetworkLimit(perNetwork, everybody));
        return services.AddRateLimiter(limits => limits.AddPolicy(policy, context => HttpMethods.IsPost(context.Request.Method)
            ? context.RequestServices.GetRequiredKeyedService<NetworkLimit>(policy).PartitionOf(context.Connection.RemoteIpAddress)
            : RateLimitPartition.GetNoLimiter("")));
    }
}
