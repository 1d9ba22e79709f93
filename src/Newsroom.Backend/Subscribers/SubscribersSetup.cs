using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Jobs;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Mail.Bounces;
using Newsroom.Backend.Subscribers.Embed;
using Newsroom.Backend.Subscribers.Imports;
using Newsroom.Backend.Subscribers.Preferences;
using Newsroom.Backend.Subscribers.Privacy;
using Newsroom.Backend.Subscribers.Staff;
using Newsroom.Backend.Subscribers.Suppressed;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Subscribers;

public static class SubscribersSetup
{
    private const string Daily = "17 3 * * *";

    public static IServiceCollection AddSubscribers(this IServiceCollection services)
    {
        services.AddSingleton<AnswerPace>().AddSingleton<AskForConfirmation>().AddScoped<RecordSignUps>().AddScoped<SignUp>().AddScoped<ConfirmSignUp>().AddScoped<RenewConfirmation>().AddScoped<Leave>().AddScoped<NeverAgain>();
        services.AddScoped<MailConfirmationAgain>().AddScoped<LeaveOnRequest>().AddStaffPages();
        services.AddScoped<ReaderLinks>().AddScoped<EmbedSnippets>();
        services.AddImports().AddScoped<ExportReaders>();
        services.AddSingleton<ConsentPlaces>();
        services.AddPrivacy();
        services.AddScoped<IMailComposer, ConfirmationComposer>().AddMailTemplate(ConfirmationComposer.MailKind, ConfirmationComposer.Sample);
        services.AddScoped<IMailComposer, AlreadySubscribedComposer>().AddMailTemplate(AlreadySubscribedComposer.MailKind, AlreadySubscribedComposer.Sample);
        services.AddRecurringJob<PurgeUnconfirmed>("subscribers.purge-unconfirmed", Daily, Queues.Default, j => j.RunAsync(CancellationToken.None));
        services.AddRecurringJob<CountReaders>("subscribers.count", CountReaders.Hourly, Queues.Default, j => j.RunAsync(CancellationToken.None), atStart: true);
        services.AddScoped<SignUpDesk>().AddScoped<ReleaseHeld>().AddScoped<DiscardHeld>();
        services.AddSingleton<SignUpPolicy>().AddSingleton<SignUpProof>().AddSingleton<AttackMode>().AddSingleton<HeldSignUps>().AddSingleton<MailDomains>();
        services.AddRecurringJob<TendSignUps>("subscribers.tend-sign-ups", Timetable.EveryMinute, Queues.Default, j => j.RunAsync(CancellationToken.None));
        services.AddScoped<IMailedBy, SingleMails>().AddScoped<SettleReport>().AddScoped<LiftSuppression>().AddScoped<BarAddress>();
        services.AddPreferences().AddMailHelp();
        services.AddOptions<CorsOptions>().Configure<IOptions<SiteOptions>>((cors, site) => cors.AddPolicy(SubscriptionsApi.CorsPolicy, policy => policy
            .WithOrigins([.. site.Value.AllowedOrigins]).WithMethods(HttpMethods.Get, HttpMethods.Post).WithHeaders("Content-Type").SetPreflightMaxAge(TimeSpan.FromHours(1))));
        return services;
    }

    public static WebApplication MapSubscribers(this WebApplication app)
    {
        SubscriptionsApi.Map(app);
        SubscribersApi.Map(app);
        HeldSignUpsApi.Map(app);
        SuppressedApi.Map(app);
        EmbedScript.Map(app);
        EmbedApi.Map(app);
        return app;
    }
}
