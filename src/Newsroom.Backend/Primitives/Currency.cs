namespace Newsroom.Backend.Primitives;

/// <summary>
/// An ISO 4217 currency a gift can be made in. <see cref="Exponent"/> is ISO's number of decimals;
/// Stripe counts a few currencies differently (https://docs.stripe.com/currencies), which only
/// <see cref="ToStripe"/> and <see cref="FromStripe"/> know.
/// </summary>
public sealed record Currency
{
    // ISO 4217: decimals other than two, of the currencies Stripe charges.
    private static readonly Dictionary<string, int> OtherExponents = new(StringComparer.Ordinal)
    {
        ["BIF"] = 0,
        ["CLP"] = 0,
        ["DJF"] = 0,
        ["GNF"] = 0,
        ["ISK"] = 0,
        ["JPY"] = 0,
        ["KMF"] = 0,
        ["KRW"] = 0,
        ["PYG"] = 0,
        ["RWF"] = 0,
        ["UGX"] = 0,
        ["VND"] = 0,
        ["VUV"] = 0,
        ["XAF"] = 0,
        ["XOF"] = 0,
        ["XPF"] = 0,
        ["BHD"] = 3,
        ["JOD"] = 3,
        ["KWD"] = 3,
        ["OMR"] = 3,
        ["TND"] = 3,
        // ISO gives the ariary two decimals on paper (1/5); Stripe and everyday use give it none.
        ["MGA"] = 0,
    };

    private static readonly HashSet<string> TwoDecimals = new(StringComparer.Ordinal)
    {
        "AED", "AFN", "ALL", "AMD", "ANG", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT", "BGN", "BMD", "BND", "BOB",
        "BRL", "BSD", "BWP", "BYN", "BZD", "CAD", "CDF", "CHF", "CNY", "COP", "CRC", "CVE", "CZK", "DKK", "DOP", "DZD", "EGP",
        "ETB", "EUR", "FJD", "FKP", "GBP", "GEL", "GIP", "GMD", "GTQ", "GYD", "HKD", "HNL", "HTG", "HUF", "IDR", "ILS", "INR",
        "JMD", "KES", "KGS", "KHR", "KYD", "KZT", "LAK", "LBP", "LKR", "LRD", "LSL", "MAD", "MDL", "MKD", "MMK", "MNT", "MOP",
        "MUR", "MVR", "MWK", "MXN", "MYR", "MZN", "NAD", "NGN", "NIO", "NOK", "NPR", "NZD", "PAB", "PEN", "PGK", "PHP", "PKR",
        "PLN", "QAR", "RON", "RSD", "RUB", "SAR", "SBD", "SCR", "SEK", "SGD", "SHP", "SLE", "SOS", "SRD", "STD", "SZL", "THB",
        "TJS", "TOP", "TRY", "TTD", "TWD", "TZS", "UAH", "USD", "UYU", "UZS", "WST", "XCD", "YER", "ZAR", "ZMW",
    };

    private Currency(string code, int exponent)
    {
        Code = code;
        Exponent = exponent;
    }

    /// <summary>Three capital letters, for example <c>USD</c>.</summary>
    public string Code { get; }

    /// <summary>Decimals of the currency: 0, 2 or 3.</summary>
    public int Exponent { get; }

    /// <summary>The sign everybody knows; null where there is none that means this currency alone.</summary>
    public string? Symbol => Code switch { "USD" => "$", "EUR" => "€", "GBP" => "£", "JPY" => "¥", _ => null };

    /// <summary>Minor units in one major unit: 1, 100 or 1000.</summary>
    public long MinorPerMajor => Exponent switch { 0 => 1, 2 => 100, _ => 1000 };

    /// <summary>Every currency known here, by code.</summary>
    public static IReadOnlyCollection<string> Codes { get; } = [.. TwoDecimals.Concat(OtherExponents.Keys).Order(StringComparer.Ordinal)];

    public static Currency Usd { get; } = Parse("USD");

    /// <summary>Reads a code in any letter case, as Stripe sends it in lower case.</summary>
    /// <exception cref="FormatException">The code is not a currency gifts can be made in.</exception>
    public static Currency Parse(string code) =>
        TryParse(code, out var currency) ? currency : throw new FormatException($"'{code}' is not a currency known here (ISO 4217 code).");

    public static bool TryParse(string? code, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Currency? currency)
    {
        var upper = code?.Trim().ToUpperInvariant() ?? "";
        currency = OtherExponents.TryGetValue(upper, out var exponent) ? new Currency(upper, exponent)
            : TwoDecimals.Contains(upper) ? new Currency(upper, 2)
            : null;
        return currency is not null;
    }

    /// <summary>A charge is a whole multiple of so many minor units (https://docs.stripe.com/currencies#three-decimal).</summary>
    public long ChargeStep => Exponent == 3 ? 10 : 1;

    /// <summary>The largest charge, in minor units.</summary>
    public long LargestCharge => Money.MaxMinor / StripeFactor;

    /// <summary>The number Stripe wants for an amount in this currency's minor units.</summary>
    public long ToStripe(long minor) => checked(minor * StripeFactor);

    /// <summary>The minor units of a number Stripe gave. ISK and UGX always end in 00 there.</summary>
    /// <exception cref="FormatException">The number is no whole minor unit of this currency.</exception>
    public long FromStripe(long amount) => amount % StripeFactor == 0
        ? amount / StripeFactor
        : throw new FormatException($"{amount} is not a whole {Code} amount: Stripe sends {Code} in hundredths that must be 00.");

    // "ISK and UGX have no minor unit but are sent x 100" (Stripe, special cases).
    private long StripeFactor => Code is "ISK" or "UGX" ? 100 : 1;

    public override string ToString() => Code;
}
