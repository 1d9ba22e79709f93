using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Staff;

public static class StaffSetup
{
    public static IServiceCollection AddStaff(this IServiceCollection services)
    {
        services.AddScoped<AddApiKey>();
        services.AddAuthentication(ApiKeyAuthentication.Name)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyAuthentication>(ApiKeyAuthentication.Name, null);
        services.AddAuthorizationBuilder()
            .AddPolicy(Api.Policy, policy => policy.AddAuthenticationSchemes(ApiKeyAuthentication.Name).RequireAuthenticatedUser())
            // Default is deny: what the public may open says so itself.
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
        return services;
    }

    public static WebApplication MapStaff(this WebApplication app) => app;
}
