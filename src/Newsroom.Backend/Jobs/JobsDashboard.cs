using Hangfire;
using Newsroom.Backend.Web.Auditing;

namespace Newsroom.Backend.Jobs;

/// <summary>Hangfire's own pages. Who may open them is the policy's to say: Hangfire's rule, "local requests only", is everybody behind a proxy.</summary>
public static class JobsDashboard
{
    /// <summary>Its pages have style attributes and a style element; no other staff page may.</summary>
    private const string ContentPolicy = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";

    public static void MapJobsDashboard(this IEndpointRouteBuilder routes, string path, string back, string policy)
    {
        var options = new DashboardOptions { Authorization = [], AppPath = back, DashboardTitle = "Jobs", DisplayStorageConnectionString = false };
        // Made at the first visit: it opens the jobs' storage, which does not answer before the database was seen to, and which no command needs.
        var pages = new Lazy<RequestDelegate>(() => routes.CreateApplicationBuilder().UseHangfireDashboard(path, options).Build(), LazyThreadSafetyMode.PublicationOnly);
        routes.Map(path + "/{**path}", Audited(context =>
        {
            // A page that Hangfire has not is its 404, not "an endpoint that nobody ran".
            context.SetEndpoint(null);
            return pages.Value(context);
        })).RequireAuthorization(policy);
    }

    private static RequestDelegate Audited(RequestDelegate dashboard) => async context =>
    {
        context.Response.Headers.ContentSecurityPolicy = ContentPolicy;
        context.Response.Headers.CacheControl = "no-store";
        await dashboard(context);
        // The figures at the top of its pages are asked for by POST, every two seconds.
        if (HttpMethods.IsPost(context.Request.Method) && context.Response.StatusCode < StatusCodes.Status400BadRequest
            && context.GetRouteValue("path") is string deed && !deed.StartsWith("stats", StringComparison.Ordinal))
        {
            await context.RequestServices.GetRequiredService<AuditTrail>().SayAsync(context.User, ("jobs." + deed.Replace('/', '-'))[..Math.Min(deed.Length + 5, AuditEntry.ActionLength)]);
        }
    };
}
