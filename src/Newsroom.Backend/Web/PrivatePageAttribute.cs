using Microsoft.AspNetCore.Diagnostics;

namespace Newsroom.Backend.Web;

/// <summary>
/// The address holds a token, or the answer is one person's: neither goes to a cache, a <c>Referer</c> header, a compressed body
/// (BREACH) or a trace. On page models and endpoints alike.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class PrivatePageAttribute : Attribute
{
    /// <summary>Also true while an error page is shown for such an address.</summary>
    public static bool IsOn(HttpContext context) =>
        (context.Features.Get<IExceptionHandlerFeature>()?.Endpoint
            ?? context.Features.Get<IStatusCodeReExecuteFeature>()?.Endpoint
            ?? context.GetEndpoint())?.Metadata.GetMetadata<PrivatePageAttribute>() is not null;
}
