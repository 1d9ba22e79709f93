using System.Globalization;
using Microsoft.Extensions.Primitives;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Donations;

/// <summary>
/// The fields of the donation page as typed. A sum is typed into <c>amount</c> or chosen among the presets of the frequency
/// (<c>amount_monthly</c>); one group per frequency, so that a choice made for another frequency is never sent with this one.
/// </summary>
public sealed class DonateFields
{
    private const int PreselectedPreset = 1;

    public string Frequency { get; private set; } = "";

    /// <summary>Typed; goes before a preset.</summary>
    public string? Amount { get; private set; }

    /// <summary>Per frequency the preset chosen, as decimal text.</summary>
    public Dictionary<Frequency, string?> Presets { get; } = [];
    public string? Currency { get; private init; }
    public string? Email { get; private init; }
    public string? Name { get; private init; }
    public bool CoverFees { get; private init; }
    public string? Campaign { get; private init; }
    public string? Message { get; private init; }
    public bool Anonymous { get; private init; }
    public string? InHonourOf { get; private init; }
    public bool InMemory { get; private init; }
    public string? MailingAddress { get; private init; }
    public string? MailingCountry { get; private init; }
    public NewsletterBox Newsletter { get; private init; } = NewsletterBox.Empty;
    public string? Source { get; private init; }
    public string? Nonce { get; set; }
    private string? Trap { get; init; }

    public bool Chose(Frequency frequency) => Frequency == Words.Adverb(frequency);

    /// <param name="field">The form's or the query's values.</param>
    /// <param name="unsaid">The frequency where none is named.</param>
    public static DonateFields From(Func<string, StringValues> field, Frequency unsaid)
    {
        var fields = new DonateFields
        {
            // A form elsewhere may have its presets under the same name, before the field to type into: what was typed goes before.
            Amount = field("amount").LastOrDefault(v => !string.IsNullOrWhiteSpace(v)),
            Currency = Text("currency"),
            Email = Text("email"),
            Name = Text("name"),
            CoverFees = Ticked("cover_fees"),
            Campaign = Hidden("campaign", Donation.CampaignLength),
            Message = Text("message"),
            Anonymous = Ticked("anonymous"),
            InHonourOf = Text("in_honour_of"),
            InMemory = Text("tribute") == Words.Tribute(inMemory: true),
            MailingAddress = Text("mailing_address"),
            MailingCountry = Text("mailing_country"),
            Newsletter = NewsletterBox.Of(field("newsletter")),
            Source = Hidden("src", Donation.AttributionLength),
            Nonce = Text("form"),
            Trap = Text(DonateModel.TrapField),
        };
        fields.Frequency = Text("frequency")?.Trim().ToLowerInvariant() ?? Words.Adverb(unsaid);
        foreach (var frequency in DonateModel.Frequencies)
            fields.Presets[frequency] = Text($"amount_{Words.Adverb(frequency)}");
        return fields;

        string? Text(string name) => field(name) is [{ Length: > 0 } first, ..] ? first : null;

        // From the link, not from the donor, who could not mend it: what cannot be kept is left out.
        string? Hidden(string name, int max) => Text(name) is { } text && text.Length <= max && !text.Any(char.IsControl) ? text : null;

        bool Ticked(string name) => Ticks(Text(name));
    }

    /// <summary>Whether a box that sent this was ticked.</summary>
    public static bool Ticks(string? value) => value is not (null or "" or "false" or "no" or "0" or "off");

    public GiftForm ToForm() => new()
    {
        Amount = Amount ?? (GiftRules.TryParseFrequency(Frequency, out var frequency) ? Presets[frequency] : null),
        AmountIsExact = Amount is null,
        Currency = Currency,
        Frequency = Frequency,
        Email = Email,
        Name = Name,
        CoverFees = CoverFees,
        Campaign = Campaign,
        Message = Message,
        Anonymous = Anonymous,
        InHonourOf = InHonourOf,
        Tribute = Words.Tribute(InMemory),
        MailingAddress = MailingAddress,
        MailingCountry = MailingCountry,
        Newsletter = Newsletter,
        Source = Source,
        Nonce = Nonce,
        Trap = Trap,
    };

    /// <summary>For showing: an amount that is one of the presets ticks it, and each frequency has one ticked.</summary>
    /// <param name="offer">In the currency chosen.</param>
    /// <param name="culture">The site's.</param>
    /// <param name="isLink">The amount comes with a link, which has a full stop whatever the language; otherwise it was typed.</param>
    public void Place(CurrencyTerms offer, CultureInfo culture, bool isLink)
    {
        if (!GiftRules.TryParseFrequency(Frequency, out var chosen))
            Frequency = Words.Adverb(chosen);
        var isExact = isLink && IsDecimalText(Amount, offer.Currency);
        var money = isExact && Money.TryParse(Amount, offer.Currency, out var linked) == MoneyProblem.None ? linked
            : AmountText.Read(Amount, offer.Currency, culture) is { Problem: MoneyProblem.None } typed ? typed.Money
            : default(Money?);
        if (money is { } sum && offer.Presets[chosen].Contains(sum))
        {
            Presets[chosen] = sum.ToDecimalString();
            Amount = null;
        }
        else if (isExact && money is { } other)
        {
            Amount = AmountText.Write(other, culture);
        }
        foreach (var (frequency, presets) in offer.Presets)
        {
            if (!presets.Any(p => p.ToDecimalString() == Presets[frequency]))
                Presets[frequency] = presets[Math.Min(PreselectedPreset, presets.Count - 1)].ToDecimalString();
        }
    }

    /// <summary>No more decimals than the currency has: "1.000" in dollars may be a thousand to who wrote the link.</summary>
    private static bool IsDecimalText(string? text, Currency currency) =>
        text is not null && !text.Contains(',', StringComparison.Ordinal) && (text.IndexOf('.', StringComparison.Ordinal) is var at && (at < 0 || text.Trim().Length - at - 1 <= currency.Exponent));
}
