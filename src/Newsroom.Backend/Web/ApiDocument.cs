using Microsoft.AspNetCore.Authorization;
using Microsoft.OpenApi;

namespace Newsroom.Backend.Web;

/// <summary>The OpenAPI 3.1 document of everything under <c>/api</c>, at <c>/openapi/v1.json</c>.</summary>
internal static class ApiDocument
{
    private const string Key = "apiKey";

    public static IServiceCollection AddApiDocument(this IServiceCollection services) => services.AddOpenApi("v1", document =>
    {
        document.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        document.ShouldInclude = description => description.RelativePath?.StartsWith("api/", StringComparison.Ordinal) == true;
        document.AddDocumentTransformer((api, _, _) =>
        {
            api.Info = new OpenApiInfo
            {
                Title = "Newsroom.Backend",
                Version = "v1",
                Description = "Lists answer {items, next}; give next back as ?after=. Instants are ISO 8601 in UTC, money is in minor units "
                    + "with its currency, ids are opaque. Errors are problem+json (RFC 9457).",
            };
            api.Components ??= new OpenApiComponents();
            api.AddComponent(Key, new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "An API key, made with the command 'apikey add NAME'.",
            });
            return Task.CompletedTask;
        });
        document.AddOperationTransformer((operation, context, _) =>
        {
            var metadata = context.Description.ActionDescriptor.EndpointMetadata;
            if (metadata.OfType<IAllowAnonymous>().Any())
                return Task.CompletedTask;
            operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Key, context.Document)] = [] }];
            operation.Responses ??= [];
            operation.Responses.TryAdd("401", new OpenApiResponse { Description = "No valid API key." });
            operation.Responses.TryAdd("403", new OpenApiResponse { Description = "The key's scopes do not cover this." });
            return Task.CompletedTask;
        });
    });
}
