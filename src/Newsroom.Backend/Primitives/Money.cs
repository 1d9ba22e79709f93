using System.Globalization;

namespace Newsroom.Backend.Primitives;

/// <summary>Why an amount typed by a person was not taken.</summary>
public enum MoneyProblem
{
    None,
    Empty,
    NotANumber,
    TooManyDecimals,
    NotPositive,
    TooLarge,

    /// <summary>People of two places read two sums in it.</summary>
    Ambiguous,
}

/// <summary>
/// Whole minor units of one currency: never a float, never a sum over two currencies.
/// </summary>
/// <param name="Minor">Minor units (cents for USD, yen for JPY, fils for KWD).</param>
/// <param name="Currency">The currency the units are of.</param>
public readonly record struct Money(long Minor, Currency Currency)
{
    /// <summary>Stripe's largest charge: eight digits in the smallest unit (https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts).</summary>
    public const long MaxMinor = 99_999_999;

    /// <summary>
    /// Reads an amount in major units as settings, links and machines write it: ASCII digits with at most one decimal separator,
    /// a full stop, or a comma followed by one or two digits ("12,50"). Thousands separators, exponents, signs and other
    /// digits are refused. What people type is for <see cref="AmountText"/>.
    /// </summary>
    public static MoneyProblem TryParse(string? text, Currency currency, out Money money)
    {
        money = default;
        var typed = text?.Trim() ?? "";
        if (typed.Length == 0)
            return MoneyProblem.Empty;
        if (typed[0] == '-' && typed.Length > 1 && typed[1..].All(c => char.IsAsciiDigit(c) || c == '.'))
            return MoneyProblem.NotPositive;

        var at = typed.IndexOfAny(['.', ',']);
        var whole = at < 0 ? typed : typed[..at];
        var decimals = at < 0 ? "" : typed[(at + 1)..];
        if (!Digits(whole) || (at >= 0 && !Digits(decimals)))
            return MoneyProblem.NotANumber;
        if (at >= 0 && typed[at] == ',' && decimals.Length > 2)
            return MoneyProblem.NotANumber;
        return TryMake(whole, decimals, currency, out money);

        static bool Digits(string s) => s.Length > 0 && s.All(char.IsAsciiDigit);
    }

    /// <summary>The sum of ASCII digits before and behind the decimal separator, at most <paramref name="largest"/>, or else the largest charge.</summary>
    internal static MoneyProblem TryMake(string whole, string decimals, Currency currency, out Money money, long? largest = null)
    {
        money = default;
        if (decimals.Length > currency.Exponent && decimals[currency.Exponent..].Any(c => c != '0'))
            return MoneyProblem.TooManyDecimals;

        var digits = whole + decimals.PadRight(currency.Exponent, '0')[..currency.Exponent];
        if (digits.TrimStart('0').Length > 12)
            return MoneyProblem.TooLarge;
        var minor = long.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
        if (minor == 0)
            return MoneyProblem.NotPositive;
        if (minor > (largest ?? currency.LargestCharge))
            return MoneyProblem.TooLarge;
        if (minor % currency.ChargeStep != 0)
            return MoneyProblem.TooManyDecimals;

        money = new Money(minor, currency);
        return MoneyProblem.None;
    }

    public static Money operator +(Money left, Money right) => left.Currency == right.Currency
        ? new Money(checked(left.Minor + right.Minor), left.Currency)
        : throw new InvalidOperationException($"Cannot add {right.Currency} to {left.Currency}.");

    public static Money operator -(Money left, Money right) => left + new Money(checked(-right.Minor), right.Currency);

    /// <summary>The amount in major units with a full stop, as machines write it: <c>15.00</c>, <c>500</c>, <c>1.230</c>.</summary>
    public string ToDecimalString() =>
        (Minor / (decimal)Currency.MinorPerMajor).ToString($"F{Currency.Exponent}", CultureInfo.InvariantCulture);

    /// <summary>
    /// The amount as readers of <paramref name="culture"/> write it, with the symbol everybody knows where there is one
    /// (<c>$15.00</c>, <c>€15</c>) and the code otherwise (<c>15.00 KWD</c>). Whole amounts lose their zeros when <paramref name="brief"/>.
    /// </summary>
    public string Format(CultureInfo culture, bool brief = false)
    {
        var major = Minor / (decimal)Currency.MinorPerMajor;
        var decimals = brief && Minor % Currency.MinorPerMajor == 0 ? 0 : Currency.Exponent;
        var number = major.ToString($"N{decimals}", culture);
        if (Currency.Symbol is not { } symbol)
            return $"{number}\u00A0{Currency.Code}";
        // Even patterns put the symbol in front ("$n", "$ n"); 1 and 3 put it behind ("n$", "n $").
        return culture.NumberFormat.CurrencyPositivePattern is 1 or 3 ? $"{number}\u00A0{symbol}" : $"{symbol}{number}";
    }

    public override string ToString() => $"{ToDecimalString()} {Currency.Code}";
}
