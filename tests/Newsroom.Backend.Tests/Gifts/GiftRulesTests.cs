using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Microsoft.Extensions.Configuration;
using Newsroom.Backend.Donations;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Tests;

public sealed class ApplyingWhatStripeShowed
{
    private static readonly DateTimeOffset At = NewsroomApp.Start;

    [Property(MaxTest = 1000)]
    public Property Any_order_and_duplication_of_snapshots_ends_alike_and_books_at_most_once() => Prop.ForAll(Snapshots(), states =>
    {
        var forward = Apply(states, out var booked);
        var shuffled = Apply([.. states.AsEnumerable().Reverse(), .. states], out var bookedShuffled);
        return booked == (states.Contains(GiftState.Paid) ? 1 : 0) && bookedShuffled == booked
            && forward.IsBooked == (booked == 1) && forward.PaidAt == shuffled.PaidAt && forward.AmountMinor == shuffled.AmountMinor
            && (forward.Status == shuffled.Status || SameRank(forward.Status, shuffled.Status));
    });

    [Property(MaxTest = 1000)]
    public Property Nothing_changes_a_booked_gift() => Prop.ForAll(Snapshots(), states =>
    {
        var gift = Apply([GiftState.Paid], out _);
        var version = gift.Version;
        foreach (var state in states)
            gift.Apply(Snapshot(state, 9999), At);
        return gift.Version == version && gift.Status == DonationStatus.Succeeded && gift.AmountMinor == 1500;
    });

    [Fact]
    public void Money_that_does_not_say_when_it_came_or_how_much_it_is_is_booked_now_and_as_asked()
    {
        var gift = Apply([], out _);
        Assert.Equal(GiftChange.Booked, gift.Apply(Snapshot(GiftState.Paid, 1) with { PaidAt = null, Amount = null }, At.AddDays(1)));
        Assert.Equal((At.AddDays(1), 1500), (gift.PaidAt, gift.AmountMinor));
    }

    [Fact]
    public void Another_currency_books_nothing()
    {
        var gift = Apply([GiftState.Open], out _);
        Assert.Equal(GiftChange.OtherCurrency, gift.Apply(Snapshot(GiftState.Paid, 0) with { Amount = new Money(1500, Currency.Parse("JPY")) }, At));
        Assert.Equal((DonationStatus.CheckoutOpen, 1500), (gift.Status, gift.AmountMinor));
    }

    [Theory]
    [InlineData("cs_test_1", null, null, GiftChange.None)]
    [InlineData(null, "in_1", null, GiftChange.None)]
    [InlineData(null, null, "pi_1", GiftChange.None)]
    [InlineData("cs_test_2", "in_1", null, GiftChange.None)]
    [InlineData("cs_test_2", null, null, GiftChange.SecondPayment)]
    [InlineData(null, "in_2", null, GiftChange.SecondPayment)]
    [InlineData(null, null, "pi_2", GiftChange.SecondPayment)]
    [InlineData("cs_test_2", "in_2", "pi_2", GiftChange.SecondPayment)]
    public void A_payment_other_than_the_booked_one_is_told(string? session, string? invoice, string? intent, GiftChange expected)
    {
        var gift = Apply([], out _);
        gift.Apply(Snapshot(GiftState.Paid, 1500) with { InvoiceId = "in_1", PaymentIntentId = "pi_1" }, At);
        Assert.Equal(expected, gift.Apply(Snapshot(GiftState.Paid, 1500) with { SessionId = session, InvoiceId = invoice, PaymentIntentId = intent }, At));
    }

    // Failed and rejected are two words for one end.
    private static bool SameRank(DonationStatus a, DonationStatus b) =>
        a is DonationStatus.Failed or DonationStatus.Rejected && b is DonationStatus.Failed or DonationStatus.Rejected;

    private static Arbitrary<List<GiftState>> Snapshots() => Gen.Elements(Enum.GetValues<GiftState>()).ListOf().Select(l => l.ToList()).ToArbitrary();

