using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Donations;
using Newsroom.Backend.Donations.Books;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Tests;

/// <summary>Two years of gifts, read back from Stripe by the nightly jobs: into a program that heard of some or nothing, and into an empty database.</summary>
public sealed class RebuiltFromStripeAlone
{
    /// <summary>A suite's worth; <c>NEWSROOM_TEST_GIFTS=10000</c> takes minutes.</summary>
    private static readonly int Gifts = int.Parse(Environment.GetEnvironmentVariable("NEWSROOM_TEST_GIFTS") ?? "400", CultureInfo.InvariantCulture);

    private static readonly Dictionary<string, string?> FourCurrencies = new()
    {
        ["Stripe:Currencies:0"] = "USD",
        ["Stripe:Currencies:1"] = "EUR",
        ["Stripe:Currencies:2"] = "JPY",
        ["Stripe:Currencies:3"] = "KWD",
    };

    [Theory]
    [InlineData(0.5, 150, 11)]
    [InlineData(0, 150, 12)]
    public async Task Are_the_gifts_and_the_books_of_a_newsroom_that_heard_of_a_part(double share, int gifts, int seed)
    {
        var random = new Random(seed);
        await using var app = await GivingApp.StartAsync(FourCurrencies);
        var history = new RebuiltHistory(app.Stripe, app.Newsroom.Clock, seed);
        await history.HappenAsync(gifts, (amount, currency, frequency, email) => app.OpenCheckoutAsync(amount, frequency, email, ("currency", currency)), async () =>
        {
            var events = app.Stripe.TakeEvents();
            if (share == 0)
                return;
            await app.DeliverAsync(events.Where(_ => random.NextDouble() < share));
            await app.Newsroom.RunEnqueuedJobsAsync();
        });
        await BringUpToDateAsync(app.Newsroom);
        await IsTheAccountAsync(app);

        var charges = app.Stripe.List("charge").ToDictionary(c => (string)c["id"]!, StringComparer.Ordinal);
        var rows = (await app.Newsroom.GiftsAsync()).Where(g => g.IsBooked).ToDictionary(g => g.PaymentIntentId!, StringComparer.Ordinal);
        Assert.Equal(history.Gifts.Select(g => g.PaymentIntent).Order(StringComparer.Ordinal), rows.Keys.Order(StringComparer.Ordinal));
        foreach (var gift in history.Gifts)
        {
            var (row, charge) = (rows[gift.PaymentIntent], charges[gift.Charge]);
            var currency = Currency.Parse((string)charge["currency"]!);
            Assert.Equal((currency.Code, currency.FromStripe((long)charge["amount"]!), currency.FromStripe((long)charge["amount_refunded"]!)), (row.CurrencyCode, row.AmountMinor, row.RefundedMinor));
            Assert.Equal((string)charge["status"]! == "failed", row.Status == DonationStatus.LateFailed);
        }
        Assert.Equal(app.Stripe.List("dispute").Select(d => ((string)d["id"]!, (string)d["status"]!)).Order(),
            (await app.Newsroom.ReadAsync(db => db.Disputes.Select(d => new { d.DisputeId, d.Status }).ToListAsync())).Select(d => (d.DisputeId, d.Status)).Order());
        Assert.Empty(await app.Newsroom.ReadAsync(db => db.UnmatchedPayments.ToListAsync()));
    }

    [Fact]
    public async Task Are_the_books_of_an_empty_database_with_a_row_for_each_payment_that_has_no_gift()
    {
        await using var app = await GivingApp.StartAsync();
        var history = new RebuiltHistory(app.Stripe, app.Newsroom.Clock, seed: 7);
        await history.HappenAsync(Gifts, history.OpenUnknownAsync, () => Task.FromResult(app.Stripe.TakeEvents()));
        await BringUpToDateAsync(app.Newsroom);
        await IsTheAccountAsync(app);
        Assert.Equal(history.Gifts.Select(g => g.Told).Order(StringComparer.Ordinal),
            (await app.Newsroom.ReadAsync(db => db.UnmatchedPayments.Select(u => u.StripeId).ToListAsync())).Order(StringComparer.Ordinal));
        Assert.Empty(await app.Newsroom.GiftsAsync());
        // Read once more, it is the same.
        await BringUpToDateAsync(app.Newsroom);
        await IsTheAccountAsync(app);
        Assert.Equal(history.Gifts.Count, await app.Newsroom.ReadAsync(db => db.UnmatchedPayments.CountAsync()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Is_the_end_of_a_dispute_that_moved_no_money(bool inquiry)
    {
        await using var app = await GivingApp.StartAsync();
        var gift = await app.BookedAsync();
        var dispute = (string)app.Stripe.Dispute(app.ChargeOf(gift), warning: inquiry)["id"]!;
        await app.Newsroom.RunOnlyAsync<SweepCases>();
        Assert.Equal(DonationStatus.Disputed, (await app.Newsroom.OnlyGiftAsync()).Status);
        app.Newsroom.Clock.Advance(TimeSpan.FromDays(60));
        app.Stripe.CloseDispute(dispute, won: false);
        await app.Newsroom.RunOnlyAsync<SweepCases>();
        Assert.Equal(inquiry ? DonationStatus.Succeeded : DonationStatus.DisputeLost, (await app.Newsroom.OnlyGiftAsync()).Status);
    }

    private static async Task BringUpToDateAsync(NewsroomApp newsroom)
    {
        await newsroom.RunOnlyAsync<CheckPlans>();
        await newsroom.RunOnlyAsync<SweepBalance>();
        await newsroom.RunOnlyAsync<SweepCases>();
        await newsroom.RunOnlyAsync<CheckPayouts>();
    }

    /// <summary>Every movement is here once; what is at Stripe, in each currency, and what went to the bank is what the account says.</summary>
    private static async Task IsTheAccountAsync(GivingApp app)
    {
        await app.AgreesAsync();
        var balance = app.Stripe.Balance();
        var stripes = balance["available"]!.AsArray().Concat(balance["pending"]!.AsArray())
            .GroupBy(b => ((string)b!["currency"]!).ToUpperInvariant()).ToDictionary(g => g.Key, g => g.Sum(b => (long)b!["amount"]!), StringComparer.Ordinal);
        var ours = await app.Newsroom.ReadAsync(db => db.LedgerEntries.Where(e => e.Account == LedgerAccount.StripeBalance)
            .GroupBy(e => e.CurrencyCode).Select(g => new { g.Key, Sum = g.Sum(e => e.AmountMinor) }).ToDictionaryAsync(b => b.Key, b => b.Sum));
        foreach (var (currency, sum) in ours)
            Assert.Equal(stripes.GetValueOrDefault(currency), sum);
        var payouts = await app.Newsroom.ReadAsync(db => db.Payouts.AsNoTracking().ToListAsync());
        Assert.Equal(app.Stripe.List("payout").Select(p => ((string)p["id"]!, (long)p["amount"]!, (string)p["status"]!)).Order(),
            payouts.Select(p => (p.PayoutId, p.AmountMinor, p.Status)).Order());
        Assert.All(payouts, p => Assert.Equal((PayoutAgreement.Agrees, 0), (p.Agreement, p.DifferenceMinor)));
        Assert.Equal(payouts.Where(p => p.Status != "failed").Sum(p => p.AmountMinor), await app.Newsroom.AccountAsync(LedgerAccount.Bank));
    }
}
