using System.Text.Json.Serialization;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Subscribers;

/// <param name="Email">The only one needed.</param>
/// <param name="Newsletters">Slugs; absent or empty: the default ones.</param>
/// <param name="Name">The reader's.</param>
/// <param name="Source">What the form calls itself.</param>
/// <param name="Website">Leave it out: only robots fill it.</param>
/// <param name="Consent">Version of the sentence beside the form, such as <c>sign-up-1</c>: the record keeps that sentence.</param>
/// <param name="Ticket">Of <c>GET /embed/token</c> or of a 429's <c>challenge</c>; asked for only while a limit is met.</param>
/// <param name="Nonce">What was found for it.</param>
public sealed record NewSubscription(
    string? Email, IReadOnlyList<string?>? Newsletters, string? Name, string? Source, string? Website, string? Ticket = null, string? Nonce = null, string? Consent = null);

/// <param name="Status">Always <c>check_your_mail</c>: the answer tells nobody who subscribes.</param>
/// <param name="Hint">A common mail domain that the address's is one slip away from, to ask the reader about; mostly absent.</param>
public sealed record SubscriptionAnswer(string Status, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Hint = null);

/// <summary>The sign-up for scripts on the newsroom's own pages: no key, no cookie, no credentials.</summary>
internal static class SubscriptionsApi
{
    public const string CorsPolicy = "sign-up";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/v1/subscriptions", SignUpAsync).WithSummary("Signs a reader up: a mail asks for confirmation. The same answer for every well-formed address.").AllowAnonymous()
            .RequireCors(CorsPolicy)
            .WithTags("subscriptions")
            .Produces<SubscriptionAnswer>(StatusCodes.Status202Accepted)
            .ProducesValidationProblem(StatusCodes.Status422UnprocessableEntity)
            .ProducesProblem(StatusCodes.Status429TooManyRequests)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        routes.MapGet("/embed/token", TokenAsync).WithSummary("What a sign-up script answers with its form: find a nonce, send both.").AllowAnonymous()
            .RequireCors(CorsPolicy).WithTags("subscriptions").Produces<ProofChallenge>();
    }

    private static async Task<IResult> TokenAsync(SignUpProof proofs, HttpResponse response, CancellationToken cancellationToken)
    {
        response.Headers.CacheControl = "no-store";
        return Results.Ok(await proofs.IssueAsync(cancellationToken));
    }

    private static async Task<IResult> SignUpAsync(NewSubscription form, SignUpDesk desk, HttpContext context, CancellationToken cancellationToken)
    {
        var signUp = new SignUpForm(form.Email, [.. (form.Newsletters ?? []).OfType<string>()], form.Name, form.Source, ConsentMethod.Api, form.Website)
        {
            Wording = ConsentWording.ShownBy(form.Consent),
            Page = FormPage.Of(context.Request),
        };
        // A site's own server, posting for its readers.
        var isTrusted = context.User.Identity is { IsAuthenticated: true } && ApiScopes.Allows(context.User, HttpMethods.Post, "subscribers");
        var caller = new SignUpCaller(context.Connection.RemoteIpAddress, form.Ticket, form.Nonce, isTrusted);
        return await desk.RunAsync(signUp, caller, cancellationToken) switch
        {
            SignUpOutcome.Accepted => Results.Accepted(value: new SubscriptionAnswer("check_your_mail", DomainTypo.MeantByAddress(form.Email))),
            SignUpOutcome.BadAddress => Api.Invalid("email", SignUpWords.BadAddress),
            SignUpOutcome.UnknownNewsletter(var slug) => Api.Invalid("newsletters", $"There is no newsletter '{slug}' to sign up for (any more)."),
            SignUpOutcome.NotConfigured(var why) => Results.Problem(statusCode: StatusCodes.Status503ServiceUnavailable, title: why),
            SignUpOutcome.NeedsProof(var challenge) => TooMany(context, SignUpProof.Soonest, "Answer the challenge: find its nonce, and send the form again with both, not before the wait is over.", challenge),
            SignUpOutcome.TooMany(var wait) => TooMany(context, wait, SignUpWords.TooMany, null),
            var other => throw new InvalidOperationException($"Unknown outcome {other}."),
        };
    }

    private static IResult TooMany(HttpContext context, TimeSpan wait, string whatToDo, ProofChallenge? challenge)
    {
        context.Response.Headers.RetryAfter = NetworkLimit.Seconds(wait);
        return Results.Problem(statusCode: StatusCodes.Status429TooManyRequests, title: whatToDo,
            extensions: challenge is null ? null : new Dictionary<string, object?>(StringComparer.Ordinal) { ["challenge"] = challenge });
    }
}