    private static Donation Apply(IReadOnlyList<GiftState> states, out int booked)
    {
        var gift = new Donation { Address = "ada@example.org", AmountMinor = 1500, CurrencyCode = "USD", Frequency = Frequency.Once, CreatedAt = At };
        booked = states.Count(state => gift.Apply(Snapshot(state, 1500), At) == GiftChange.Booked);
        return gift;
    }

    private static GiftSnapshot Snapshot(GiftState state, long amount) => new()
    {
        State = state,
        Amount = new Money(amount, Currency.Usd),
        LiveMode = false,
        SessionId = "cs_test_1",
        PaidAt = state == GiftState.Paid ? At : null,
    };
}

public sealed class CoveringTheFee
{
    [Theory]
    [InlineData(220, 30)]
    [InlineData(290, 30)]
    [InlineData(350, 0)]
    [InlineData(80, 25)]
    [InlineData(360, 40)]
    [InlineData(1, 1)]
    [InlineData(1999, 1000)]
    public void Leaves_the_wished_sum_for_every_cent_and_one_cent_less_would_not(int basisPoints, long plus)
    {
        var fee = new FeeCover(basisPoints, plus);
        for (var wished = 50L; wished <= 100_000; wished++)
        {
            var gross = fee.Gross(wished);
            Assert.True(gross - fee.FeeOn(gross) >= wished && gross - 1 - fee.FeeOn(gross - 1) < wished, $"{wished}: {gross}");
        }
    }

    [Fact]
    public void Charges_three_decimals_in_steps_of_ten()
    {
        var fee = new FeeCover(290, 100, Step: 10);
        for (var wished = 500L; wished <= 100_000; wished += 10)
        {
            var gross = fee.Gross(wished);
            Assert.True(gross % 10 == 0 && gross - fee.FeeOn(gross) >= wished && gross - 10 - fee.FeeOn(gross - 10) < wished, $"{wished}: {gross}");
        }
    }
}

public sealed class WhatTheFormOffers
{
    [Fact]
    public void Is_sensible_without_settings()
    {
        var usd = Read([], "USD").Default;
        Assert.Equal(["10.00", "15.00", "25.00", "50.00"], usd.Presets[Frequency.Monthly].Select(m => m.ToDecimalString()));
        Assert.Equal(("1.00", "10000.00"), (usd.Minimum.ToDecimalString(), usd.Maximum.ToDecimalString()));
        Assert.Equal("1000", Read([], "JPY").Default.Presets[Frequency.Monthly][0].ToDecimalString());
    }

    [Fact]
    public void Needs_only_the_code_of_any_currency()
    {
        foreach (var code in Currency.Codes.Where(c => c != "USD"))
        {
            var terms = Read(new() { ["Minimum"] = "1" }, "USD", code).Find(code)!;
            foreach (var sum in terms.Presets.Values.SelectMany(p => p).Append(terms.Minimum).Append(terms.Maximum))
                Assert.Equal((MoneyProblem.None, sum), (Money.TryParse(sum.ToDecimalString(), terms.Currency, out var typed), typed));
        }
        Assert.Equal("1000", Read([], "ISK").Default.Presets[Frequency.Monthly][0].ToDecimalString());
        Assert.Equal("100.00", Read([], "SEK").Default.Presets[Frequency.Monthly][0].ToDecimalString());
    }

    [Fact]
    public void Follows_the_settings_per_currency_in_major_units()
    {
        var terms = Read(new() { ["Minimum"] = "2", ["Minimum:EUR"] = "3.50", ["Presets:Monthly"] = "3 5 8", ["Presets:EUR:Monthly"] = "4" }, "USD", "EUR");
        Assert.Equal(200, terms.Default.Minimum.Minor);
        Assert.Equal(350, terms.Find("eur")!.Minimum.Minor);
        Assert.Equal([300L, 500, 800], terms.Default.Presets[Frequency.Monthly].Select(m => m.Minor));
        Assert.Equal([400L], terms.Find("EUR")!.Presets[Frequency.Monthly].Select(m => m.Minor));
        Assert.Null(terms.Find("GBP"));
    }

