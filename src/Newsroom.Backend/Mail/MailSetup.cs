using Microsoft.Extensions.Options;
using Newsroom.Backend.Jobs;
using Newsroom.Backend.Mail.Alerts;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Mail;

public static class MailSetup
{
    public static IServiceCollection AddMail(this IServiceCollection services)
    {
        services.AddOptions<MailOptions>().BindConfiguration(MailOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<MailOptions>, MailOptionsRules>();
        services.AddSingleton<IValidateOptions<MailOptions>, MailTemplateCheck>();
        services.AddSingleton<MailReadiness>().AddStartNote(s => s.GetRequiredService<MailReadiness>().MissingForLists);
        services.AddSingleton<MailTemplates>();
        services.AddSingleton<DkimSignatures>();
        services.AddSingleton<MessageBuilder>();
        services.AddSingleton<SmtpConnections>();
        services.AddSingleton<SmtpRelay>();
        services.AddHostedService<IdleConnectionsEnd>();
        services.AddSingleton<SuppressionList>();
        services.AddSingleton<Outbox>();
        services.AddScoped<SendOutgoingMail>();
        services.AddSingleton<AlertDesk>();
        services.AddScoped<IMailComposer, AlertComposer>().AddMailTemplate(AlertComposer.MailKind, AlertComposer.Sample);
        services.AddRecurringJob<SendOutgoingMails>("mail.send", Timetable.EveryMinute, Queues.Critical, j => j.RunAsync(CancellationToken.None), atStart: true);
        return services;
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
        app.MapAlerts();
        return app;
    }
}
