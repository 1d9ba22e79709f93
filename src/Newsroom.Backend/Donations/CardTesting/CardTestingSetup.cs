using System.Globalization;
using Newsroom.Backend.Data;
using Newsroom.Backend.Jobs;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Donations.CardTesting;

internal static class CardTestingSetup
{
    public static IServiceCollection AddCardTesting(this IServiceCollection services)
    {
        services.AddKeyedSingleton(TendBreaker.Pace, (_, _) => new AllowanceBook(TendBreaker.Turns));
        services.AddScoped<CheckoutGate>().AddScoped<GiftProof>();
        services.AddRecurringJob<TendBreaker>("donations.card-testing", Timetable.EveryMinute, Queues.Default, j => j.RunAsync(CancellationToken.None));
        services.AddRecurringJob<ForgetAttempts>("privacy.forget-checkout-attempts", ForgetAttempts.Hourly, Queues.Default, j => j.RunAsync(CancellationToken.None));
        return services.AddRetentionRule(
            "A keyed hash of the network a gift was begun from, without who or how much", "to tell programs that test stolen cards from donors",
            string.Create(CultureInfo.InvariantCulture, $"{ForgetAttempts.KeptFor.TotalHours:0} hours"));
    }
}
