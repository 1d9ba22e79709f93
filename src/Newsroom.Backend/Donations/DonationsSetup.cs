namespace Newsroom.Backend.Donations;

public static class DonationsSetup
{
    public static IServiceCollection AddDonations(this IServiceCollection services, IConfiguration configuration)
    {
        _ = configuration;
        return services;
    }

    public static WebApplication MapDonations(this WebApplication app) => app;
}
