using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Tests.Primitives;

public sealed class MoneyAndCurrency
{
    [Theory]
    [InlineData("USD", "0.29", 29)]
    [InlineData("USD", "0.57", 57)]
    [InlineData("USD", "1.13", 113)]
    [InlineData("USD", "2.01", 201)]
    [InlineData("USD", "4.35", 435)]
    [InlineData("USD", "8.20", 820)]
    [InlineData("USD", "19.99", 1999)]
    [InlineData("USD", "15", 1500)]
    [InlineData("USD", " 15.5 ", 1550)]
    [InlineData("USD", "015.500", 1550)]
    [InlineData("EUR", "12,50", 1250)]
    [InlineData("USD", "999999.99", 99999999)]
    [InlineData("JPY", "500", 500)]
    [InlineData("JPY", "500.00", 500)]
    [InlineData("KWD", "1.230", 1230)]
    [InlineData("ISK", "500", 500)]
    [InlineData("HUF", "1234.50", 123450)]
    public void What_people_type_is_read_to_the_cent(string currency, string typed, long minor)
    {
        Assert.Equal(MoneyProblem.None, Money.TryParse(typed, Currency.Parse(currency), out var money));
        Assert.Equal(new Money(minor, Currency.Parse(currency)), money);
    }

    [Theory]
    [InlineData("USD", null, MoneyProblem.Empty)]
    [InlineData("USD", " ", MoneyProblem.Empty)]
    [InlineData("USD", "1,000.00", MoneyProblem.NotANumber)]
    [InlineData("USD", "1.000,00", MoneyProblem.NotANumber)]
    [InlineData("USD", "1,000", MoneyProblem.NotANumber)]
    [InlineData("USD", "1 000", MoneyProblem.NotANumber)]
    [InlineData("USD", "1'000", MoneyProblem.NotANumber)]
    [InlineData("USD", "1e3", MoneyProblem.NotANumber)]
    [InlineData("USD", "+1", MoneyProblem.NotANumber)]
    [InlineData("USD", "$5", MoneyProblem.NotANumber)]
    [InlineData("USD", "0x10", MoneyProblem.NotANumber)]
    [InlineData("USD", "١٢", MoneyProblem.NotANumber)]
    [InlineData("USD", "１２", MoneyProblem.NotANumber)]
    [InlineData("USD", "NaN", MoneyProblem.NotANumber)]
    [InlineData("USD", "5.", MoneyProblem.NotANumber)]
    [InlineData("USD", ".5", MoneyProblem.NotANumber)]
    [InlineData("USD", "-1", MoneyProblem.NotPositive)]
    [InlineData("USD", "0", MoneyProblem.NotPositive)]
    [InlineData("USD", "0.00", MoneyProblem.NotPositive)]
    [InlineData("USD", "1.234", MoneyProblem.TooManyDecimals)]
    [InlineData("JPY", "500.5", MoneyProblem.TooManyDecimals)]
    [InlineData("KWD", "1.234", MoneyProblem.TooManyDecimals)]
    [InlineData("USD", "99999999.99", MoneyProblem.TooLarge)]
    [InlineData("USD", "1000000", MoneyProblem.TooLarge)]
    [InlineData("ISK", "1000000", MoneyProblem.TooLarge)]
    [InlineData("USD", "99999999999999999999", MoneyProblem.TooLarge)]
    [InlineData("USD", "999999999999999999999999999999", MoneyProblem.TooLarge)]
    public void What_could_mean_two_sums_is_refused(string currency, string? typed, MoneyProblem expected) =>
        Assert.Equal(expected, Money.TryParse(typed, Currency.Parse(currency), out _));

    [Theory]
    [InlineData("USD", 1999, 1999)]
    [InlineData("JPY", 500, 500)]
    [InlineData("KWD", 1230, 1230)]
    [InlineData("ISK", 500, 50000)]
    [InlineData("UGX", 500, 50000)]
    [InlineData("HUF", 123400, 123400)]
    public void Stripe_gets_the_number_it_means(string currency, long minor, long stripe)
    {
        Assert.Equal(stripe, Currency.Parse(currency).ToStripe(minor));
        Assert.Equal(minor, Currency.Parse(currency).FromStripe(stripe));
    }

    [Fact]
    public void A_fraction_of_a_unit_that_does_not_exist_is_no_amount() => Assert.Throws<FormatException>(() => Currency.Parse("ISK").FromStripe(50001));

    [Property(MaxTest = 1000)]
    public void Any_text_is_an_amount_or_a_named_problem(string? typed, int pick)
    {
        var currency = Pick(pick);
        var problem = Money.TryParse(typed, currency, out var money);
        Assert.Equal(problem == MoneyProblem.None, money.Minor is > 0 and <= Money.MaxMinor);
    }

