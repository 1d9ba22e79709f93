using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Tests.Primitives;

public sealed class TypingAnAmount
{
    [Theory]
    [InlineData("en-US", "USD", "0.29", 29)]
    [InlineData("en-US", "USD", "0.57", 57)]
    [InlineData("en-US", "USD", "1.13", 113)]
    [InlineData("en-US", "USD", "2.01", 201)]
    [InlineData("en-US", "USD", "4.35", 435)]
    [InlineData("en-US", "USD", "8.20", 820)]
    [InlineData("en-US", "USD", "19.99", 1999)]
    [InlineData("en-US", "USD", " 15 ", 1500)]
    [InlineData("en-US", "USD", "12,50", 1250)]
    [InlineData("en-US", "USD", "1,000", 100_000)]
    [InlineData("en-US", "USD", "1,000.00", 100_000)]
    [InlineData("en-US", "USD", "1 000", 100_000)]
    [InlineData("en-US", "USD", "1'000.50", 100_050)]
    [InlineData("en-US", "USD", "$5", 500)]
    [InlineData("en-US", "USD", "5 usd", 500)]
    [InlineData("en-US", "USD", "１２", 1200)]
    [InlineData("en-US", "USD", "١٢", 1200)]
    [InlineData("ja-JP", "JPY", "１，０００", 1000)]
    [InlineData("ja-JP", "JPY", "￥", 0, MoneyProblem.NotANumber)]
    [InlineData("de-DE", "EUR", "1.000,00", 100_000)]
    [InlineData("de-DE", "EUR", "1.000", 100_000)]
    [InlineData("de-DE", "EUR", "1.234.567,00", 0, MoneyProblem.TooLarge)]
    [InlineData("de-DE", "EUR", "12,50", 1250)]
    [InlineData("de-DE", "EUR", "12.50", 1250)]
    [InlineData("de-DE", "EUR", "12,5 €", 1250)]
    [InlineData("fr-FR", "EUR", "1 000,50", 100_050)]
    [InlineData("de-CH", "CHF", "1’000.50", 100_050)]
    [InlineData("ar-EG", "USD", "١٬٠٠٠٫٥٠", 100_050)]
    [InlineData("hi-IN", "INR", "1,00,000", 10_000_000)]
    [InlineData("en-US", "JPY", "1,000", 1000)]
    [InlineData("en-US", "JPY", "500.00", 500)]
    [InlineData("en-US", "ISK", "500", 500)]
    [InlineData("en-US", "KWD", "1.230", 1230)]
    [InlineData("en-US", "KWD", "1,000.000", 1_000_000)]
    [InlineData("de-DE", "KWD", "1,230", 1230)]
    [InlineData("en-US", "USD", "", 0, MoneyProblem.Empty)]
    [InlineData("en-US", "USD", "$", 0, MoneyProblem.Empty)]
    [InlineData("en-US", "USD", "1e3", 0, MoneyProblem.NotANumber)]
    [InlineData("en-US", "USD", "+1", 0, MoneyProblem.NotANumber)]
    [InlineData("en-US", "USD", "1.000,00", 0, MoneyProblem.NotANumber)]
    [InlineData("de-DE", "EUR", "1,000.00", 0, MoneyProblem.NotANumber)]
    [InlineData("en-US", "USD", "1,00,000", 0, MoneyProblem.NotANumber)]
    [InlineData("en-US", "USD", "10,00.00", 0, MoneyProblem.NotANumber)]
    [InlineData("en-US", "USD", "1,000,00", 0, MoneyProblem.NotANumber)]
    [InlineData("en-US", "USD", "1.2.3", 0, MoneyProblem.NotANumber)]
    [InlineData("en-US", "USD", "5.", 0, MoneyProblem.NotANumber)]
    [InlineData("en-US", "USD", ".5", 0, MoneyProblem.NotANumber)]
    [InlineData("en-US", "USD", "€5", 0, MoneyProblem.NotANumber)]
    [InlineData("en-US", "USD", "1１", 0, MoneyProblem.NotANumber)]
    [InlineData("en-US", "USD", "²", 0, MoneyProblem.NotANumber)]
    [InlineData("en-US", "USD", "-1", 0, MoneyProblem.NotPositive)]
    [InlineData("en-US", "USD", "−1.50", 0, MoneyProblem.NotPositive)]
    [InlineData("en-US", "USD", "0", 0, MoneyProblem.NotPositive)]
    [InlineData("en-US", "USD", "1.234", 0, MoneyProblem.TooManyDecimals)]
    [InlineData("en-US", "JPY", "1.5", 0, MoneyProblem.TooManyDecimals)]
    [InlineData("en-US", "KWD", "1.234", 0, MoneyProblem.TooManyDecimals)]
    [InlineData("en-US", "USD", "99999999.99", 0, MoneyProblem.TooLarge)]
    public void Is_read_in_the_way_of_the_sites_language(string culture, string currency, string typed, long minor, MoneyProblem problem = MoneyProblem.None)
    {
        var reading = AmountText.Read(typed, Currency.Parse(currency), CultureInfo.GetCultureInfo(culture));
        Assert.Equal((problem, problem == MoneyProblem.None ? minor : reading.Money.Minor), (reading.Problem, reading.Money.Minor));
    }

