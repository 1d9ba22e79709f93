using Newsroom.Backend.Web;

namespace Newsroom.Backend.Donations;

internal static class GiftEmbedApi
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapApi("embed/donate", scope: "donations").WithTags("embed");
        api.MapGet("", Make).WithSummary("HTML to paste into another site so that its readers can give: a plain form, a link.")
            .Produces<GiftEmbedShape>().ProducesProblem(StatusCodes.Status409Conflict).ProducesValidationProblem(StatusCodes.Status422UnprocessableEntity);
    }

    /// <param name="snippets">Judges and makes them.</param>
    /// <param name="currency">ISO 4217; absent: the first one configured.</param>
    /// <param name="frequency">Ticked at first; absent: <c>once</c>.</param>
    /// <param name="campaign">The drive that gifts from there count for.</param>
    /// <param name="src">What the place is called in each gift's attribution; absent: <c>embed</c>.</param>
    private static IResult Make(GiftSnippets snippets, string? currency, string? frequency, string? campaign, string? src) => snippets.Make(currency, frequency, campaign, src) switch
    {
        GiftSnippetsOutcome.Made(var shape) => Results.Ok(shape),
        GiftSnippetsOutcome.Invalid(var field, var whatToDo) => Api.Invalid(field, whatToDo),
        GiftSnippetsOutcome.NoPublicUrl => Api.Conflict("Set Site:PublicUrl first: a form on another site needs an address to post to."),
        var other => throw new InvalidOperationException($"Unknown outcome {other}."),
    };
}
