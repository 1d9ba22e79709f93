using Newsroom.Backend.Data;
using Newsroom.Backend.Donations.Stripe;
using Newsroom.Backend.Jobs;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Donations.Giving;

internal static class GivingSetup
{
    /// <summary>Policy of all that is posted to a donor's pages: an office may ask ten times at once, a mail cannon gets nowhere.</summary>
    public const string Limit = "giving";

    public static IServiceCollection AddGiving(this IServiceCollection services)
    {
        services.AddScoped<AskForGiving>().AddScoped<OpenGiving>().AddScoped<ReadGiving>().AddScoped<ChangePlan>().AddScoped<CardPages>();
        services.AddScoped<IMailComposer, GivingLinkComposer>().AddMailTemplate(GivingLinkComposer.MailKind, GivingLinkComposer.Sample);
        services.AddScoped<IMailComposer, PlanChangedComposer>().AddMailTemplate(PlanChangedComposer.MailKind, PlanChangedComposer.Sample);
        services.AddScoped<IPersonalData, GivingPersonalData>();
        services.AddPostLimit(Limit, perNetwork: new Allowance(20, 1, TimeSpan.FromSeconds(15)), everybody: new Allowance(300, 30, TimeSpan.FromSeconds(10)));
        services.AddRetentionRule("That somebody asked for the link to the gifts of an address", "so that nobody floods a mailbox with links", $"{PurgeGivingRequests.Kept.Days} days");
        return services.AddRecurringJob<PurgeGivingRequests>("donations.purge-giving-requests", PurgeGivingRequests.Daily, Queues.Default, j => j.RunAsync(CancellationToken.None));
    }
}
