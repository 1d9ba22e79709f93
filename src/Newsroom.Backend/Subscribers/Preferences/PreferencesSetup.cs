using Newsroom.Backend.Data;
using Newsroom.Backend.Jobs;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Subscribers.Help;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Subscribers.Preferences;

internal static class PreferencesSetup
{
    private const string Daily = "37 3 * * *";

    public static IServiceCollection AddPreferences(this IServiceCollection services)
    {
        services.AddScoped<LookAtPreferences>().AddScoped<ChooseNewsletters>().AddScoped<ChooseRhythm>().AddScoped<PauseMail>().AddScoped<RenameReader>().AddScoped<ChooseLanguage>();
        services.AddScoped<AskAddressChange>().AddScoped<ConfirmAddressChange>().AddScoped<UndoAddressChange>().AddScoped<MoveReader>();
        services.AddScoped<IPersonalData, AddressChangePersonalData>();
        services.AddScoped<IMailComposer, WelcomeComposer>().AddMailTemplate(WelcomeComposer.MailKind, WelcomeComposer.Sample);
        services.AddScoped<IMailComposer, NewAddressComposer>().AddMailTemplate(NewAddressComposer.MailKind, NewAddressComposer.Sample);
        services.AddScoped<IMailComposer, OldAddressComposer>().AddMailTemplate(OldAddressComposer.MailKind, OldAddressComposer.Sample);
        services.AddRetentionRule("A change of your address: the old one and the new one", "so that you can take it back from the old one", $"{AddressChange.UndoFor.Days} days after it");
        return services.AddRecurringJob<PurgeAddressChanges>("subscribers.purge-address-changes", Daily, Queues.Default, j => j.RunAsync(CancellationToken.None));
    }

    /// <summary>The help page. An office may ask ten times at once; a mail cannon gets nowhere.</summary>
    public static IServiceCollection AddMailHelp(this IServiceCollection services)
    {
        services.AddScoped<AskHowMailStands>();
        services.AddScoped<IMailComposer, MailStateComposer>().AddMailTemplate(MailStateComposer.MailKind, MailStateComposer.Sample);
        services.AddPostLimit(AskHowMailStands.Limit, perNetwork: new Allowance(10, 1, TimeSpan.FromSeconds(30)), everybody: new Allowance(300, 30, TimeSpan.FromSeconds(10)));
        services.AddRetentionRule("That somebody asked how mail to an address stands", "so that nobody floods a mailbox with the answers", $"{PurgeMailStateRequests.Kept.Days} days");
        return services.AddRecurringJob<PurgeMailStateRequests>("subscribers.purge-mail-state-requests", Daily, Queues.Default, j => j.RunAsync(CancellationToken.None));
    }
}
