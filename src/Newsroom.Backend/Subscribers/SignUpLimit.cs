using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;

namespace Newsroom.Backend.Subscribers;

/// <summary>
/// How many sign-ups one network and the whole world may send: enough for a newsroom's best day and an office behind one address, too few
/// to make a useful mail cannon. Per address the cool-down of <see cref="AskForConfirmation"/> holds beside it.
/// </summary>
internal static class SignUpLimit
{
    public const string Policy = "sign-up";

    private static readonly TokenBucketRateLimiterOptions PerNetwork = new()
    {
        TokenLimit = 60,
        TokensPerPeriod = 10,
        ReplenishmentPeriod = TimeSpan.FromSeconds(20),
        QueueLimit = 0,
    };

    private static readonly TokenBucketRateLimiterOptions Everybody = new()
    {
        TokenLimit = 2000,
        TokensPerPeriod = 200,
        ReplenishmentPeriod = TimeSpan.FromSeconds(10),
        QueueLimit = 0,
    };

    public static IServiceCollection AddSignUpLimit(this IServiceCollection services)
    {
        services.AddSingleton<Shared>();
        return services.AddRateLimiter(limits => limits.AddPolicy(Policy, context =>
        {
            if (!HttpMethods.IsPost(context.Request.Method))
                return RateLimitPartition.GetNoLimiter("");
            var everybody = context.RequestServices.GetRequiredService<Shared>().Limiter;
            return RateLimitPartition.Get(NetworkOf(context.Connection.RemoteIpAddress),
                _ => RateLimiter.CreateChained(new TokenBucketRateLimiter(PerNetwork), everybody));
        }));
    }

    /// <summary>What one household or office usually has: one IPv4 address, one IPv6 /56.</summary>
    internal static string NetworkOf(IPAddress? address)
    {
        if (address is null)
            return "unknown";
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? Convert.ToHexStringLower(address.GetAddressBytes().AsSpan(0, 7))
            : address.ToString();
    }

    private sealed class Shared : IDisposable
    {
        public RateLimiter Limiter { get; } = new TokenBucketRateLimiter(Everybody);

        public void Dispose() => Limiter.Dispose();
    }
}
