using System.Globalization;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Donations;

/// <summary>What the donation form offers and takes, per currency.</summary>
public sealed class GivingTerms
{
    /// <summary>
    /// What the default sums are multiplied by where a unit is worth much less than a dollar: the power of ten that comes nearest, and 100
    /// for currencies without decimals that are not here. Monthly 10/15/25 and yearly 120/180/365 are the defaults of the News Revenue
    /// Hub's pages (rev-engine, read November 2026).
    /// </summary>
    private static readonly Dictionary<string, long> Scales = new(StringComparer.Ordinal)
    {
        ["CZK"] = 10,
        ["DKK"] = 10,
        ["HKD"] = 10,
        ["MXN"] = 10,
        ["NOK"] = 10,
        ["SEK"] = 10,
        ["ZAR"] = 10,
        ["HUF"] = 100,
        ["INR"] = 100,
        ["CLP"] = 1000,
        ["KRW"] = 1000,
    };

    /// <summary>The style sheet of the form (donate.css) has a line for each.</summary>
    private const int MostPresets = 6;

    private readonly List<CurrencyTerms> _currencies;

    private GivingTerms(List<CurrencyTerms> currencies, AddressWanted address) => (_currencies, MailingAddress) = (currencies, address);

    public AddressWanted MailingAddress { get; }

    /// <summary>The first is preselected.</summary>
    public IReadOnlyList<CurrencyTerms> Currencies => _currencies;

    public CurrencyTerms Default => _currencies[0];

    /// <summary>The terms of a code in any letter case; null when gifts are not taken in it.</summary>
    public CurrencyTerms? Find(string? code) =>
        _currencies.Find(c => string.Equals(c.Currency.Code, code?.Trim(), StringComparison.OrdinalIgnoreCase));

    /// <exception cref="FormatException">A sentence that names the wrong key.</exception>
    public static GivingTerms Read(StripeOptions options, IConfiguration section)
    {
        var codes = options.Currencies.Count == 0 ? ["USD"] : options.Currencies;
        var terms = new List<CurrencyTerms>();
        foreach (var code in codes)
        {
            if (!Currency.TryParse(code, out var currency))
                throw new FormatException($"Stripe:Currencies has '{code}': give ISO 4217 codes of currencies Stripe charges, for example USD.");
            if (terms.Exists(t => t.Currency == currency))
                throw new FormatException($"Stripe:Currencies names {currency} twice.");
            terms.Add(ReadCurrency(currency, section, isFirst: terms.Count == 0));
        }
        return new GivingTerms(terms, options.MailingAddress);
    }

    private static CurrencyTerms ReadCurrency(Currency currency, IConfiguration section, bool isFirst)
    {
        var minimum = ReadOne("Minimum", 1);
        var maximum = ReadOne("Maximum", 10_000);
        if (minimum.Minor > maximum.Minor)
            throw new FormatException($"Stripe:Minimum for {currency} is above its Stripe:Maximum.");
        var presets = new Dictionary<Frequency, IReadOnlyList<Money>>
        {
            [Frequency.Once] = ReadSeveral(Frequency.Once, 30, 60, 120, 365),
            [Frequency.Monthly] = ReadSeveral(Frequency.Monthly, 10, 15, 25, 50),
            [Frequency.Yearly] = ReadSeveral(Frequency.Yearly, 60, 120, 180, 365),
        };
        return new CurrencyTerms(currency, minimum, maximum, presets, ReadFees());

        // With the key that it stands under.
        (string Key, string Text)? Setting(string key, string? child = null)
        {
            var tail = child is null ? "" : ":" + child;
            var own = $"{key}:{currency.Code}{tail}";
            return section[own] is { } text ? ($"Stripe:{own}", text)
                : isFirst && section[key + tail] is { } common ? ($"Stripe:{key}{tail}", common)
                : null;
        }

        Money ReadOne(string key, long known) => Setting(key) is var (name, text) ? Parse(text, name) : Scaled(known);

        IReadOnlyList<Money> ReadSeveral(Frequency frequency, params long[] known)
        {
            var (key, text) = Setting("Presets", frequency.ToString()) ?? ("", "");
            var sums = key.Length > 0
                ? text.Split([' ', ';', ','], StringSplitOptions.RemoveEmptyEntries).Select(t => Parse(t, key)).ToList()
                : [.. known.Select(Scaled).Where(m => m.Minor >= minimum.Minor && m.Minor <= maximum.Minor)];
            if (sums.Count == 0)
                sums.Add(minimum);
            return sums.TrueForAll(m => m.Minor >= minimum.Minor && m.Minor <= maximum.Minor) && sums.Count <= MostPresets
                ? sums
                : throw new FormatException($"{key} for {currency} must be at most six sums between the minimum {minimum.ToDecimalString()} and the maximum {maximum.ToDecimalString()}.");
        }

        // The rate without a date, then those that follow it.
        IReadOnlyList<FeeEra> ReadFees()
        {
            var eras = new List<FeeEra>();
            if (ReadFee("") is { } first)
                eras.Add(new(DateOnly.MinValue, first));
            for (var n = 0; Setting("FeeCover", $"Eras:{n.ToString(CultureInfo.InvariantCulture)}:From") is var (key, date); n++)
            {
                if (!DateOnly.TryParseExact(date, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var from))
                    throw new FormatException($"{key} '{date}' is no day: write it as 2027-01-31.");
                if (eras.Count > 0 && from <= eras[^1].From)
                    throw new FormatException($"{key} {date} is not after the era before: write the eras in the order of their days.");
                var fee = ReadFee($"Eras:{n.ToString(CultureInfo.InvariantCulture)}:")
                    ?? throw new FormatException($"{key} {date} has no fee: give Percent and Fixed beside it.");
                eras.Add(new(from, fee));
            }
            return eras;
        }

        FeeCover? ReadFee(string era)
        {
            if (Setting("FeeCover", era + "Percent") is not var (percentKey, percent) || Setting("FeeCover", era + "Fixed") is not var (fixedKey, plus))
                return null;
            if (!decimal.TryParse(percent, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var rate) || rate is <= 0 or >= 20 || decimal.Round(rate, 2) != rate)
                throw new FormatException($"{percentKey} '{percent}' is no percentage with at most two decimals below 20, for example 2.2.");
            return new FeeCover((int)(rate * 100), Parse(plus, fixedKey).Minor, currency.ChargeStep);
        }

        Money Scaled(long known)
        {
            var scale = Scales.GetValueOrDefault(currency.Code, currency.Exponent == 0 ? 100 : 1);
            return new Money(Math.Min(known * scale * currency.MinorPerMajor, currency.LargestCharge), currency);
        }

        Money Parse(string text, string key) => Money.TryParse(text, currency, out var money) == MoneyProblem.None
            ? money
            : throw new FormatException($"{key} '{text}' is no {currency} sum: write digits in major units, for example {new Money(5 * currency.MinorPerMajor, currency).ToDecimalString()}.");
    }
}

