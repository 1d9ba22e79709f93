using Microsoft.Extensions.Options;
using Newsroom.Backend.Subscribers.Embed;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Donations;

/// <summary>Ways to put giving into another site.</summary>
/// <param name="Form">Plain HTML.</param>
/// <param name="Link">A link to our own form.</param>
/// <param name="Address">Where that link leads, for a button block.</param>
public sealed record GiftEmbedShape(EmbedSnippetShape Form, EmbedSnippetShape Link, string Address);

internal static class GiftEmbedApi
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapApi("embed/donate", scope: "donations").WithTags("embed");
        api.MapGet("", Make).WithSummary("HTML to paste into another site so that its readers can give: a plain form, a link.")
            .Produces<GiftEmbedShape>().ProducesProblem(StatusCodes.Status409Conflict).ProducesValidationProblem(StatusCodes.Status422UnprocessableEntity);
    }

    /// <param name="terms">What is offered.</param>
    /// <param name="options">Who we are.</param>
    /// <param name="currency">ISO 4217; absent: the first one configured.</param>
    /// <param name="frequency">Ticked at first; absent: <c>once</c>.</param>
    /// <param name="campaign">The drive that gifts from there count for.</param>
    /// <param name="src">What the place is called in each gift's attribution; absent: <c>embed</c>.</param>
    private static IResult Make(GivingTerms terms, IOptions<SiteOptions> options, string? currency, string? frequency, string? campaign, string? src)
    {
        var site = options.Value;
        if (site.PublicUrl.Length == 0)
            return Api.Conflict("Set Site:PublicUrl first: a form on another site needs an address to post to.");
        if ((string.IsNullOrEmpty(currency) ? terms.Default : terms.Find(currency)) is not { } offer)
            return Api.Invalid("currency", $"Choose a currency you take: {string.Join(", ", terms.Currencies.Select(c => c.Currency.Code))}.");
        var often = Frequency.Once;
        if (!string.IsNullOrEmpty(frequency) && !GiftRules.TryParseFrequency(frequency, out often))
            return Api.Invalid("frequency", "Give once, monthly or yearly.");
        if (!IsLine(campaign, Donation.CampaignLength))
            return Api.Invalid("campaign", "Shorten the campaign to one line of at most 64 characters.");
        if (!IsLine(src, Donation.AttributionLength))
            return Api.Invalid("src", "Shorten the source to one line of at most 200 characters.");
        var text = new GiftEmbedText(site.Link(""), site.Name, offer, often, site.Culture, string.IsNullOrWhiteSpace(src) ? "embed" : src.Trim(),
            string.IsNullOrWhiteSpace(campaign) ? null : campaign.Trim());
        return Results.Ok(new GiftEmbedShape(
            new(GiftEmbed.Form(text), "Paste it into a Custom HTML block (WordPress: by somebody with the capability unfiltered_html; for others it drops the tags). Works without script and from cached pages; the donor goes on to the checkout."),
            new(GiftEmbed.Link(text), "Needs no rights: a link or a button block with this address, in a page, a menu, the end of a story or a mail."),
            GiftEmbed.Address(text)));
    }

    private static bool IsLine(string? text, int max) => text is null || (text.Length <= max && !text.Any(char.IsControl));
}
