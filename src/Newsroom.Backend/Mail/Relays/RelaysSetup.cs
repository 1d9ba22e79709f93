using Microsoft.Extensions.Options;

namespace Newsroom.Backend.Mail.Relays;

internal static class RelaysSetup
{
    public static void AddRelays(this IServiceCollection services)
    {
        services.AddSingleton<MailMetrics>().AddSingleton<RelayCounts>();
        // Its parts are nobody else's, so its constructor is not public.
        services.AddSingleton(s => new SmtpRelay(
            s.GetRequiredService<IOptions<MailOptions>>(), s.GetRequiredService<RelayCounts>(),
            s.GetRequiredService<MailMetrics>(), s.GetRequiredService<TimeProvider>()));
        services.AddSingleton<MailHosts>().AddSingleton<ReceivingLimits>();
        services.AddHostedService<IdleConnectionsEnd>().AddHostedService<RelayCountsWriter>();
    }
}
