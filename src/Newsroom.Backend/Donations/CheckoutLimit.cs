using Newsroom.Backend.Web;

namespace Newsroom.Backend.Donations;

/// <summary>
/// How many checkout pages one network and the whole world may open: enough for a telethon evening, too few to test stolen cards with
/// (https://docs.stripe.com/disputes/prevention/card-testing). A form that is sent back to be corrected costs none of them; in front of it
/// stands only what keeps a flood from the rules.
/// </summary>
internal static class CheckoutLimit
{
    /// <summary>Of forms sent.</summary>
    public const string Policy = "checkouts";

    /// <summary>Key of the <see cref="NetworkLimit"/> that <see cref="GiftDesk"/> asks.</summary>
    public const string Opened = "checkouts-opened";

    public static IServiceCollection AddCheckoutLimit(this IServiceCollection services) => services
        .AddPostLimit(Policy, perNetwork: new Allowance(120, 10, TimeSpan.FromSeconds(5)), everybody: new Allowance(3000, 300, TimeSpan.FromSeconds(10)))
        .AddKeyedSingleton(Opened, (s, _) => new NetworkLimit(
            perNetwork: new Allowance(30, 1, TimeSpan.FromSeconds(5)),
            everybody: new Allowance(600, 60, TimeSpan.FromSeconds(10)),
            s.GetRequiredService<TimeProvider>()));
}