    [Fact]
    public void Follows_the_fee_from_the_day_it_changes_per_currency()
    {
        var terms = Read(new()
        {
            ["FeeCover:Percent"] = "2.2",
            ["FeeCover:Fixed"] = "0.30",
            ["FeeCover:Eras:0:From"] = "2027-01-01",
            ["FeeCover:Eras:0:Percent"] = "2.5",
            ["FeeCover:Eras:0:Fixed"] = "0.35",
            ["FeeCover:EUR:Eras:0:From"] = "2027-03-01",
            ["FeeCover:EUR:Eras:0:Percent"] = "1.5",
            ["FeeCover:EUR:Eras:0:Fixed"] = "0.25",
        }, "USD", "EUR");
        Assert.Equal(new FeeCover(220, 30), terms.Default.FeeOn(new(2026, 12, 31)));
        Assert.Equal(new FeeCover(250, 35), terms.Default.FeeOn(new(2027, 1, 1)));
        Assert.Null(terms.Find("EUR")!.FeeOn(new(2027, 2, 28)));
        Assert.Equal(new FeeCover(150, 25), terms.Find("EUR")!.FeeOn(new(2027, 3, 1)));
    }

    [Theory]
    [InlineData("FeeCover:Eras:0:From", "FeeCover:Eras:0:From", "1 January")]
    [InlineData("FeeCover:Eras:0:From", "FeeCover:Eras:0:From", "2027-01-01")]
    [InlineData("order", "FeeCover:Eras:1:From", "2026-01-01")]
    [InlineData("FeeCover:Eras:0:Percent", "FeeCover:Eras:0:Percent", "25")]
    public void A_wrong_era_is_named(string names, string key, string value)
    {
        var settings = new Dictionary<string, string?> { [key] = value };
        if (!key.EndsWith("0:From", StringComparison.Ordinal))
            (settings["FeeCover:Eras:0:From"], settings["FeeCover:Eras:0:Fixed"]) = ("2027-01-01", "0.30");
        if (key.EndsWith("1:From", StringComparison.Ordinal))
            settings["FeeCover:Eras:0:Percent"] = "2";
        Assert.Contains(names, Assert.Throws<FormatException>(() => Read(settings, "USD")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Stripe:Currencies", "XYZ", null, null)]
    [InlineData("Stripe:Minimum", "USD", "Minimum", "five")]
    [InlineData("Stripe:Minimum:HUF 'five'", "HUF", "Minimum:HUF", "five")]
    [InlineData("Stripe:Presets:HUF:Monthly", "HUF", "Presets:HUF:Monthly", "1e3")]
    [InlineData("Stripe:FeeCover:HUF:Percent", "HUF", "FeeCover:HUF:Percent", "two")]
    [InlineData("Stripe:Presets:Monthly", "USD", "Presets:Monthly", "1e3")]
    [InlineData("Stripe:Presets:Yearly", "USD", "Presets:Yearly", "0.50 2 3")]
    [InlineData("Stripe:FeeCover:Percent", "USD", "FeeCover:Percent", "two")]
    public void A_wrong_setting_is_named(string names, string currency, string? key, string? value)
    {
        var settings = new Dictionary<string, string?> { ["FeeCover:Fixed"] = "0.30" };
        if (key is not null)
            settings[key] = value;
        Assert.Contains(names, Assert.Throws<FormatException>(() => Read(settings, currency)).Message, StringComparison.Ordinal);
    }

    private static GivingTerms Read(Dictionary<string, string?> settings, params string[] currencies)
    {
        var options = new StripeOptions();
        foreach (var currency in currencies)
            options.Currencies.Add(currency);
        return GivingTerms.Read(options, new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
    }
}
