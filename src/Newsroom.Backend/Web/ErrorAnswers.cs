using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;

namespace Newsroom.Backend.Web;

/// <summary>Errors: a page for people, problem+json for programs (RFC 9457); the same trace id in the answer and in the log, never a stack.</summary>
internal static class ErrorAnswers
{
    /// <summary>The page; see <c>Error.cshtml</c>.</summary>
    public const string Page = "/error";

    private static readonly string[] ProgramPaths = ["/api", "/webhooks", "/openapi", "/health"];

    public static string TraceId(HttpContext context) => Activity.Current?.TraceId.ToHexString() ?? context.TraceIdentifier;

    public static bool ForPrograms(HttpContext context)
    {
        // While an exception is handled the request's path is already the error page's.
        PathString asked = context.Features.Get<IExceptionHandlerPathFeature>()?.Path ?? context.Request.Path;
        if (ProgramPaths.Any(path => asked.StartsWithSegments(path, StringComparison.OrdinalIgnoreCase)))
            return true;
        var accept = context.Request.Headers.Accept.ToString();
        return accept.Contains("json", StringComparison.OrdinalIgnoreCase) && !accept.Contains("text/html", StringComparison.OrdinalIgnoreCase);
    }

    public static async Task WriteProblemAsync(HttpContext context, string? title = null)
    {
        var status = context.Response.StatusCode;
        var problem = TypedResults.Problem(statusCode: status, title: title ?? Title(status), instance: null);
        problem.ProblemDetails.Extensions["traceId"] = TraceId(context);
        await problem.ExecuteAsync(context);
    }

    /// <summary>What was wrong with a request that could not be read; names the place in its JSON, repeats nothing of it.</summary>
    public static string Explain(BadHttpRequestException fault) => fault switch
    {
        { StatusCode: StatusCodes.Status413PayloadTooLarge } => Title(fault.StatusCode),
        { InnerException: JsonException json } => $"The body is not the JSON this address takes: look at {Place(json)}.",
        { StatusCode: StatusCodes.Status415UnsupportedMediaType } => "Send the body as JSON, with Content-Type: application/json.",
        { StatusCode: StatusCodes.Status400BadRequest } => "The request could not be read: a value is missing or has the wrong type. The document at /openapi/v1.json shows what it takes.",
        _ => Title(fault.StatusCode),
    };

    public static string Title(int status) => status switch
    {
        400 => "The request could not be read.",
        401 => "Give a valid API key: Authorization: Bearer KEY.",
        403 => "That is not allowed here.",
        404 => "There is nothing at this address.",
        405 => "This address does not take that method; the Allow header names those it takes.",
        413 => "The request is too large.",
        415 => "This address does not take that kind of body; see Content-Type.",
        429 => "Too many requests. Wait a little, then try again.",
        503 => "Not available at the moment. Try again in a few minutes.",
        >= 500 => "Something went wrong on our side. It is logged under the trace id.",
        _ => "The request was not accepted.",
    };

    private static string Place(JsonException json) =>
        (json.Path is null or "" or "$" ? "its start" : json.Path) + (json.LineNumber is { } line ? $", line {line + 1}" : "");
}

/// <summary>Logs what nobody expected, once, and answers programs; people get the error page that comes after it.</summary>
internal sealed partial class UnexpectedErrors(ILogger<UnexpectedErrors> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        var unreadable = exception as BadHttpRequestException;
        if (unreadable is null)
            Failed(ErrorAnswers.TraceId(httpContext), exception);
        if (!ErrorAnswers.ForPrograms(httpContext))
            return false;
        httpContext.Response.StatusCode = StatusOf(exception);
        await ErrorAnswers.WriteProblemAsync(httpContext, unreadable is null ? null : ErrorAnswers.Explain(unreadable));
        return true;
    }

    public static int StatusOf(Exception exception) =>
        exception is BadHttpRequestException bad ? bad.StatusCode : StatusCodes.Status500InternalServerError;

    [LoggerMessage(Level = LogLevel.Error, Message = "Request {TraceId} failed")]
    private partial void Failed(string traceId, Exception exception);
}
