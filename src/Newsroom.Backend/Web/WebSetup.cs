using Microsoft.Extensions.Options;

namespace Newsroom.Backend.Web;

public static class WebSetup
{
    public static IServiceCollection AddWeb(this IServiceCollection services)
    {
        services.AddSingleton(TimeProvider.System);
        services.AddOptions<SiteOptions>().BindConfiguration(SiteOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<SiteOptions>, SiteOptionsRules>();
        services.AddRazorPages(o => o.RootDirectory = "/");
        services.ConfigureHttpJsonOptions(o => Api.ConfigureJson(o.SerializerOptions));
        services.AddProblemDetails();
        services.AddHealthChecks();
        return services;
    }

    public static WebApplication UseWeb(this WebApplication app)
    {
        app.UseStaticFiles();
        app.UseRouting();
        app.UseAuthentication();
        app.UseAuthorization();
        return app;
    }

    public static WebApplication MapWeb(this WebApplication app)
    {
        app.MapRazorPages();
        app.MapHealthChecks("/health/live").AllowAnonymous();
        return app;
    }
}
