using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Newsroom.Backend.Web.Auditing;

/// <summary>
/// Nothing that staff or an integration changes goes unnoted: whatever did not speak for itself by <see cref="AuditTrail"/> gets a line named after its page and
/// handler, or its route. A form that was refused (it is shown again) changed nothing, and has none.
/// </summary>
internal sealed class AuditedPosts(AuditTrail trail) : IAsyncPageFilter
{
    public Task OnPageHandlerSelectionAsync(PageHandlerSelectedContext context) => Task.CompletedTask;

    public async Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        var done = await next();
        if (HttpMethods.IsGet(context.HttpContext.Request.Method) || HttpMethods.IsHead(context.HttpContext.Request.Method) || trail.HasSpoken || done.Exception is not null
            || !HasDone(done.Result) || !IsForStaff(context.ActionDescriptor))
        {
            return;
        }
        var action = $"{context.ActionDescriptor.ViewEnginePath.Split('/')[^1]}.{context.HandlerMethod?.Name ?? "post"}".ToLowerInvariant();
        await trail.SayAsync(context.HttpContext.User, action, context.RouteData.Values["id"] as string);
    }

    /// <summary>A page shown again, a refusal, or the JSON that a script asked for first: nothing was changed.</summary>
    private static bool HasDone(IActionResult? result) => result is not (null or PageResult or ForbidResult or ChallengeResult or JsonResult or ContentResult)
        && (result as Microsoft.AspNetCore.Mvc.Infrastructure.IStatusCodeActionResult)?.StatusCode is not >= StatusCodes.Status400BadRequest;

    private static bool IsForStaff(CompiledPageActionDescriptor page) =>
        page.EndpointMetadata.OfType<IAuthorizeData>().Any(a => a.Policy?.StartsWith("staff:", StringComparison.Ordinal) == true);
}

/// <summary>The same for the API: one line for each call that changed something.</summary>
internal sealed class AuditedCalls : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var answer = await next(context);
        var http = context.HttpContext;
        if (HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method) || (answer as IStatusCodeHttpResult)?.StatusCode >= StatusCodes.Status400BadRequest)
            return answer;
        var trail = http.RequestServices.GetRequiredService<AuditTrail>();
        if (!trail.HasSpoken && http.User.FindFirstValue(ClaimTypes.NameIdentifier) is { } actor)
        {
            var route = (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText?.Replace("/api/v1/", "", StringComparison.Ordinal).Trim('/') ?? "";
            await trail.SayAsync(actor, $"api {http.Request.Method.ToLowerInvariant()} {route}", http.GetRouteValue("id") as string);
        }
        return answer;
    }
}
