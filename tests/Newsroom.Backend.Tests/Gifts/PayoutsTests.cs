using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Donations.Books;

namespace Newsroom.Backend.Tests;

/// <summary>What arrives at the newsroom's bank, compared with what it is made of.</summary>
public sealed class ThePayouts
{
    [Fact]
    public async Task Agree_with_each_payout_once_Stripe_has_settled_it()
    {
        await using var app = await GivingApp.StartAsync();
        await app.BookedAsync();
        await app.BookedAsync();
        var payout = (string)Assert.Single(app.Stripe.PayOut(all: true, reconciled: false))["id"]!;
        await app.DeliverAsync(app.Stripe.TakeEvents());
        await app.Newsroom.RunEnqueuedJobsAsync();
        Assert.Equal("waiting", (string)(await app.Newsroom.GetAsync($"/api/v1/payouts/{payout}"))["agreement"]!);
        app.Stripe.ReconcilePayout(payout);
        await app.DeliverAsync(app.Stripe.TakeEvents());
        await app.Newsroom.RunEnqueuedJobsAsync();
        var shape = await app.Newsroom.GetAsync($"/api/v1/payouts/{payout}");
        Assert.Equal(("agrees", 0, 2852), ((string)shape["agreement"]!, (long)shape["difference"]!["amount"]!, (long)shape["amount"]!["amount"]!));
        Assert.Equal(["charge", "payout"], shape["parts"]!.AsArray().Select(p => (string)p!["kind"]!));
        Assert.Equal(3, shape["transactions"]!.AsArray().Count);
        Assert.Equal(2852, await app.Newsroom.AccountAsync(LedgerAccount.Bank));
        Assert.Equal(0, await app.Newsroom.AccountAsync(LedgerAccount.StripeBalance));
    }

    [Fact]
    public async Task Say_which_payout_differs_and_take_that_back_once_it_agrees()
    {
        await using var app = await GivingApp.StartAsync();
        await app.BookedAsync();
        app.Stripe.PayOut(all: true);
        app.Stripe.Lacks.Add("balance_transactions");
        await app.Newsroom.RunOnlyAsync<CheckPayouts>();
        await app.Newsroom.RunOnlyAsync<WatchGifts>();
        var payout = Assert.Single((await app.Newsroom.GetAsync("/api/v1/payouts"))["items"]!.AsArray())!;
        Assert.Equal(("differs", 1426), ((string)payout["agreement"]!, (long)payout["difference"]!["amount"]!));
        Assert.Single((await app.Newsroom.OpenAlertsAsync()).Keys, "gifts.payouts");
        app.Stripe.Lacks.Clear();
        await app.Newsroom.RunOnlyAsync<CheckPayouts>();
        await app.Newsroom.RunOnlyAsync<WatchGifts>();
        Assert.Equal("agrees", (string)(await app.Newsroom.GetAsync("/api/v1/payouts"))["items"]![0]!["agreement"]!);
        Assert.Empty(await app.Newsroom.OpenAlertsAsync());
    }

    /// <summary>What Stripe holds back is in the payout as a movement of its own, and so is what it sets free later.</summary>
    [Fact]
    public async Task Agree_although_Stripe_holds_a_minimum_balance_back()
    {
        await using var app = await GivingApp.StartAsync();
        await app.BookedAsync();
        app.Stripe.HoldBack(500);
        Assert.Equal(926, (long)Assert.Single(app.Stripe.PayOut(all: true))["amount"]!);
        app.Stripe.HoldBack(-500);
        await app.BookedAsync();
        Assert.Equal(1926, (long)Assert.Single(app.Stripe.PayOut(all: true))["amount"]!);
        await app.Newsroom.RunOnlyAsync<CheckPayouts>();
        Assert.Equal([(PayoutAgreement.Agrees, 0L), (PayoutAgreement.Agrees, 0L)], (await AllAsync(app)).Select(p => (p.Agreement, p.DifferenceMinor!.Value)));
        Assert.Equal(2852, await app.Newsroom.AccountAsync(LedgerAccount.Bank));
        Assert.Equal(0, await app.Newsroom.AccountAsync(LedgerAccount.Other));
    }

    [Fact]
    public async Task That_differ_are_compared_again_each_night_however_old_they_are()
    {
        await using var app = await GivingApp.StartAsync();
        await app.BookedAsync();
        app.Stripe.PayOut(all: true);
        app.Stripe.Lacks.Add("balance_transactions");
        await app.Newsroom.RunOnlyAsync<CheckPayouts>();
        app.Newsroom.Clock.Advance(TimeSpan.FromDays(90));
        await app.Newsroom.RunOnlyAsync<CheckPayouts>();
        app.Stripe.Lacks.Clear();
        Assert.Equal(PayoutAgreement.Differs, Assert.Single(await AllAsync(app)).Agreement);
        await app.Newsroom.RunOnlyAsync<CheckPayouts>();
        Assert.Equal(PayoutAgreement.Agrees, Assert.Single(await AllAsync(app)).Agreement);
    }

