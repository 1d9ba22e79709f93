using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Donations.Books;
using Newsroom.Backend.Donations.Campaigns;
using Newsroom.Backend.Donations.CardTesting;
using Newsroom.Backend.Donations.Giving;
using Newsroom.Backend.Donations.Mailed;
using Newsroom.Backend.Donations.Staff;
using Newsroom.Backend.Donations.Stripe;
using Newsroom.Backend.Jobs;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Donations;

public static class DonationsSetup
{
    public static IServiceCollection AddDonations(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<OrganisationOptions>().BindConfiguration(OrganisationOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<OrganisationOptions>, OrganisationOptionsRules>();
        services.AddOptions<StripeOptions>().BindConfiguration(StripeOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<StripeOptions>, StripeOptionsRules>();
        services.AddStartNote(s => s.GetRequiredService<IOptions<StripeOptions>>().Value.IsConfigured ? null : "Gifts are not configured: set Stripe:SecretKey, Stripe:WebhookSecret, Organisation:LegalName.");
        services.AddSingleton(provider =>
            GivingTerms.Read(provider.GetRequiredService<IOptions<StripeOptions>>().Value, configuration.GetSection(StripeOptions.Section)));
        services.AddSingleton<GiftSnippets>();

        services.AddHttpClient(StripeAccount.HttpClientName, (provider, client) =>
            client.Timeout = TimeSpan.FromSeconds(provider.GetRequiredService<IOptions<StripeOptions>>().Value.TimeoutSeconds));
        services.AddScoped<StripeAccount>().AddScoped<CheckoutPages>().AddScoped<StripeObjects>();
        services.AddSingleton<KeyedLock>().AddSingleton<StripeInbox>();
        services.AddScoped<GiftDesk>().AddScoped<StartDonation>().AddScoped<SyncGift>().AddScoped<BookGift>();
        services.AddScoped<StripeBooks>().AddScoped<KeepBooks>().AddScoped<FollowPayment>().AddScoped<MatchTransactions>().AddScoped<Reconcile>().AddScoped<CheckStripe>();
        services.AddScoped<IncomeByMonth>().AddScoped<AccountBalances>().AddScoped<SettleMoney>().AddScoped<SettleHeldPlan>().AddScoped<ExportGifts>().AddScoped<StripeDesk>();
        services.AddScoped<StripePlans>().AddScoped<FollowPlan>().AddScoped<FollowMissedPayment>().AddScoped<CorrectReceipt>();
        services.AddScoped<IMailComposer, ReceiptComposer>().AddMailTemplate(ReceiptComposer.MailKind, ReceiptComposer.Sample);
        services.AddScoped<IMailComposer, CorrectedReceiptComposer>().AddMailTemplate(CorrectedReceiptComposer.MailKind, CorrectedReceiptComposer.Sample);
        services.AddScoped<IMailComposer, MissedPaymentComposer>().AddMailTemplate(MissedPaymentComposer.MailKind, MissedPaymentComposer.Sample);
        services.AddScoped<IMailComposer, PlanEndedComposer>().AddMailTemplate(PlanEndedComposer.MailKind, PlanEndedComposer.Sample);

        services.AddScoped<IPersonalData, DonorPersonalData>().AddScoped<IHoldAfterRestore, HoldReceipts>();
        services.AddRecurringJob<FinishErasures>("privacy.finish-erasures", "51 3 * * *", Queues.Default, j => j.RunAsync(CancellationToken.None));
        services.AddRecurringJob<ForgetUnpaidGifts>("privacy.forget-unpaid-gifts", ForgetUnpaidGifts.Daily, Queues.Default, j => j.RunAsync(CancellationToken.None));
        services.AddRetentionRule("A gift that was begun and not paid: what the form said", "to let you go on with it",
            FormattableString.Invariant($"{ForgetUnpaidGifts.KeptFor.TotalDays:0} days; {ForgetUnpaidGifts.FailedPlanKeptFor.TotalDays:0} days for a regular gift whose first payment was refused, since your bank may still pay it"));
        services.AddRetentionRule("Gifts: amount, date, receipt, your name, email and postal address, your message and whom you honour", "the law wants books and receipts", "the books for ever; name, addresses and words until you have them erased, or for a regular gift until it has ended");
        services.AddRecurringJob<ApplyStripeEvents>(
            "donations.apply-stripe-events", Timetable.EveryMinute, Queues.Critical, j => j.RunAsync(CancellationToken.None), atStart: true);
        services.AddRecurringJob<PassOnOptIns>("donations.pass-on-opt-ins", Timetable.EveryMinute, Queues.Default, j => j.RunAsync(CancellationToken.None));
        services.AddRecurringJob<CheckUnsettledGifts>(
            "donations.check-unsettled", CheckUnsettledGifts.EveryTenMinutes, Queues.Default, j => j.RunAsync(CancellationToken.None), atStart: true);
        // Long and in no hurry: not among the workers that confirmations wait for.
        services.AddRecurringJob<CheckPlans>("donations.check-plans", CheckPlans.Daily, Queues.Bulk, j => j.RunAsync(CancellationToken.None));
        services.AddRecurringJob<FetchMissedEvents>("donations.fetch-missed-events", FetchMissedEvents.Hourly, Queues.Default, j => j.RunAsync(CancellationToken.None));
        services.AddRecurringJob<SweepBalance>("donations.sweep-balance", SweepBalance.Nightly, Queues.Bulk, j => j.RunAsync(CancellationToken.None));
        services.AddRecurringJob<CheckPayouts>("donations.check-payouts", CheckPayouts.Nightly, Queues.Bulk, j => j.RunAsync(CancellationToken.None));
        services.AddRecurringJob<SweepCases>("donations.sweep-cases", SweepCases.Nightly, Queues.Bulk, j => j.RunAsync(CancellationToken.None));
        services.AddRecurringJob<HoldDisputedPlans>("donations.hold-disputed-plans", CheckUnsettledGifts.EveryTenMinutes, Queues.Default, j => j.RunAsync(CancellationToken.None));
        services.AddRecurringJob<WatchStripe>("donations.watch-stripe", WatchStripe.Daily, Queues.Default, j => j.RunAsync(CancellationToken.None));
        services.AddRecurringJob<WatchGifts>("donations.watch", WatchGifts.EveryTenMinutes, Queues.Default, j => j.RunAsync(CancellationToken.None));

        services.AddCheckoutLimit().AddMailedLinks().AddCardTesting().AddGiving().AddCampaigns();
        services.AddOptions<CorsOptions>().Configure<IOptions<SiteOptions>>((cors, site) => cors.AddPolicy(CheckoutsApi.CorsPolicy, policy => policy
            .WithOrigins([.. site.Value.AllowedOrigins]).WithMethods(HttpMethods.Post).WithHeaders("Content-Type").SetPreflightMaxAge(TimeSpan.FromHours(1))));
        return services;
    }

    public static WebApplication MapDonations(this WebApplication app)
    {
        StripeWebhook.Map(app);
        CheckoutsApi.Map(app);
        GiftEmbedApi.Map(app);
        DonationsApi.Map(app);
        PlansApi.Map(app);
        LedgerApi.Map(app);
        PayoutsApi.Map(app);
        UnmatchedApi.Map(app);
        return app;
    }
}
