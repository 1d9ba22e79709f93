using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Jobs;
using Newsroom.Backend.Mail.Alerts;
using Newsroom.Backend.Mail.Bounces;
using Newsroom.Backend.Mail.Bounces.Webhooks;
using Newsroom.Backend.Mail.Doctor;
using Newsroom.Backend.Mail.Relays;
using Newsroom.Backend.Web;
using Newsroom.Backend.Web.Details;

namespace Newsroom.Backend.Mail;

public static class MailSetup
{
    private static readonly StorableSetting StorableSender =
        new("Mail:From", "", from => new MailOptionsRules().Validate(null, new MailOptions { From = from }).Failures?.FirstOrDefault()) { HoldsMailAddress = true };

    public static IServiceCollection AddMail(this IServiceCollection services)
    {
        services.AddOptions<MailOptions>().BindConfiguration(MailOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<MailOptions>, MailOptionsRules>();
        services.AddLiveOptions<MailOptions>().AddSingleton(StorableSender);
        services.AddSingleton<IValidateOptions<MailOptions>, MailTemplateCheck>();
        services.AddSingleton<MailReadiness>().AddStartNote(s => s.GetRequiredService<MailReadiness>().MissingForLists);
        services.AddSingleton<MailTemplates>();
        services.AddSingleton<DkimSignatures>();
        services.AddSingleton<MailMarks>().AddSingleton<ReturnPaths>();
        services.AddSingleton<MessageBuilder>();
        services.AddRelays();
        services.AddSingleton<SuppressionList>();
        services.AddScoped<IPersonalData, MailPersonalData>().AddScoped<IHoldAfterRestore, HoldMails>();
        services.AddBounces();
        services.AddSingleton<Outbox>();
        services.AddScoped<SendOutgoingMail>();
        services.AddSingleton<AlertDesk>();
        services.AddScoped<IMailComposer, AlertComposer>().AddMailTemplate(AlertComposer.MailKind, AlertComposer.Sample);
        services.AddRecurringJob<SendOutgoingMails>("mail.send", Timetable.EveryMinute, Queues.Mail, j => j.RunAsync(CancellationToken.None), atStart: true);
        services.AddRecurringJob<ForgetMailAnswers>("privacy.forget-mail-answers", "41 3 * * *", Queues.Default, j => j.RunAsync(CancellationToken.None));
        services.AddRetentionRule(
            "What mail servers answered to confirmations, receipts and other single mails", "to find out why a mail did not arrive", ForgetMailAnswers.HowLong);
        services.AddRetentionRule(
            "That an address must not be written to, and why", "so that nobody writes to it by mistake",
            "for ever, or until you tell us otherwise; after an erasure only as a keyed hash that nobody can read the address from");
        return services.AddDoctor();
    }

    private static void AddBounces(this IServiceCollection services)
    {
        services.AddSingleton<IValidateOptions<MailOptions>, BouncesOptionsRules>();
        services.AddSingleton<ReportedMarks>().AddSingleton<HeedAnswer>().AddSingleton<SpentTokens>().AddSingleton<SnsMessages>().AddSingleton<PollTurns>();
        services.AddScoped<JudgeReport>().AddScoped<TakeVerdicts>().AddScoped<TakeReport>().AddScoped<MailWebhooks>();
        services.AddHttpClient(SnsMessages.ClientName, SnsMessages.Configure)
            .ConfigurePrimaryHttpMessageHandler(() => OutboundGuard.Handler(allowPrivateNetworks: false)).RemoveAllLoggers();
        services.AddScoped<IPersonalData, ReportPersonalData>();
        services.AddRecurringJob<PollBounceMailbox>("mail.bounces", Timetable.EveryMinute, Queues.Default, j => j.RunAsync(CancellationToken.None));
        services.AddRecurringJob<WatchWaitingReports>("mail.waiting-reports", "23 * * * *", Queues.Default, j => j.RunAsync(CancellationToken.None));
        services.AddRecurringJob<ForgetReports>("privacy.forget-reports", "47 3 * * *", Queues.Default, j => j.RunAsync(CancellationToken.None));
        services.AddRetentionRule(
            "What mail servers sent back about a mail to you, or that you marked it as spam",
            "so that nobody goes on writing to an address that is gone or unwilling", ForgetReports.HowLong);
    }

    /// <summary>Tells the start-up check of a template and of a model as its composer makes it.</summary>
    public static IServiceCollection AddMailTemplate(
        this IServiceCollection services, string template, Func<SiteOptions, IReadOnlyDictionary<string, object?>> sample) =>
        services.AddSingleton(new MailTemplateSample(template, sample));

    public static IServiceCollection AddMailTemplate(this IServiceCollection services, string template, IReadOnlyDictionary<string, object?> sample) =>
        services.AddMailTemplate(template, _ => sample);

    public static WebApplication MapMail(this WebApplication app)
    {
        app.MapSuppressions();
        app.MapBounces();
        MailWebhooks.Map(app);
        app.MapAlerts();
        app.MapRelays();
        app.MapDoctor();
        return app;
    }
}
