using Newsroom.Backend.Data;
using Newsroom.Backend.Jobs;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Donations.Mailed;

internal static class MailedSetup
{
    /// <summary>Key of the <see cref="NetworkLimit"/> on mails asked for.</summary>
    public const string Limit = "gift-links";

    public static IServiceCollection AddMailedLinks(this IServiceCollection services)
    {
        services.AddScoped<AskForLink>().AddScoped<ResumeGift>();
        services.AddScoped<IMailComposer, MailedLinkComposer>()
            .AddMailTemplate(MailedLinkComposer.LaterTemplate, MailedLinkComposer.Sample).AddMailTemplate(MailedLinkComposer.NowTemplate, MailedLinkComposer.Sample);
        services.AddScoped<IPersonalData, MailedLinkPersonalData>().AddScoped<IHoldAfterRestore, HoldLinks>();
        services.AddRecurringJob<MailWaitingLinks>("donations.mail-waiting-links", Timetable.EveryMinute, Queues.Default, j => j.RunAsync(CancellationToken.None));
        // Beside each address's own share: whoever has many addresses of strangers writes to few of them through us.
        services.AddKeyedSingleton(Limit, (s, _) => new NetworkLimit(
            perNetwork: new Allowance(10, 1, TimeSpan.FromMinutes(1)), everybody: new Allowance(300, 60, TimeSpan.FromMinutes(1)), s.GetRequiredService<TimeProvider>()));
        return services.AddRetentionRule("That you asked for a link to pay a gift: when, and beside which sentence", "to send you one mail and to prove that you wanted it", "as long as the gift's own entry has your address");
    }
}