    [Property(MaxTest = 1000)]
    public Property Text_that_looks_like_an_amount_is_read_exactly_or_refused() =>
        Prop.ForAll(Gen.Elements("0123456789.,-+e ١".ToCharArray()).ArrayOf().Where(c => c.Length < 14).Select(c => new string(c)).ToArbitrary(), typed =>
        {
            if (Money.TryParse(typed, Currency.Usd, out var money) != MoneyProblem.None)
                return true;
            var exact = decimal.Parse(typed.Trim().Replace(',', '.'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture) * 100;
            return exact == money.Minor;
        });

    [Property(MaxTest = 1000)]
    public void What_is_written_is_read_again(PositiveInt units, int pick)
    {
        var currency = Pick(pick);
        var minor = units.Get % 1_000_000L;
        var money = new Money(currency.Exponent == 3 ? (minor + 1) * 10 : minor + 1, currency);
        if (currency.ToStripe(money.Minor) > Money.MaxMinor)
            return;
        Assert.Equal(MoneyProblem.None, Money.TryParse(money.ToDecimalString(), currency, out var read));
        Assert.Equal(money, read);
        Assert.Equal(money.Minor, currency.FromStripe(currency.ToStripe(money.Minor)));
    }

    [Theory]
    [InlineData("USD", 50)]
    [InlineData("JPY", 50)]
    [InlineData("KWD", 500)]
    public void Every_unit_from_a_half_to_a_thousand_is_written_and_read_again(string code, long first)
    {
        var currency = Currency.Parse(code);
        for (var minor = first; minor <= 1_000 * currency.MinorPerMajor; minor += currency.ChargeStep)
        {
            var money = new Money(minor, currency);
            var written = money.ToDecimalString();
            Assert.Equal(minor, (long)(decimal.Parse(written, CultureInfo.InvariantCulture) * currency.MinorPerMajor));
            Assert.Equal(MoneyProblem.None, Money.TryParse(written, currency, out var read));
            Assert.Equal(money, read);
            if (currency.Exponent == 2)
            {
                Assert.Equal(MoneyProblem.None, Money.TryParse(written.Replace('.', ','), currency, out read));
                Assert.Equal(money, read);
            }
        }
    }

    [Property]
    public void Sums_are_exact_and_never_over_two_currencies(int left, int right)
    {
        Assert.Equal((long)left + right, (new Money(left, Currency.Usd) + new Money(right, Currency.Usd)).Minor);
        Assert.Equal((long)left - right, (new Money(left, Currency.Usd) - new Money(right, Currency.Usd)).Minor);
        Assert.Throws<InvalidOperationException>(() => new Money(left, Currency.Usd) + new Money(right, Currency.Parse("EUR")));
    }

    [Fact]
    public void Too_large_a_sum_is_an_error_and_not_a_small_sum()
    {
        Assert.Throws<OverflowException>(() => new Money(long.MaxValue, Currency.Usd) + new Money(1, Currency.Usd));
        Assert.Throws<OverflowException>(() => new Money(1, Currency.Usd) - new Money(long.MinValue, Currency.Usd));
        Assert.Throws<OverflowException>(() => Currency.Parse("ISK").ToStripe(long.MaxValue));
    }

    [Theory]
    [InlineData("en-US", "USD", 1500, false, "$15.00")]
    [InlineData("en-US", "USD", 1500, true, "$15")]
    [InlineData("en-US", "USD", 1550, true, "$15.50")]
    [InlineData("de-DE", "EUR", 123450, false, "1.234,50\u00A0€")]
    [InlineData("en-US", "JPY", 500, false, "¥500")]
    [InlineData("en-US", "KWD", 1230, false, "1.230\u00A0KWD")]
    public void Readers_see_amounts_as_they_write_them(string culture, string currency, long minor, bool brief, string expected) =>
        Assert.Equal(expected, new Money(minor, Currency.Parse(currency)).Format(CultureInfo.GetCultureInfo(culture), brief));

    [Theory]
    [InlineData("en-US")]
    [InlineData("de-DE")]
    [InlineData("ar-EG")]
    [InlineData("tr-TR")]
    public void No_machine_format_depends_on_the_culture_of_the_thread(string culture)
    {
        var before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
        try
        {
            Assert.Equal("15.50", new Money(1550, Currency.Usd).ToDecimalString());
            Assert.Equal("-0.05 USD", new Money(-5, Currency.Usd).ToString());
            Assert.Equal(MoneyProblem.None, Money.TryParse("15.50", Currency.Usd, out _));
            Assert.Equal("INR", Currency.Parse("inr").Code);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Property]
    public void Any_text_is_a_currency_or_none(string? code)
    {
        if (Currency.TryParse(code, out var currency))
            Assert.Contains(currency.Code, Currency.Codes);
    }

    [Fact]
    public void Every_currency_is_read_in_any_case_and_counts_as_iso_says()
    {
        foreach (var code in Currency.Codes)
        {
            Assert.Equal(Currency.Parse(code), Currency.Parse(code.ToLowerInvariant()));
            Assert.Equal((long)Math.Pow(10, Currency.Parse(code).Exponent), Currency.Parse(code).MinorPerMajor);
        }
        Assert.False(Currency.TryParse("XXX", out _));
    }

    private static Currency Pick(int n) => Currency.Parse(Currency.Codes.ElementAt((int)((uint)n % (uint)Currency.Codes.Count)));
}
