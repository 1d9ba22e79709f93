using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Digests.Archive;
using Newsroom.Backend.Jobs;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Mail.Bounces;

namespace Newsroom.Backend.Digests;

public static class DigestsSetup
{
    public static IServiceCollection AddDigests(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<SendingOptions>().BindConfiguration(SendingOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<SendingOptions>, SendingOptionsRules>();
        services.AddSingleton<Ledgers>().AddSingleton<ProgressFigures>().AddScoped<ReadProgress>();
        services.AddScoped<SendingAlerts>().AddScoped<SettleUncertain>().AddScoped<SendToTheMissing>().AddScoped<IMailedBy, DigestMailed>();
        services.AddScoped<NewStories>().AddScoped<ComposeDigest>();
        services.AddScoped<ChangeDigest>().AddScoped<StartDigest>().AddScoped<SendDigest>().AddScoped<ScheduleDigest>();
        services.AddScoped<PauseDigest>().AddScoped<ResumeDigest>().AddScoped<CancelDigest>().AddScoped<SendTest>();
        services.AddScoped<Editions>().AddScoped<PlanAudience>().AddScoped<SliceRun>().AddScoped<SendSlice>().AddScoped<FinishDigest>();
        services.AddSingleton<Stragglers>().AddHostedService(s => s.GetRequiredService<Stragglers>());
        services.AddScoped<BringUpToDate>().AddScoped<MakeSlotEditions>();
        services.AddScoped<MakeSlotDigest>().AddScoped<NextRuns>().AddScoped<TurnCadence>();
        services.AddMailTemplate(Editions.Template, DigestModel.Sample);
        services.AddRecurringJob<TendDigests>("digests.tend", Timetable.EveryMinute, Queues.Default, j => j.RunAsync(CancellationToken.None), atStart: true);
        services.AddRecurringJob<WatchSending>("digests.watch", Timetable.EveryMinute, Queues.Default, j => j.RunAsync(CancellationToken.None));
        services.AddRecurringJob<TakeSlots>("digests.cadence", Timetable.EveryMinute, Queues.Default, j => j.RunAsync(CancellationToken.None), atStart: true);
        services.AddRecurringJob<TendRhythms>("digests.rhythms", Timetable.EveryMinute, Queues.Default, j => j.RunAsync(CancellationToken.None), atStart: true);
        services.AddScoped<IPersonalData, DigestPersonalData>().AddScoped<IHoldAfterRestore, HoldDigests>();
        services.AddRecurringJob<ForgetDeliveryAnswers>("privacy.forget-delivery-answers", "43 3 * * *", Queues.Bulk, j => j.RunAsync(CancellationToken.None));
        services.AddRetentionRule("What mail servers answered to newsletters", "to find out why one did not arrive", ForgetDeliveryAnswers.HowLong);
        services.AddRetentionRule(
            "Which newsletters were sent to you, and whether your mail server took them", "so that nobody gets one twice and the figures are true",
            "as long as your subscription is kept; afterwards without you in it");
        // Jobs in memory belong to one process, so there is no other that could hold a lease; unless the operator says that there is.
        if (JobsSetup.StorageOf(configuration) == JobStorageKind.InMemory
            && !configuration.GetValue<bool>($"{DatabaseOptions.Section}:{nameof(DatabaseOptions.AllowSeveralProcesses)}"))
        {
            services.AddHostedService<ReclaimAtStart>();
        }
        if (configuration.GetValue($"{JobsOptions.Section}:{nameof(JobsOptions.RunServer)}", true))
            services.AddHostedService<WatchForUnattended>();
        return services;
    }

    public static WebApplication MapDigests(this WebApplication app)
    {
        app.MapDigestsApi();
        app.MapArchiveFeed();
        return app;
    }
}