/// <summary>
/// Whether the form asks for a postal address. Off unless the newsroom says what it needs one for (letters of thanks, a tax rule such as
/// Gift Aid): each field more costs gifts, and what is not known cannot leak. While it is off, one that is sent is not kept.
/// </summary>
public enum AddressWanted
{
    Off,
    Optional,
    Required,
}

/// <summary>What can be given in one currency.</summary>
/// <param name="Currency">The currency.</param>
/// <param name="Minimum">The least, fee cover not counted.</param>
/// <param name="Maximum">The most, fee cover not counted: a typing slip must not become a charge.</param>
/// <param name="Presets">The sums to choose from.</param>
/// <param name="Fees">How a donor may cover the card's fee, the earliest first; empty: not offered.</param>
public sealed record CurrencyTerms(
    Currency Currency, Money Minimum, Money Maximum, IReadOnlyDictionary<Frequency, IReadOnlyList<Money>> Presets, IReadOnlyList<FeeEra> Fees)
{
    /// <param name="day">In the newsroom's zone.</param>
    /// <returns>Null: the fee cannot be covered on that day.</returns>
    public FeeCover? FeeOn(DateOnly day) => Fees.LastOrDefault(e => e.From <= day)?.Fee;
}

/// <summary>A rate from a day on: Stripe changes its prices, and a gift begun before pays the old one.</summary>
/// <param name="From">The first day, in the newsroom's zone.</param>
/// <param name="Fee">Until the next era.</param>
public sealed record FeeEra(DateOnly From, FeeCover Fee);

/// <summary>The card fee the account pays: a percentage and a fixed sum, as the settings have it.</summary>
/// <param name="BasisPoints">Hundredths of a per cent: 220 for 2.2 %.</param>
/// <param name="FixedMinor">Minor units.</param>
/// <param name="Step">The currency's <see cref="Currency.ChargeStep"/>.</param>
public sealed record FeeCover(int BasisPoints, long FixedMinor, long Step = 1)
{
    private const long Whole = 10_000;

    /// <summary>The fee on a charge, half a minor unit rounded up.</summary>
    public long FeeOn(long charged) => checked(charged * BasisPoints + Whole / 2) / Whole + FixedMinor;

    /// <summary>The smallest charge of which <paramref name="wished"/> is left after the fee.</summary>
    public long Gross(long wished)
    {
        var gross = checked((wished + FixedMinor) * Whole) / (Whole - BasisPoints);
        while (gross - FeeOn(gross) < wished)
            gross++;
        while (gross - 1 - FeeOn(gross - 1) >= wished)
            gross--;
        return (gross + Step - 1) / Step * Step;
    }
}
