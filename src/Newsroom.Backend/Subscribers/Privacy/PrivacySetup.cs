using System.Globalization;
using Newsroom.Backend.Data;
using Newsroom.Backend.Jobs;
using Newsroom.Backend.Mail;

namespace Newsroom.Backend.Subscribers.Privacy;

public static class PrivacySetup
{
    public static IServiceCollection AddPrivacy(this IServiceCollection services)
    {
        services.AddScoped<IPersonalData, SubscriberPersonalData>().AddScoped<CollectPersonalData>();
        services.AddScoped<SendMyDataLink>().AddScoped<MyDataLink>().AddScoped<EraseReader>().AddScoped<ReplayErasures>();
        services.AddScoped<IMailComposer, MyDataComposer>().AddMailTemplate(MyDataComposer.MailKind, MyDataComposer.Sample);
        services.AddRecurringJob<ForgetNetworks>("privacy.forget-networks", "31 3 * * *", Queues.Default, j => j.RunAsync(CancellationToken.None));
        services.AddRecurringJob<ForgetDataRequests>("privacy.forget-data-requests", "33 3 * * *", Queues.Default, j => j.RunAsync(CancellationToken.None));
        services.AddRecurringJob<EraseLongGone>("privacy.erase-long-gone", "37 3 * * *", Queues.Bulk, j => j.RunAsync(CancellationToken.None));
        return services
            .AddRetentionRule("Your address, your name if you gave one, and which newsletters you chose", "to send you what you asked for", EraseLongGone.HowLong)
            .AddRetentionRule("What you agreed to: the exact sentence, when, on which page", "the law wants us to be able to prove it", EraseLongGone.HowLong)
            .AddRetentionRule("A sign-up that was never confirmed", "to wait for your confirmation", Days(SignUpRequest.Lifetime + PurgeUnconfirmed.Grace))
            .AddRetentionRule("A keyed hash of the network you signed up, confirmed or left from", "to tell a flood of false sign-ups from readers", Days(ForgetNetworks.KeptFor))
            .AddRetentionRule("That you asked for the link to your own data", "so that nobody floods your mailbox with them", Days(DataRequest.LinkLifetime));
    }

    private static string Days(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalDays:0} days");
}
