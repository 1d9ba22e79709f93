namespace Newsroom.Backend.Demo;

/// <summary>303: look there, by GET (RFC 9110 §15.4.4). ASP.NET Core's own redirects are 302 and 307.</summary>
internal sealed class SeeOther(string location) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
        httpContext.Response.Headers.Location = location;
        return Task.CompletedTask;
    }
}
