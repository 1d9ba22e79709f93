using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Jobs;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Subscribers.Embed;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Subscribers;

public static class SubscribersSetup
{
    private const string Daily = "17 3 * * *";

    public static IServiceCollection AddSubscribers(this IServiceCollection services)
    {
        services.AddScoped<SignUp>().AddScoped<AskForConfirmation>().AddScoped<ConfirmSignUp>().AddScoped<RenewConfirmation>().AddScoped<Leave>();
        services.AddScoped<ReaderLinks>().AddScoped<EmbedSnippets>();
        services.AddScoped<IMailComposer, ConfirmationComposer>().AddMailTemplate(ConfirmationComposer.MailKind, ConfirmationComposer.Sample);
        services.AddScoped<IMailComposer, AlreadySubscribedComposer>().AddMailTemplate(AlreadySubscribedComposer.MailKind, AlreadySubscribedComposer.Sample);
        services.AddRecurringJob<PurgeUnconfirmed>("subscribers.purge-unconfirmed", Daily, Queues.Default, j => j.RunAsync(CancellationToken.None));
        services.AddSignUpLimit();
        services.AddOptions<CorsOptions>().Configure<IOptions<SiteOptions>>((cors, site) => cors.AddPolicy(SubscriptionsApi.CorsPolicy, policy => policy
            .WithOrigins([.. site.Value.AllowedOrigins]).WithMethods(HttpMethods.Post).WithHeaders("Content-Type").SetPreflightMaxAge(TimeSpan.FromHours(1))));
        return services;
    }

    public static WebApplication MapSubscribers(this WebApplication app)
    {
        SubscriptionsApi.Map(app);
        SubscribersApi.Map(app);
        EmbedScript.Map(app);
        EmbedApi.Map(app);
        return app;
    }
}
