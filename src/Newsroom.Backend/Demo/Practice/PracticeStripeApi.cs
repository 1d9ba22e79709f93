using System.Text.Json.Nodes;

namespace Newsroom.Backend.Demo.Practice;

/// <summary>
/// Stripe's HTTP interface over a <see cref="PracticeStripe"/>: what the real client calls with <c>Stripe:ApiBase</c> pointing here.
/// </summary>
public static class PracticeStripeApi
{
    /// <summary>Maps <c>PREFIX/v1/…</c>; anybody may knock, only the account's own key is let in.</summary>
    public static void MapPracticeStripe(this IEndpointRouteBuilder routes, string prefix, PracticeStripe stripe) =>
        routes.MapMethods(prefix + "/v1/{**path}", ["GET", "POST", "DELETE"], (HttpContext context, string path) => HandleAsync(context, path, stripe))
            .AllowAnonymous().ExcludeFromDescription();

    private static async Task HandleAsync(HttpContext context, string path, PracticeStripe stripe)
    {
        var fails = stripe.Faults.TryTake(out var fault, out var afterEffect);
        context.Response.Headers["Request-Id"] = PracticeStore.NewId("req");
        context.Response.Headers["Stripe-Version"] = WireObjects.ApiVersion;
        try
        {
            if (fails && !afterEffect)
            {
                await GoWrongAsync(context, fault);
                return;
            }
            Authorise(context, stripe);
            if (stripe.Lacks.Contains(path.Split('/')[0]))
                throw new StripeErrorException(404, "invalid_request_error", $"Unrecognized request URL ({path}).");
            var parameters = await ReadAsync(context.Request);
            var (answer, replayed) = stripe.Idempotency.Once(
                context.Request.Method == "POST" ? context.Request.Headers["Idempotency-Key"].FirstOrDefault() : null,
                $"{context.Request.Method} {path} {parameters.Fingerprint()}",
                () => PracticeStripeRoutes.Answer(stripe, context.Request.Method, path.Split('/'), parameters));
            // A fault is an answer of its own, not the replayed one.
            if (replayed && !fails)
                context.Response.Headers["Idempotent-Replayed"] = "true";
            if (fails)
                await GoWrongAsync(context, fault);
            else
                await WriteAsync(context, StatusCodes.Status200OK, stripe.AnswersSparely ? PracticeSpare.Pare(answer) : answer);
        }
        catch (StripeErrorException problem)
        {
            await WriteAsync(context, problem.Status, problem.Json);
        }
    }

    private static void Authorise(HttpContext context, PracticeStripe stripe)
    {
        if (context.Request.Headers.Authorization.ToString() != $"Bearer {stripe.Account.SecretKey}")
            throw new StripeErrorException(401, "invalid_request_error", "Invalid API Key provided: this practice account takes only its own.");
    }

    private static async Task<StripeParameters> ReadAsync(HttpRequest request)
    {
        var pairs = request.Query.SelectMany(q => q.Value.Select(v => KeyValuePair.Create(q.Key, v ?? "")));
        if (request.HasFormContentType)
            pairs = pairs.Concat((await request.ReadFormAsync()).SelectMany(f => f.Value.Select(v => KeyValuePair.Create(f.Key, v ?? ""))));
        return StripeParameters.Read(pairs);
    }

    private static async Task GoWrongAsync(HttpContext context, PracticeFault fault)
    {
        switch (fault)
        {
            case PracticeFault.RateLimited:
                throw new StripeErrorException(429, "invalid_request_error", "Too many requests made to the API too quickly", "rate_limit");
            case PracticeFault.ServerError:
                throw new StripeErrorException(500, "api_error", "An unknown error occurred");
            case PracticeFault.Html:
                context.Response.ContentType = "text/html";
                await context.Response.WriteAsync("<!doctype html><title>Please wait</title>");
                break;
            case PracticeFault.Hang:
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                break;
            case PracticeFault.Drop:
                context.Abort();
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(fault), fault, null);
        }
    }

    private static Task WriteAsync(HttpContext context, int status, JsonObject answer)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(PracticeStore.Wire(answer));
    }
}
