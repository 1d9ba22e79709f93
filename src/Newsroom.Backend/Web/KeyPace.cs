using System.Security.Claims;

namespace Newsroom.Backend.Web;

/// <summary>
/// How fast one API key may call: 3,000 at once, then fifty a second; a program that runs wild is told 429 and when to come back (RFC 6585 §4).
/// </summary>
internal sealed class KeyPace(KeyPace.Book book, TimeProvider clock) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (book.Calls.Takes(http.User.FindFirstValue(ClaimTypes.NameIdentifier) ?? "", clock.GetUtcNow(), out var wait))
            return await next(context);
        http.Response.Headers.RetryAfter = NetworkLimit.Seconds(wait);
        return Results.Problem(statusCode: StatusCodes.Status429TooManyRequests, title: "This API key calls too often. Wait as long as Retry-After says, then go on at fifty calls a second.");
    }

    /// <summary>Of all keys, for as long as the process runs.</summary>
    public sealed class Book
    {
        public AllowanceBook Calls { get; } = new(new Allowance(3000, 3000, TimeSpan.FromMinutes(1)));
    }
}
