namespace Newsroom.Backend.Digests;

public static class DigestsSetup
{
    public static IServiceCollection AddDigests(this IServiceCollection services, IConfiguration configuration)
    {
        _ = configuration;
        return services;
    }

    public static WebApplication MapDigests(this WebApplication app) => app;
}
