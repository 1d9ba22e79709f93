using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Donations;

/// <summary>What a snippet offers.</summary>
/// <param name="PublicUrl">Where we are, without a trailing slash.</param>
/// <param name="Site">The newsroom's name.</param>
/// <param name="Offer">The currency and its presets.</param>
/// <param name="Frequency">Ticked at first; its presets are those shown.</param>
/// <param name="Culture">How sums are written.</param>
/// <param name="Source">What the form calls itself (<c>src</c>).</param>
/// <param name="Campaign">The drive that gifts from here count for.</param>
internal sealed record GiftEmbedText(
    string PublicUrl, string Site, CurrencyTerms Offer, Frequency Frequency, CultureInfo Culture, string Source, string? Campaign = null);

/// <summary>
/// HTML to paste into another site: a form and a link. The same for every visitor, because pages come from caches: no token, no script, no
/// cookie. There is none for a frame: Stripe's checkout refuses to be framed, so a donor would be stuck at the button.
/// </summary>
internal static class GiftEmbed
{
    /// <summary>The second, as on our own page: not the least, not the most.</summary>
    private const int PreselectedPreset = 1;

    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    public static string Form(GiftEmbedText text)
    {
        var presets = text.Offer.Presets[text.Frequency];
        var chosen = Math.Min(PreselectedPreset, presets.Count - 1);
        List<string> lines =
        [
            $"""<form method="post" action="{E(text.PublicUrl)}/donate">""",
            "  <fieldset>",
            "    <legend>How often would you like to give?</legend>",
            .. DonateModel.Frequencies.Select(f => Radio("frequency", Words.Adverb(f), Words.Title(f), f == text.Frequency)),
            "  </fieldset>",
            "  <fieldset>",
            "    <legend>How much?</legend>",
            .. presets.Select((p, i) => Radio("amount", AmountText.Write(p, text.Culture), p.Format(text.Culture, brief: true), i == chosen)),
            $"""    <p><label>Another amount in {E(text.Offer.Currency.Code)} <input type="text" name="amount" inputmode="decimal" autocomplete="off" maxlength="20"></label></p>""",
            "  </fieldset>",
            """  <p><label>Your email address, for the receipt <input type="email" name="email" autocomplete="email" required maxlength="254"></label></p>""",
            """  <p><button type="submit">Continue to payment</button></p>""",
            Hidden("currency", text.Offer.Currency.Code),
            Hidden("src", text.Source),
            $"""  <div hidden><label>Leave this empty <input type="text" name="{DonateModel.TrapField}" tabindex="-1" autocomplete="off"></label></div>""",
            "</form>",
        ];
        if (text.Campaign is not null)
            lines.Insert(lines.Count - 1, Hidden("campaign", text.Campaign));
        return string.Join('\n', lines);
    }

    public static string Link(GiftEmbedText text) => $"""<a href="{E(Address(text))}">Donate to {E(text.Site)}</a>""";

    /// <summary>Of our own page, for a button block, a menu, or the end of a story.</summary>
    public static string Address(GiftEmbedText text)
    {
        var query = $"currency={text.Offer.Currency.Code}&frequency={Words.Adverb(text.Frequency)}&src={Uri.EscapeDataString(text.Source)}";
        return $"{text.PublicUrl}/donate?{query}{(text.Campaign is null ? "" : "&campaign=" + Uri.EscapeDataString(text.Campaign))}";
    }

    private static string Radio(string name, string value, string label, bool isChosen) =>
        $"""    <label><input type="radio" name="{name}" value="{E(value)}"{(isChosen ? " checked" : "")}> {E(label)}</label>""";

    private static string Hidden(string name, string value) => $"""  <input type="hidden" name="{name}" value="{E(value)}">""";

    private static string E(string value) => Encoder.Encode(value);
}
