using Scalar.AspNetCore;

namespace Newsroom.Backend.Web;

/// <summary>The API's reference for people, from the document at <c>/openapi/v1.json</c>.</summary>
public static class ApiReference
{
    /// <summary>The reference is one script that begins from an inline one and writes its own styles; it reaches nobody but this site.</summary>
    private const string ContentPolicy = "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
        + "object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'";

    public static void MapApiReference(this IEndpointRouteBuilder routes, string path, string policy) => routes
        .MapScalarApiReference(path, options => options.WithTitle("API reference").WithOpenApiRoutePattern("/openapi/v1.json").DisableDefaultFonts().DisableTelemetry().DisableAgent().HideDeveloperTools().HideClientButton())
        .RequireAuthorization(policy)
        .Add(endpoint =>
        {
            var reference = endpoint.RequestDelegate!;
            endpoint.RequestDelegate = context =>
            {
                context.Response.Headers.ContentSecurityPolicy = ContentPolicy;
                return reference(context);
            };
        });
}
