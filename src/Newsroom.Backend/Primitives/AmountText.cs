using System.Globalization;
using System.Text;

namespace Newsroom.Backend.Primitives;

/// <param name="Problem">Why it was not taken.</param>
/// <param name="Money">The sum, when there is no problem; one of the two when it is <see cref="MoneyProblem.Ambiguous"/>.</param>
/// <param name="Other">The other one then.</param>
public readonly record struct AmountReading(MoneyProblem Problem, Money Money, Money Other = default);

/// <summary>
/// Amounts as people type them, where the site's language says which mark parts the decimals. Digits of any script; spaces, apostrophes and
/// the language's own mark part thousands. A mark that could be either, by the language or by the habit of another one, is
/// <see cref="MoneyProblem.Ambiguous"/>: "1.000" is one dollar here and a thousand elsewhere, and nobody must give the wrong one.
/// </summary>
public static class AmountText
{
    private const char ArabicDecimal = '\u066B';
    private const char ArabicGroup = '\u066C';

    // Spaces and apostrophes part thousands in some languages and decimals in none; one character stands for all of a kind.
    private const char Space = ' ';
    private const char Apostrophe = '\'';

    /// <param name="text">As typed.</param>
    /// <param name="currency">What it is a sum of.</param>
    /// <param name="culture">The site's.</param>
    /// <param name="largest">The most that is taken, in minor units; null: the largest charge.</param>
    public static AmountReading Read(string? text, Currency currency, CultureInfo culture, long? largest = null)
    {
        var typed = WithoutCurrency(Plain(text ?? ""), currency);
        if (typed.Length == 0)
            return new(MoneyProblem.Empty, default);
        if (typed is ['-', _, ..] && typed[1..].All(c => char.IsAsciiDigit(c) || c is '.' or ','))
            return new(MoneyProblem.NotPositive, default);
        var marks = typed.Where(c => !char.IsAsciiDigit(c)).ToList();
        var parts = typed.Split([.. marks.Distinct()]);
        if (parts.Any(p => p.Length == 0) || marks.Exists(m => m is not ('.' or ',' or ArabicDecimal or ArabicGroup or Space or Apostrophe)))
            return new(MoneyProblem.NotANumber, default);
        if (marks.Count == 0)
            return Of(parts, "", currency, largest);
        var (point, group) = (Mark(culture.NumberFormat.NumberDecimalSeparator), Mark(culture.NumberFormat.NumberGroupSeparator));
        return marks switch
        {
            [var only] when only is '.' or ',' && Groups(parts, culture) => OneOfTwo(parts, currency, largest, isOwnPoint: only == point, isOwnGroup: only == group),
            [.., var last] when marks.TrueForAll(m => m == last) && last is not ArabicDecimal && (marks.Count > 1 || last is not ('.' or ',')) =>
                (last == group || IsGroupEverywhere(last)) && Groups(parts, culture) ? Of(parts, "", currency, largest) : new(MoneyProblem.NotANumber, default),
            [.. var before, var last] when last is '.' or ',' or ArabicDecimal && AreGroups(before, parts[..^1]) => Of(parts[..^1], parts[^1], currency, largest),
            _ => new(MoneyProblem.NotANumber, default),
        };

        bool AreGroups(List<char> between, string[] wholes) => between.Count == 0
            || (between.TrueForAll(m => m == between[0] && (m == group || IsGroupEverywhere(m))) && Groups(wholes, culture));
    }

    /// <summary>For a form's field, as <see cref="Read"/> reads it back: without thousands, and without decimals when there are none.</summary>
    public static string Write(Money money, CultureInfo culture)
    {
        var isWhole = money.Minor % money.Currency.MinorPerMajor == 0;
        var major = money.Minor / (decimal)money.Currency.MinorPerMajor;
        return major.ToString(isWhole ? "F0" : $"F{money.Currency.Exponent}", culture);
    }

    /// <summary>One full stop or comma with three digits behind it: decimals, thousands, or not to be told.</summary>
    private static AmountReading OneOfTwo(string[] parts, Currency currency, long? largest, bool isOwnPoint, bool isOwnGroup)
    {
        // A currency with three decimals is written so in this language.
        if (isOwnPoint && currency.Exponent == 3)
            return Of(parts[..^1], parts[^1], currency, largest);
        // Nobody writes three decimals of a currency that has fewer.
        if (isOwnGroup && currency.Exponent != 3)
            return Of(parts, "", currency, largest);
        var decimals = Of(parts[..^1], parts[^1], currency, largest);
        if (decimals.Problem == MoneyProblem.TooManyDecimals)
            return decimals;
        var thousands = Of(parts, "", currency, largest);
        return thousands.Problem == MoneyProblem.None ? new(MoneyProblem.Ambiguous, decimals.Money, thousands.Money) : thousands;
    }

    private static AmountReading Of(string[] wholes, string decimals, Currency currency, long? largest) =>
        new(Money.TryMake(string.Concat(wholes), decimals, currency, out var money, largest), money);

    /// <summary>1,234,567, and where the language has it 12,34,567.</summary>
    private static bool Groups(string[] parts, CultureInfo culture)
    {
        var second = culture.NumberFormat.NumberGroupSizes is [_, 2, ..] ? 2 : 3;
        return parts.Length > 1 && parts[0][0] != '0' && parts[0].Length <= 3 && parts[^1].Length == 3
            && (Array.TrueForAll(parts[1..^1], p => p.Length == 3) || (parts[0].Length <= 2 && Array.TrueForAll(parts[1..^1], p => p.Length == second)));
    }

    private static bool IsGroupEverywhere(char mark) => mark is Space or Apostrophe or ArabicGroup;

    private static char Mark(string separator) => separator is [var mark] ? OneOfAKind(mark) : '\0';

    /// <summary>Digits in ASCII, one character for each kind of mark, nothing that only steers the direction of writing.</summary>
    private static string Plain(string text)
    {
        var plain = new StringBuilder(text.Length);
        var zero = -1;
        foreach (var c in text)
        {
            if (c is '\u200E' or '\u200F' or '\u061C')
                continue;
            var digit = char.IsDigit(c) ? CharUnicodeInfo.GetDecimalDigitValue(c) : -1;
            // Digits of two scripts in one number are a slip or a trick.
            if (digit >= 0 && zero >= 0 && c - digit != zero)
                return "?";
            if (digit >= 0)
                zero = c - digit;
            plain.Append(digit >= 0 ? (char)('0' + digit) : OneOfAKind(c));
        }
        return plain.ToString().Trim();
    }

    private static char OneOfAKind(char c) => c switch
    {
        '\uFF0E' => '.',
        '\uFF0C' => ',',
        '\u2019' or '\u02BC' => Apostrophe,
        '\u2212' => '-',
        _ when char.GetUnicodeCategory(c) == UnicodeCategory.SpaceSeparator => Space,
        _ => c,
    };

    /// <summary>Without this currency's own code or sign at either end; another one's stays and makes it no number.</summary>
    private static string WithoutCurrency(string text, Currency currency)
    {
        foreach (var name in new[] { currency.Code, currency.Symbol }.OfType<string>())
        {
            if (text.StartsWith(name, StringComparison.OrdinalIgnoreCase))
                return text[name.Length..].TrimStart();
            if (text.EndsWith(name, StringComparison.OrdinalIgnoreCase))
                return text[..^name.Length].TrimEnd();
        }
        return text;
    }
}
