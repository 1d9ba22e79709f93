using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Jobs;

namespace Newsroom.Backend.Webhooks;

public static class WebhooksSetup
{
    public static IServiceCollection AddWebhooks(this IServiceCollection services)
    {
        services.AddOptions<WebhooksOptions>().BindConfiguration(WebhooksOptions.Section).ValidateOnStart();
        services.AddHttpClient(WebhookClient.ClientName, client => client.Timeout = Timeout.InfiniteTimeSpan)
            .ConfigurePrimaryHttpMessageHandler(s => WebhookClient.Handler(s.GetRequiredService<IOptions<WebhooksOptions>>().Value.AllowPrivateNetworks))
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
            // An address is often the receiver's secret.
            .RemoveAllLoggers();
        services.AddSingleton<WebhookClient>().AddSingleton<WebhookSecrets>();
        services.AddScoped<Announcements>().AddScoped<DeliverWebhook>();
        services.AddScoped<RegisterWebhook>().AddScoped<EditWebhook>().AddScoped<RotateWebhookSecret>().AddScoped<EnableWebhook>().AddScoped<DisableWebhook>().AddScoped<RemoveWebhook>();
        services.AddScoped<TestWebhook>().AddScoped<SendAgain>();
        services.AddScoped<IPersonalData, WebhookPersonalData>();
        services.AddRecurringJob<DeliverWebhooks>("webhooks.deliver", Timetable.EveryMinute, Queues.Webhooks, j => j.RunAsync(CancellationToken.None), atStart: true);
        services.AddRecurringJob<WatchWebhooks>("webhooks.watch", WatchWebhooks.EveryTenMinutes, Queues.Default, j => j.RunAsync(CancellationToken.None));
        services.AddRecurringJob<ForgetWebhookDeliveries>("privacy.forget-webhook-deliveries", "53 3 * * *", Queues.Default, j => j.RunAsync(CancellationToken.None));
        services.AddRetentionRule(
            "What other programs of ours were told: that somebody with such an opaque number signed up, left, gave or was erased, never your name or address",
            "so that one of them which was away hears of it", ForgetWebhookDeliveries.HowLong);
        return services;
    }

    public static WebApplication MapWebhooks(this WebApplication app)
    {
        WebhooksApi.Map(app);
        return app;
    }
}
