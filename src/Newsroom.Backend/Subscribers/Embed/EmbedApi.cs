using Newsroom.Backend.Web;

namespace Newsroom.Backend.Subscribers.Embed;

/// <param name="Html">To paste.</param>
/// <param name="Paste">Where it goes, and what to know about it.</param>
public sealed record EmbedSnippetShape(string Html, string Paste);

/// <summary>Four ways to put a sign-up into another site, the one that works nearly everywhere first.</summary>
/// <param name="Form">Plain HTML.</param>
/// <param name="Script">The same without leaving the page.</param>
/// <param name="Frame">Our page in a frame.</param>
/// <param name="Link">A link to our own form.</param>
/// <param name="Address">Where that link leads, for a button block.</param>
/// <param name="Integrity">Hash of the script, as it is in its snippet.</param>
public sealed record EmbedShape(EmbedSnippetShape Form, EmbedSnippetShape Script, EmbedSnippetShape Frame, EmbedSnippetShape Link, string Address, string Integrity);

internal static class EmbedApi
{
    private const string Unfiltered =
        "In WordPress: a Custom HTML block, pasted by somebody with the capability unfiltered_html (administrators and editors of a single site, super admins only on a multisite); for others WordPress silently drops the tags. ";

    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapApi("embed", scope: "newsletters");
        api.MapGet("", MakeAsync).WithSummary("HTML to paste into another site so that its readers can sign up: a plain form, a script, a frame, a link.")
            .Produces<EmbedShape>().ProducesProblem(StatusCodes.Status409Conflict).ProducesValidationProblem(StatusCodes.Status422UnprocessableEntity);
    }

    private static async Task<IResult> MakeAsync(EmbedSnippets snippets, string[]? newsletter, string? source, string? next, CancellationToken cancellationToken) =>
        await snippets.RunAsync(newsletter ?? [], source, next, cancellationToken) switch
        {
            EmbedSnippetsOutcome.Made(var text) => Results.Ok(ShapeOf(text)),
            EmbedSnippetsOutcome.UnknownNewsletter(var slug) => Api.Invalid("newsletter", $"There is no newsletter '{slug}' to sign up for: GET /api/v1/newsletters has those there are, and which are closed."),
            EmbedSnippetsOutcome.NextNotAllowed(var whatToDo) => Api.Invalid("next", whatToDo),
            EmbedSnippetsOutcome.NoPublicUrl => Api.Conflict("Set Site:PublicUrl first: a form on another site needs an address to post to."),
            var other => throw new InvalidOperationException($"Unknown outcome {other}."),
        };

    /// <summary>With what to know about each way.</summary>
    internal static EmbedShape ShapeOf(EmbedText text) => new(
        new(EmbedCode.Form(text), Unfiltered + "Works without script, from cached pages and on any site; afterwards the reader is on our page, or on the one named by next."),
        new(EmbedCode.Script(text), Unfiltered + "Place it where the form shall stand; the answer comes without leaving the page. The page's origin must be in Site:AllowedOrigins. Take integrity and crossorigin along as they are."),
        new(EmbedCode.Frame(text), Unfiltered + "For sites whose style sheets would spoil a form. The page's origin must be in Site:AllowedOrigins, or browsers show nothing. The second line only fits the height; leave it out where scripts are not allowed."),
        new(EmbedCode.Link(text), "Needs no rights: a link or a button block with this address, in a page, a menu or a mail."),
        EmbedCode.Address(text), EmbedScript.Form.Integrity);
}
