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
            Amount = Text("amount"),
            Currency = Text("currency"),
            Email = Text("email"),
            Name = Text("name"),
            CoverFees = Ticked("cover_fees"),
            Campaign = Text("campaign"),
            Message = Text("message"),
            Anonymous = Ticked("anonymous"),
            Newsletter = NewsletterBox.Of(field("newsletter")),
            Source = Text("src"),
            Nonce = Text("form"),
            Trap = Text(DonateModel.TrapField),
        };
        fields.Frequency = Text("frequency")?.Trim().ToLowerInvariant() ?? Words.Adverb(unsaid);
        foreach (var frequency in DonateModel.Frequencies)
            fields.Presets[frequency] = Text($"amount_{Words.Adverb(frequency)}");
        return fields;

        string? Text(string name) => field(name) is [{ Length: > 0 } first, ..] ? first : null;

        bool Ticked(string name) => Ticks(Text(name));
    }

    /// <summary>Whether a box that sent this was ticked.</summary>
    public static bool Ticks(string? value) => value is not (null or "" or "false" or "no" or "0" or "off");

    public GiftForm ToForm() => new()
    {
        Amount = Amount ?? (GiftRules.TryParseFrequency(Frequency, out var frequency) ? Presets[frequency] : null),
        Currency = Currency,
        Frequency = Frequency,
        Email = Email,
        Name = Name,
        CoverFees = CoverFees,
        Campaign = Campaign,
        Message = Message,
        Anonymous = Anonymous,
        Newsletter = Newsletter,
        Source = Source,
        Nonce = Nonce,
        Trap = Trap,
    };

    /// <summary>For showing: an amount that is one of the presets ticks it, and each frequency has one ticked.</summary>
    public void Place(CurrencyTerms offer)
    {
        if (!GiftRules.TryParseFrequency(Frequency, out var chosen))
            Frequency = Words.Adverb(chosen);
        if (Money.TryParse(Amount, offer.Currency, out var money) == MoneyProblem.None && offer.Presets[chosen].Contains(money))
        {
            Presets[chosen] = money.ToDecimalString();
            Amount = null;
        }
        foreach (var (frequency, presets) in offer.Presets)
        {
            if (!presets.Any(p => p.ToDecimalString() == Presets[frequency]))
                Presets[frequency] = presets[Math.Min(PreselectedPreset, presets.Count - 1)].ToDecimalString();
        }
    }
}
