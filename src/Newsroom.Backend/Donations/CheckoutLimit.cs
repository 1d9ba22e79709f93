using System.Threading.RateLimiting;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Donations;

/// <summary>
/// How many checkout pages one network and the whole world may open: enough for a telethon evening, too few to test stolen cards with
/// (https://docs.stripe.com/disputes/prevention/card-testing).
/// </summary>
internal static class CheckoutLimit
{
    public const string Policy = "checkouts";

    private static readonly TokenBucketRateLimiterOptions PerNetwork = new()
    {
        TokenLimit = 20,
        TokensPerPeriod = 1,
        ReplenishmentPeriod = TimeSpan.FromSeconds(10),
        QueueLimit = 0,
    };

    private static readonly TokenBucketRateLimiterOptions Everybody = new()
    {
        TokenLimit = 600,
        TokensPerPeriod = 60,
        ReplenishmentPeriod = TimeSpan.FromSeconds(10),
        QueueLimit = 0,
    };

    public static IServiceCollection AddCheckoutLimit(this IServiceCollection services)
    {
        services.AddSingleton<Shared>();
        return services.AddRateLimiter(limits => limits.AddPolicy(Policy, context =>
        {
            if (!HttpMethods.IsPost(context.Request.Method))
                return RateLimitPartition.GetNoLimiter("");
            var everybody = context.RequestServices.GetRequiredService<Shared>().Limiter;
            return RateLimitPartition.Get(SignUpLimit.NetworkOf(context.Connection.RemoteIpAddress),
                _ => RateLimiter.CreateChained(new TokenBucketRateLimiter(PerNetwork), everybody));
        }));
    }

    private sealed class Shared : IDisposable
    {
        public RateLimiter Limiter { get; } = new TokenBucketRateLimiter(Everybody);

        public void Dispose() => Limiter.Dispose();
    }
}
