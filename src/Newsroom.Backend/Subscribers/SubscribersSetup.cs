namespace Newsroom.Backend.Subscribers;

public static class SubscribersSetup
{
    public static IServiceCollection AddSubscribers(this IServiceCollection services, IConfiguration configuration)
    {
        _ = configuration;
        return services;
    }

    public static WebApplication MapSubscribers(this WebApplication app) => app;
}
