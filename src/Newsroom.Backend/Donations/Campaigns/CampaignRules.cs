using System.Globalization;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Donations.Campaigns;

/// <summary>A campaign as it was typed: nothing in it is trusted yet.</summary>
/// <param name="Name">One line.</param>
/// <param name="Why">Several lines.</param>
/// <param name="Goal">In major units, in the way of the site's language.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="StartsOn"><c>2026-11-30</c>.</param>
/// <param name="EndsOn">The same; empty: no end.</param>
/// <param name="MatchedBy">Empty, and <paramref name="MatchCap"/> too: nobody adds anything.</param>
/// <param name="MatchCap">As <paramref name="Goal"/>.</param>
/// <param name="MatchPercent">Digits.</param>
/// <param name="MatchesOnlySingle">See <see cref="CampaignMatch.OnlySingle"/>.</param>
public sealed record CampaignText(
    string? Name, string? Why, string? Goal, string? Currency, string? StartsOn, string? EndsOn, string? MatchedBy = null, string? MatchCap = null, string? MatchPercent = null, bool MatchesOnlySingle = false);

/// <summary>What a campaign's form may say. A fault's field is the id that the field has on the page.</summary>
public sealed class CampaignRules(GivingTerms giving, IOptions<SiteOptions> site)
{
    /// <summary>The same as a gift's word: see <see cref="GiftRules"/>.</summary>
    public static string? ReadSlug(string? text, ICollection<FormFault> faults) => Line(
        text, Campaign.SlugLength, "slug", $"Give the word that its links carry, one line of at most {Campaign.SlugLength} characters, for example year-end.", faults);

    /// <returns>Null with at least one fault, in the order of the form's fields.</returns>
    public CampaignTerms? Read(CampaignText text, ICollection<FormFault> faults)
    {
        var before = faults.Count;
        var name = Line(text.Name, Campaign.NameLength, "name", $"Give the name that donors read, one line of at most {Campaign.NameLength} characters.", faults);
        var why = text.Why?.Trim().ReplaceLineEndings("\n");
        if (why?.Length > Campaign.WhyLength || why?.Any(c => char.IsControl(c) && c != '\n') == true)
            faults.Add(new("why", $"Shorten what the money is for to at most {Campaign.WhyLength} characters."));
        var currency = giving.Find(text.Currency)?.Currency;
        var goal = ReadSum(text.Goal, currency ?? giving.Default.Currency, "goal", "Say how much is to be raised", faults);
        if (currency is null)
            faults.Add(new("currency", $"Choose a currency that gifts are taken in: {string.Join(", ", giving.Currencies.Select(c => c.Currency.Code))}."));
        var (starts, ends) = ReadDays(text, faults);
        var match = ReadMatch(text, currency ?? giving.Default.Currency, faults);
        return faults.Count > before ? null : new CampaignTerms(name!, why is { Length: > 0 } ? why : null, goal, starts, ends, match);
    }

    private static (DateOnly Starts, DateOnly? Ends) ReadDays(CampaignText text, ICollection<FormFault> faults)
    {
        var starts = Day(text.StartsOn);
        var ends = Day(text.EndsOn);
        if (starts is null)
            faults.Add(new("starts-on", "Choose its first day."));
        if ((ends is null && !string.IsNullOrWhiteSpace(text.EndsOn)) || ends < starts)
            faults.Add(new("ends-on", "Choose a last day that is not before the first one, or leave it empty."));
        return (starts ?? default, ends);
    }

    private CampaignMatch? ReadMatch(CampaignText text, Currency currency, ICollection<FormFault> faults)
    {
        if (string.IsNullOrWhiteSpace(text.MatchedBy) && string.IsNullOrWhiteSpace(text.MatchCap))
            return null;
        var by = Line(text.MatchedBy, Campaign.MatchedByLength, "matched-by", $"Say in at most {Campaign.MatchedByLength} characters who adds to the gifts, or leave out the most that is added.", faults);
        var cap = ReadSum(text.MatchCap, currency, "match-cap", $"Say the most that is added", faults);
        if (!int.TryParse(text.MatchPercent?.Trim().TrimEnd('%'), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var percent)
            || percent is < CampaignMatch.LeastPercent or > CampaignMatch.MostPercent)
        {
            faults.Add(new("match-percent", $"Type how much is added to each 100 given, a whole number from {CampaignMatch.LeastPercent} to {CampaignMatch.MostPercent}: 100 doubles a gift."));
        }
        return by is null ? null : new CampaignMatch(by, cap, percent, text.MatchesOnlySingle);
    }

    private Money ReadSum(string? text, Currency currency, string field, string what, ICollection<FormFault> faults)
    {
        var culture = site.Value.Culture;
        var (problem, money, other) = AmountText.Read(text, currency, culture, Campaign.MostMinor);
        var example = AmountText.Write(new Money(10_000 * currency.MinorPerMajor, currency), culture);
        var whatToDo = problem switch
        {
            MoneyProblem.None => null,
            MoneyProblem.Ambiguous => $"“{text?.Trim()}” can be read as {money.Format(culture)} or as {other.Format(culture)}: type {AmountText.Write(money, culture)} or {AmountText.Write(other, culture)}.",
            MoneyProblem.TooManyDecimals => $"{what} without so many decimals, for example {example}.",
            MoneyProblem.TooLarge => $"{what}: at most {new Money(Campaign.MostMinor, currency).Format(culture)}.",
            MoneyProblem.Empty or MoneyProblem.NotANumber or MoneyProblem.NotPositive => $"{what}, in digits, for example {example}.",
            _ => throw new InvalidOperationException($"{problem} has no sentence."),
        };
        if (whatToDo is not null)
            faults.Add(new(field, whatToDo));
        return money;
    }

    private static string? Line(string? text, int max, string field, string whatToDo, ICollection<FormFault> faults)
    {
        var line = text?.Trim() ?? "";
        if (line.Length > 0 && line.Length <= max && !line.Any(char.IsControl))
            return line;
        faults.Add(new(field, whatToDo));
        return null;
    }

    private static DateOnly? Day(string? text) =>
        DateOnly.TryParseExact(text?.Trim(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day is { Year: > 1970 and < 9000 } ? day : null;
}
