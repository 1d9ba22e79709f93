using Microsoft.AspNetCore.Diagnostics;

namespace Newsroom.Backend.Web;

/// <summary>The page may stand in a frame on the sites of <c>Site:AllowedOrigins</c> and our own; every other page in none.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class FramedPageAttribute : Attribute
{
    /// <summary>Also true while an error page is shown for such an address: a browser would hide what we say.</summary>
    public static bool IsOn(HttpContext context) =>
        (context.Features.Get<IExceptionHandlerFeature>()?.Endpoint
            ?? context.Features.Get<IStatusCodeReExecuteFeature>()?.Endpoint
            ?? context.GetEndpoint())?.Metadata.GetMetadata<FramedPageAttribute>() is not null;
}