    [Theory]
    [InlineData("en-US", "USD", "1.000", 100, 100_000)]
    [InlineData("en-US", "USD", "2.500", 250, 250_000)]
    [InlineData("de-DE", "EUR", "1,000", 100, 100_000)]
    [InlineData("fr-FR", "EUR", "1.000", 100, 100_000)]
    [InlineData("de-CH", "CHF", "1,000", 100, 100_000)]
    [InlineData("en-US", "JPY", "1.000", 1, 1000)]
    [InlineData("en-US", "KWD", "1,000", 1000, 1_000_000)]
    [InlineData("de-DE", "KWD", "1.000", 1000, 1_000_000)]
    public void That_means_two_sums_to_two_people_is_refused_with_both(string culture, string currency, string typed, long one, long other)
    {
        var reading = AmountText.Read(typed, Currency.Parse(currency), CultureInfo.GetCultureInfo(culture));
        Assert.Equal((MoneyProblem.Ambiguous, one, other), (reading.Problem, reading.Money.Minor, reading.Other.Minor));
    }

    [Theory]
    [InlineData("en-US")]
    [InlineData("de-DE")]
    [InlineData("fr-FR")]
    [InlineData("de-CH")]
    [InlineData("ar-EG")]
    [InlineData("ja-JP")]
    public void As_the_page_writes_it_is_read_back_for_every_unit_from_a_half_to_a_thousand(string language)
    {
        var culture = CultureInfo.GetCultureInfo(language);
        foreach (var currency in new[] { "USD", "EUR", "CHF", "JPY", "ISK", "HUF", "KWD" }.Select(Currency.Parse))
        {
            for (var minor = Math.Max(currency.MinorPerMajor / 2, 1); minor <= 1_000 * currency.MinorPerMajor; minor += currency.ChargeStep)
            {
                var money = new Money(minor, currency);
                Assert.Equal(new AmountReading(MoneyProblem.None, money), AmountText.Read(money.Format(culture), currency, culture));
                Assert.Equal(new AmountReading(MoneyProblem.None, money), AmountText.Read(AmountText.Write(money, culture), currency, culture));
            }
        }
    }

    /// <summary>Whatever is taken is the sum that one of the two habits of the world reads in it, and never a third.</summary>
    [Property(MaxTest = 2000)]
    public Property Is_a_sum_that_some_people_read_in_it_or_none() => Prop.ForAll(
        Gen.Elements("0123456789012345.,.,' ".ToCharArray()).ArrayOf().Where(c => c.Length < 12).Select(c => new string(c)).ToArbitrary(),
        Gen.Elements("en-US", "de-DE", "fr-FR", "de-CH").ToArbitrary(), (typed, language) =>
        {
            var reading = AmountText.Read(typed, Currency.Usd, CultureInfo.GetCultureInfo(language));
            if (reading.Problem != MoneyProblem.None)
                return true;
            var bare = typed.Trim().Replace(" ", "", StringComparison.Ordinal).Replace("'", "", StringComparison.Ordinal);
            return new[] { '.', ',' }.Any(point =>
                decimal.TryParse(bare.Replace(point == '.' ? "," : ".", "", StringComparison.Ordinal).Replace(point, '.'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var read)
                && read * 100 == reading.Money.Minor);
        });

    [Property(MaxTest = 1000)]
    public void Of_any_text_is_an_amount_or_a_named_problem(string? typed)
    {
        var reading = AmountText.Read(typed, Currency.Usd, CultureInfo.GetCultureInfo("en-US"));
        Assert.Equal(reading.Problem is MoneyProblem.None or MoneyProblem.Ambiguous, reading.Money.Minor is > 0 and <= Money.MaxMinor);
    }
}
