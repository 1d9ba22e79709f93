using Newsroom.Backend.Web;

namespace Newsroom.Backend.Subscribers;

/// <param name="Email">The only one needed.</param>
/// <param name="Newsletters">Slugs; absent or empty: the default ones.</param>
/// <param name="Name">The reader's.</param>
/// <param name="Source">What the form calls itself.</param>
/// <param name="Website">Leave it out: only robots fill it.</param>
public sealed record NewSubscription(string? Email, IReadOnlyList<string?>? Newsletters, string? Name, string? Source, string? Website);

/// <param name="Status">Always <c>check_your_mail</c>: the answer tells nobody who subscribes.</param>
public sealed record SubscriptionAnswer(string Status);

/// <summary>The sign-up for scripts on the newsroom's own pages: no key, no cookie, no credentials.</summary>
internal static class SubscriptionsApi
{
    public const string CorsPolicy = "sign-up";

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/v1/subscriptions", SignUpAsync).WithSummary("Signs a reader up: a mail asks for confirmation. The same answer for every well-formed address.").AllowAnonymous()
            .RequireCors(CorsPolicy).WithMetadata(new PostLimitAttribute(SignUpLimit.Policy))
            .WithTags("subscriptions")
            .Produces<SubscriptionAnswer>(StatusCodes.Status202Accepted)
            .ProducesValidationProblem(StatusCodes.Status422UnprocessableEntity)
            .ProducesProblem(StatusCodes.Status429TooManyRequests)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private static async Task<IResult> SignUpAsync(NewSubscription form, SignUp signUp, CancellationToken cancellationToken) =>
        await signUp.RunAsync(
            new SignUpForm(form.Email, [.. (form.Newsletters ?? []).OfType<string>()], form.Name, form.Source, ConsentMethod.Api, form.Website), cancellationToken) switch
        {
            SignUpOutcome.Accepted => Results.Accepted(value: new SubscriptionAnswer("check_your_mail")),
            SignUpOutcome.BadAddress => Api.Invalid("email", SignUpWords.BadAddress),
            SignUpOutcome.UnknownNewsletter(var slug) => Api.Invalid("newsletters", $"There is no newsletter '{slug}'."),
            SignUpOutcome.NotConfigured(var why) => Results.Problem(statusCode: StatusCodes.Status503ServiceUnavailable, title: why),
            var other => throw new InvalidOperationException($"Unknown outcome {other}."),
        };
}
