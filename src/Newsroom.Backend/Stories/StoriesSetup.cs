namespace Newsroom.Backend.Stories;

public static class StoriesSetup
{
    public static IServiceCollection AddStories(this IServiceCollection services, IConfiguration configuration)
    {
        _ = configuration;
        return services;
    }

    public static WebApplication MapStories(this WebApplication app) => app;
}
