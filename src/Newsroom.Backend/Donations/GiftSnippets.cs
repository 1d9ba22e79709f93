using Microsoft.Extensions.Options;
using Newsroom.Backend.Subscribers.Embed;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Donations;

/// <summary>Ways to put giving into another site.</summary>
/// <param name="Form">Plain HTML.</param>
/// <param name="Link">A link to our own form.</param>
/// <param name="Address">Where that link leads, for a button block.</param>
public sealed record GiftEmbedShape(EmbedSnippetShape Form, EmbedSnippetShape Link, string Address);

public abstract record GiftSnippetsOutcome
{
    private GiftSnippetsOutcome()
    {
    }

    public sealed record Made(GiftEmbedShape Shape) : GiftSnippetsOutcome;

    public sealed record Invalid(string Field, string WhatToDo) : GiftSnippetsOutcome;

    /// <summary>A form needs an address to post to, and a request's Host is not one to believe.</summary>
    public sealed record NoPublicUrl : GiftSnippetsOutcome;
}

/// <summary>Judges what a snippet for gifts shall say, so that what is pasted works.</summary>
public sealed class GiftSnippets(GivingTerms terms, IOptions<SiteOptions> options)
{
    /// <param name="currency">ISO 4217; null or empty: the first one configured.</param>
    /// <param name="frequency">Ticked at first; null or empty: <c>once</c>.</param>
    /// <param name="campaign">The drive that gifts from there count for.</param>
    /// <param name="source">What the place is called in each gift's attribution; null or empty: <c>embed</c>.</param>
    public GiftSnippetsOutcome Make(string? currency, string? frequency, string? campaign, string? source)
    {
        var site = options.Value;
        if (site.PublicUrl.Length == 0)
            return new GiftSnippetsOutcome.NoPublicUrl();
        if ((string.IsNullOrEmpty(currency) ? terms.Default : terms.Find(currency)) is not { } offer)
            return new GiftSnippetsOutcome.Invalid("currency", $"Choose a currency you take: {string.Join(", ", terms.Currencies.Select(c => c.Currency.Code))}.");
        var often = Frequency.Once;
        if (!string.IsNullOrEmpty(frequency) && !GiftRules.TryParseFrequency(frequency, out often))
            return new GiftSnippetsOutcome.Invalid("frequency", "Give once, monthly or yearly.");
        if (!IsLine(campaign, Donation.CampaignLength))
            return new GiftSnippetsOutcome.Invalid("campaign", "Shorten the campaign to one line of at most 64 characters.");
        if (!IsLine(source, Donation.AttributionLength))
            return new GiftSnippetsOutcome.Invalid("src", "Shorten the source to one line of at most 200 characters.");
        var text = new GiftEmbedText(site.Link(""), site.Name, offer, often, site.Culture, string.IsNullOrWhiteSpace(source) ? "embed" : source.Trim(),
            string.IsNullOrWhiteSpace(campaign) ? null : campaign.Trim());
        return new GiftSnippetsOutcome.Made(new GiftEmbedShape(
            new(GiftEmbed.Form(text), "Paste it into a Custom HTML block (WordPress: by somebody with the capability unfiltered_html; for others it drops the tags). Works without script and from cached pages; the donor goes on to the checkout."),
            new(GiftEmbed.Link(text), "Needs no rights: a link or a button block with this address, in a page, a menu, the end of a story or a mail."),
            GiftEmbed.Address(text)));
    }

    private static bool IsLine(string? text, int max) => text is null || (text.Length <= max && !text.Any(char.IsControl));
}
