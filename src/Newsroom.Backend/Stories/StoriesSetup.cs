using Microsoft.Extensions.Options;
using Newsroom.Backend.Jobs;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Stories;

public static class StoriesSetup
{
    public static IServiceCollection AddStories(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<StoriesOptions>().BindConfiguration(StoriesOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<StoriesOptions>, StoriesOptionsRules>();
        foreach (var name in (string[])[FeedClient.ClientName, WithdrawGone.ClientName])
        {
            services.AddHttpClient(name, client => client.Timeout = Timeout.InfiniteTimeSpan)
                .ConfigurePrimaryHttpMessageHandler(s =>
                    OutboundGuard.Handler(s.GetRequiredService<IOptions<StoriesOptions>>().Value.AllowPrivateNetworks))
                .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
                .RemoveAllLoggers();
        }
        services.AddSingleton<FeedClient>();
        services.AddScoped<FetchStories>();
        services.AddScoped<TakeInFeed>();
        services.AddScoped<OlderPages>();
        services.AddScoped<FeedAlerts>();
        services.AddScoped<PushStory>();
        services.AddScoped<WithdrawStory>();
        services.AddScoped<WithdrawGone>();
        services.AddRecurringJob<PollFeeds>(
            "stories.fetch", Timetable.EveryMinute, Queues.Default, j => j.RunAsync(CancellationToken.None), atStart: true);
        return services;
    }

    public static WebApplication MapStories(this WebApplication app)
    {
        app.MapStoriesApi();
        return app;
    }
}
