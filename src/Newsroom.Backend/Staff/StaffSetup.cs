namespace Newsroom.Backend.Staff;

public static class StaffSetup
{
    public static IServiceCollection AddStaff(this IServiceCollection services, IConfiguration configuration)
    {
        _ = configuration;
        return services;
    }

    public static WebApplication MapStaff(this WebApplication app) => app;
}