    private static Task<List<Payout>> AllAsync(GivingApp app) => app.Newsroom.ReadAsync(db => db.Payouts.AsNoTracking().OrderBy(p => p.Id).ToListAsync());

    /// <summary>Gifts in three currencies of an account that settles in one, with refunds, disputes and payouts in between; half of the events are lost.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Are_the_account_to_the_cent_whatever_was_heard_of_it_and_again_from_an_empty_database(int seed)
    {
        var random = new Random(seed);
        await using var app = await GivingApp.StartAsync(new() { ["Stripe:Currencies:0"] = "USD", ["Stripe:Currencies:1"] = "EUR", ["Stripe:Currencies:2"] = "JPY" });
        app.Stripe.SettlementCurrency = "usd";
        app.Stripe.ExchangeRates["eur"] = 1.0873m;
        app.Stripe.ExchangeRates["jpy"] = 0.006641m;
        for (var round = 0; round < 60; round++)
        {
            app.Newsroom.Clock.Advance(TimeSpan.FromHours(random.Next(1, 200)));
            var currency = new[] { "USD", "EUR", "JPY" }[random.Next(3)];
            var session = await app.OpenCheckoutAsync(random.Next(500, 5000).ToString(System.Globalization.CultureInfo.InvariantCulture), "once", $"donor{round}@example.org", ("currency", currency));
            app.Stripe.Pay(session);
            await HearHalfAsync(app, random);
            var charges = app.Stripe.List("charge");
            var charge = charges[random.Next(charges.Count)];
            var happens = random.Next(8);
            if (happens is 0 or 1 && (long)charge["amount_refunded"]! == 0 && !(bool)charge["disputed"]!)
            {
                var refund = app.Stripe.Refund((string)charge["id"]!, happens == 0 ? null : (long)charge["amount"]! / 3);
                if (random.Next(3) == 0)
                    app.Stripe.FailRefund((string)refund["id"]!);
            }
            else if (happens is 2 && (long)charge["amount_refunded"]! == 0 && !(bool)charge["disputed"]!)
            {
                app.Stripe.CloseDispute((string)app.Stripe.Dispute((string)charge["id"]!)["id"]!, won: random.Next(2) == 0);
            }
            else if (happens is 3)
            {
                app.Stripe.BillFee(random.Next(1, 500));
            }
            else if (happens is 4 or 5)
            {
                app.Stripe.PayOut();
            }
            await HearHalfAsync(app, random);
        }
        app.Stripe.PayOut(all: true);
        app.Stripe.TakeEvents();
        await IsTheAccountAsync(app, app.Newsroom);
        await using var empty = await NewsroomApp.StartAsync(new()
        {
            ["Stripe:SecretKey"] = PracticeAccountHost.SecretKey,
            ["Stripe:WebhookSecret"] = PracticeAccountHost.WebhookSecret,
            ["Stripe:ApiBase"] = app.Stripe.Account.Url,
        });
        empty.Clock.Advance(app.Newsroom.Clock.GetUtcNow() - empty.Clock.GetUtcNow());
        await IsTheAccountAsync(app, empty);
        Assert.Equal(60, await empty.ReadAsync(db => db.UnmatchedPayments.CountAsync()));
    }

    private static async Task HearHalfAsync(GivingApp app, Random random)
    {
        await app.DeliverAsync(app.Stripe.TakeEvents().Where(_ => random.Next(2) == 0));
        await app.Newsroom.RunEnqueuedJobsAsync();
    }

    /// <summary>After the night's jobs: gifts, books and payouts are what the account has, and every payout is explained.</summary>
    private static async Task IsTheAccountAsync(GivingApp app, NewsroomApp newsroom)
    {
        await newsroom.RunOnlyAsync<SweepBalance>();
        await newsroom.RunOnlyAsync<CheckPayouts>();
        await app.AgreesAsync(newsroom);
        var payouts = await newsroom.ReadAsync(db => db.Payouts.AsNoTracking().ToListAsync());
        Assert.Equal(app.Stripe.List("payout").Select(p => ((string)p["id"]!, (long)p["amount"]!)).Order(), payouts.Select(p => (p.PayoutId, p.AmountMinor)).Order());
        Assert.All(payouts, p => Assert.Equal((PayoutAgreement.Agrees, 0), (p.Agreement, p.DifferenceMinor)));
        Assert.Equal(payouts.Sum(p => p.AmountMinor), await newsroom.AccountAsync(LedgerAccount.Bank));
        foreach (var gift in await newsroom.GiftsAsync())
        {
            var charge = app.Stripe.Get("charge", (string)app.Stripe.Get("payment_intent", gift.PaymentIntentId!)["latest_charge"]!);
            Assert.Equal((true, (long)charge["amount_refunded"]!), (gift.IsBooked, gift.RefundedMinor));
            Assert.Equal((bool)charge["disputed"]!, await newsroom.ReadAsync(db => db.Disputes.AnyAsync(d => d.DonationId == gift.Id)));
        }
    }
}
