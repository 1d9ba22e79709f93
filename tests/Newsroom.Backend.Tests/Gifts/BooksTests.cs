using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Demo.Practice;
using Newsroom.Backend.Donations;
using Newsroom.Backend.Donations.Books;

namespace Newsroom.Backend.Tests;

/// <summary>The books: every movement of the balance at Stripe once, in entries that add up to nothing.</summary>
public sealed class TheBooks
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Have_a_gifts_charge_and_fee_to_the_cent(bool spare)
    {
        await using var app = await GivingApp.StartAsync(spare: spare);
        await app.DeliverAsync(app.Pay(await app.OpenCheckoutAsync()));
        await app.Newsroom.RunEnqueuedJobsAsync();
        var gift = await app.Newsroom.OnlyGiftAsync();
        var movement = Assert.Single((await app.Newsroom.GetAsync("/api/v1/ledger"))["items"]!.AsArray())!;
        Assert.Equal(("charge", gift.PublicId), ((string)movement["kind"]!, (string)movement["donation"]!));
        Assert.Equal((1500, 74, 1426), Sums(movement));
        var entries = movement["entries"]!.AsArray().ToDictionary(e => (string)e!["account"]!, e => (long)e!["amount"]!, StringComparer.Ordinal);
        Assert.Equal(new Dictionary<string, long>(StringComparer.Ordinal) { ["stripeBalance"] = 1426, ["stripeFees"] = 74, ["income"] = -1500 }, entries);
        await AgreesAsync(app);
    }

    [Fact]
    public async Task Have_a_charge_whose_transaction_comes_late_once_it_is_there()
    {
        await using var app = await GivingApp.StartAsync();
        app.Stripe.HoldsBalanceTransactions = true;
        await app.DeliverAsync(app.Pay(await app.OpenCheckoutAsync()));
        await app.Newsroom.RunEnqueuedJobsAsync();
        Assert.Empty((await app.Newsroom.GetAsync("/api/v1/ledger"))["items"]!.AsArray());
        app.Stripe.SettleCharges();
        await app.DeliverAsync(app.Stripe.TakeEvents());
        await app.Newsroom.RunEnqueuedJobsAsync();
        Assert.Single((await app.Newsroom.GetAsync("/api/v1/ledger"))["items"]!.AsArray());
        await AgreesAsync(app);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task End_alike_in_every_order_of_two_refunds_events_each_delivered_twice(bool spare)
    {
        await using var app = await GivingApp.StartAsync(spare: spare);
        foreach (var order in Orders.Of(4))
        {
            app.Newsroom.Clock.Advance(TimeSpan.FromSeconds(5));
            var (gift, refunds) = await RefundedTwiceAsync(app);
            foreach (var at in order)
            {
                await app.DeliverAsync([refunds[at], refunds[at]]);
                await app.Newsroom.RunEnqueuedJobsAsync();
            }
            Assert.Equal(("refunded", 1500), await RefundedAsync(app, gift));
        }
        Assert.Equal(24 * 2, await app.Newsroom.ReadAsync(db => db.Refunds.CountAsync()));
        await AgreesAsync(app);
    }

    [Fact]
    public async Task Have_a_refund_whose_every_event_was_lost_after_the_nightly_sweep()
    {
        await using var app = await GivingApp.StartAsync();
        var (gift, _) = await RefundedTwiceAsync(app);
        Assert.Equal(("succeeded", 0), await RefundedAsync(app, gift));
        await app.Newsroom.RunOnlyAsync<SweepBalance>();
        Assert.Equal(("refunded", 1500), await RefundedAsync(app, gift));
        await AgreesAsync(app);
    }

    [Fact]
    public async Task Say_that_a_part_was_given_back()
    {
        await using var app = await GivingApp.StartAsync();
        await app.DeliverAsync(app.Pay(await app.OpenCheckoutAsync()));
        await app.Newsroom.RunEnqueuedJobsAsync();
        var gift = await app.Newsroom.OnlyGiftAsync();
        app.Stripe.Refund(ChargeOf(app, gift), 400);
        await app.DeliverAsync(app.Stripe.TakeEvents());
        await app.Newsroom.RunEnqueuedJobsAsync();
        Assert.Equal(("partiallyRefunded", 400), await RefundedAsync(app, gift.PublicId));
        var timeline = (await app.Newsroom.GetAsync($"/api/v1/donations/{gift.PublicId}"))["timeline"]!.AsArray();
        Assert.Equal((1, 2), (timeline.Count(t => (string)t!["what"]! == "refund"), timeline.Count(t => (string)t!["what"]! == "ledger")));
    }

    [Fact]
    public async Task Have_a_gift_with_its_receipt_whose_every_event_was_lost_after_the_nightly_sweep()
    {
        await using var app = await GivingApp.StartAsync();
        app.Pay(await app.OpenCheckoutAsync("10", "monthly"));
        await app.Newsroom.RunOnlyAsync<SweepBalance>();
        await app.Newsroom.RunEnqueuedJobsAsync();
        Assert.Equal(DonationStatus.Succeeded, (await app.Newsroom.OnlyGiftAsync()).Status);
        Assert.Single(app.Newsroom.Mails);
        await AgreesAsync(app);
    }

    [Fact]
    public async Task Have_what_else_the_account_sells_without_a_gift()
    {
        await using var app = await GivingApp.StartAsync();
        var session = app.Stripe.CreateSession(StripeParameters.Read(new Dictionary<string, string>
        {
            ["mode"] = "payment",
            ["success_url"] = NewsroomApp.PublicUrl,
            ["customer_email"] = "guest@example.org",
            ["line_items[0][quantity]"] = "1",
            ["line_items[0][price_data][currency]"] = "usd",
            ["line_items[0][price_data][unit_amount]"] = "2500",
            ["line_items[0][price_data][product_data][name]"] = "Ticket",
        }));
        await app.DeliverAsync(app.Pay((string)session["id"]!));
        await app.Newsroom.RunOnlyAsync<SweepBalance>();
        var movement = Assert.Single((await app.Newsroom.GetAsync("/api/v1/ledger"))["items"]!.AsArray())!;
        Assert.Null(movement["donation"]);
        Assert.Empty(await app.Newsroom.GiftsAsync());
        await AgreesAsync(app);
    }

    [Fact]
    public async Task Are_read_again_from_the_beginning_after_a_sweep_that_ended_early()
    {
        await using var app = await GivingApp.StartAsync();
        app.Pay(await app.OpenCheckoutAsync());
        app.Stripe.Faults.Next(PracticeFault.ServerError);
        await app.Newsroom.RunOnlyAsync<SweepBalance>();
        Assert.Null(await app.Newsroom.ReadAsync(db => db.StripeCursors.SingleOrDefaultAsync()));
        app.Newsroom.Clock.Advance(TimeSpan.FromDays(90));
        await app.Newsroom.RunOnlyAsync<SweepBalance>();
        Assert.Single((await app.Newsroom.GetAsync("/api/v1/ledger"))["items"]!.AsArray());
        Assert.Equal(app.Newsroom.Clock.GetUtcNow(), await app.Newsroom.ReadAsync(db => StripeCursor.ReadAsync(db, StripeCursor.Transactions, Stop)));
    }

    [Fact]
    public async Task Leave_out_only_what_is_in_a_currency_that_nobody_knows()
    {
        await using var app = await GivingApp.StartAsync();
        app.Pay(await app.OpenCheckoutAsync());
        app.Stripe.BillFee(100, "zzz");
        app.Stripe.BillFee(200);
        await app.Newsroom.RunOnlyAsync<SweepBalance>();
        var movements = (await app.Newsroom.GetAsync("/api/v1/ledger"))["items"]!.AsArray();
        Assert.Equal(["charge", "fee"], movements.Select(m => (string)m!["kind"]!).Order(StringComparer.Ordinal));
        Assert.NotNull(await app.Newsroom.ReadAsync(db => StripeCursor.ReadAsync(db, StripeCursor.Transactions, Stop)));
    }

    [Fact]
    public async Task Keep_money_without_a_gift_until_a_person_has_settled_it()
    {
        await using var app = await GivingApp.StartAsync();
        await app.DeliverAsync(app.PayOnAnotherSession("don_00000000000000000000000000", "usd", 4200));
        await app.Newsroom.RunEnqueuedJobsAsync();
        var money = Assert.Single((await app.Newsroom.GetAsync("/api/v1/unmatched?settled=false"))["items"]!.AsArray())!;
        Assert.Equal("is not in this database", (string)money["why"]!);
        await app.Newsroom.RunOnlyAsync<WatchGifts>();
        Assert.Single(await OpenAlertsAsync(app), "gifts.unmatched");
        using var nothingSaid = await app.Newsroom.Api.PostAsJsonAsync($"/api/v1/unmatched/{money["id"]}/settle", new { note = " " }, Stop);
        Assert.Equal(422, (int)nothingSaid.StatusCode);
        using var settled = await app.Newsroom.Api.PostAsJsonAsync($"/api/v1/unmatched/{money["id"]}/settle", new { note = "Refunded in the dashboard." }, Stop);
        Assert.True(settled.IsSuccessStatusCode);
        await app.Newsroom.RunOnlyAsync<WatchGifts>();
        Assert.Empty(await OpenAlertsAsync(app));
        Assert.Empty((await app.Newsroom.GetAsync("/api/v1/unmatched?settled=false"))["items"]!.AsArray());
    }

    [Theory]
    [InlineData("won", "succeeded")]
    [InlineData("lost", "disputeLost")]
    [InlineData("inquiry", "succeeded")]
    public async Task End_alike_in_every_order_of_a_disputes_events_each_delivered_twice(string how, string end)
    {
        await using var app = await GivingApp.StartAsync();
        var orders = Orders.Of(how == "won" ? 4 : how == "lost" ? 3 : 2).ToList();
        foreach (var order in orders)
        {
            app.Newsroom.Clock.Advance(TimeSpan.FromSeconds(5));
            var gift = await BookedAsync(app);
            var dispute = (string)app.Stripe.Dispute(ChargeOf(app, gift), warning: how == "inquiry")["id"]!;
            if (order[0] == 0)
            {
                await app.Newsroom.RunOnlyAsync<SweepBalance>();
                Assert.Equal((how == "inquiry" ? "succeeded" : "disputed", 0), await RefundedAsync(app, gift.PublicId));
            }
            app.Stripe.CloseDispute(dispute, won: how != "lost");
            var events = app.Stripe.TakeEvents();
            Assert.Equal(order.Count, events.Count);
            foreach (var at in order)
            {
                await app.DeliverAsync([events[at], events[at]]);
                await app.Newsroom.RunEnqueuedJobsAsync();
            }
            Assert.Equal((end, 0), await RefundedAsync(app, gift.PublicId));
        }
        await AgreesAsync(app);
    }

    [Fact]
    public async Task Know_a_bank_debit_that_came_back()
    {
        await using var app = await GivingApp.StartAsync();
        var session = await app.OpenCheckoutAsync();
        app.Stripe.PayByBankDebit(session, succeeds: true);
        app.Newsroom.Clock.Advance(PracticeStripe.BankDebitTakes);
        await app.DeliverAsync(app.Stripe.TakeEvents());
        await app.Newsroom.RunEnqueuedJobsAsync();
        var gift = await app.Newsroom.OnlyGiftAsync();
        Assert.Equal(DonationStatus.Succeeded, gift.Status);
        app.Stripe.FailLate(ChargeOf(app, gift));
        await app.DeliverAsync(app.Stripe.TakeEvents());
        await app.Newsroom.RunEnqueuedJobsAsync();
        Assert.Equal(("lateFailed", 0), await RefundedAsync(app, gift.PublicId));
        Assert.Equal(0, await AccountAsync(app, LedgerAccount.Income) + await AccountAsync(app, LedgerAccount.FailedPayments));
        await AgreesAsync(app);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Bring_back_what_a_refund_took_that_failed(bool lost)
    {
        await using var app = await GivingApp.StartAsync();
        var gift = await BookedAsync(app);
        var refund = (string)app.Stripe.Refund(ChargeOf(app, gift))["id"]!;
        await app.DeliverAsync(app.Stripe.TakeEvents());
        await app.Newsroom.RunEnqueuedJobsAsync();
        Assert.Equal(("refunded", 1500), await RefundedAsync(app, gift.PublicId));
        app.Stripe.FailRefund(refund);
        if (lost)
        {
            app.Stripe.TakeEvents();
            await app.Newsroom.RunOnlyAsync<SweepBalance>();
        }
        else
        {
            await app.DeliverAsync(app.Stripe.TakeEvents());
            await app.Newsroom.RunEnqueuedJobsAsync();
        }
        Assert.Equal(("succeeded", 0), await RefundedAsync(app, gift.PublicId));
        Assert.Equal(0, await AccountAsync(app, LedgerAccount.Refunds));
        await AgreesAsync(app);
    }

    [Theory]
    [InlineData("JPY", "1500", 1500)]
    [InlineData("KWD", "15.250", 15250)]
    [InlineData("ISK", "1500", 1500)]
    public async Task Count_in_the_units_of_the_currency(string currency, string amount, long minor)
    {
        await using var app = await GivingApp.StartAsync(new() { ["Stripe:Currencies:0"] = currency });
        await app.DeliverAsync(app.Pay(await app.OpenCheckoutAsync(amount)));
        await app.Newsroom.RunEnqueuedJobsAsync();
        var movement = Assert.Single((await app.Newsroom.GetAsync("/api/v1/ledger"))["items"]!.AsArray())!;
        Assert.Equal((minor, currency), ((long)movement["amount"]!["amount"]!, (string)movement["amount"]!["currency"]!));
        Assert.Equal(minor, Sums(movement).Fee + Sums(movement).Net);
    }

    [Fact]
    public async Task Agree_with_each_payout_once_Stripe_has_settled_it()
    {
        await using var app = await GivingApp.StartAsync();
        await BookedAsync(app);
        await BookedAsync(app);
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
        Assert.Equal(2852, await AccountAsync(app, LedgerAccount.Bank));
        Assert.Equal(0, await AccountAsync(app, LedgerAccount.StripeBalance));
    }

    [Fact]
    public async Task Say_which_payout_differs_and_take_that_back_once_it_agrees()
    {
        await using var app = await GivingApp.StartAsync();
        await BookedAsync(app);
        app.Stripe.PayOut(all: true);
        app.Stripe.Lacks.Add("balance_transactions");
        await app.Newsroom.RunOnlyAsync<CheckPayouts>();
        await app.Newsroom.RunOnlyAsync<WatchGifts>();
        var payout = Assert.Single((await app.Newsroom.GetAsync("/api/v1/payouts"))["items"]!.AsArray())!;
        Assert.Equal(("differs", 1426), ((string)payout["agreement"]!, (long)payout["difference"]!["amount"]!));
        Assert.Single(await OpenAlertsAsync(app), "gifts.payouts");
        app.Stripe.Lacks.Clear();
        await app.Newsroom.RunOnlyAsync<CheckPayouts>();
        await app.Newsroom.RunOnlyAsync<WatchGifts>();
        Assert.Equal("agrees", (string)(await app.Newsroom.GetAsync("/api/v1/payouts"))["items"]![0]!["agreement"]!);
        Assert.Empty(await OpenAlertsAsync(app));
    }

    [Fact]
    public async Task Ask_a_person_about_a_dispute_until_the_bank_has_its_answer()
    {
        await using var app = await GivingApp.StartAsync();
        var gift = await BookedAsync(app);
        var dispute = (string)app.Stripe.Dispute(ChargeOf(app, gift))["id"]!;
        await app.DeliverAsync(app.Stripe.TakeEvents());
        await app.Newsroom.RunEnqueuedJobsAsync();
        await app.Newsroom.RunOnlyAsync<WatchGifts>();
        Assert.Single(await OpenAlertsAsync(app), "gifts.disputes");
        app.Stripe.UpdateDispute(dispute);
        await app.DeliverAsync(app.Stripe.TakeEvents());
        await app.Newsroom.RunEnqueuedJobsAsync();
        await app.Newsroom.RunOnlyAsync<WatchGifts>();
        Assert.Empty(await OpenAlertsAsync(app));
        Assert.Equal(("disputed", 0), await RefundedAsync(app, gift.PublicId));
    }

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

    [Fact]
    public void Balance_whatever_moved()
    {
        foreach (var kind in Enum.GetValues<TransactionKind>())
        {
            foreach (var (amount, fee) in new[] { (1500L, 74L), (-1500L, 0L), (-1500L, 1500L), (0L, 200L), (-37L, 0L), (1500L, -1500L), (0L, 0L) })
            {
                var entries = LedgerEntry.Of(kind, amount, fee, "USD").ToList();
                Assert.Equal(0, entries.Sum(e => e.AmountMinor));
                Assert.Equal(entries.Count, entries.Select(e => e.Account).Distinct().Count());
                Assert.Equal(amount - fee, entries.Where(e => e.Account == LedgerAccount.StripeBalance).Sum(e => e.AmountMinor));
            }
        }
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
        await AgreesAsync(app, newsroom);
        var payouts = await newsroom.ReadAsync(db => db.Payouts.AsNoTracking().ToListAsync());
        Assert.Equal(app.Stripe.List("payout").Select(p => ((string)p["id"]!, (long)p["amount"]!)).Order(), payouts.Select(p => (p.PayoutId, p.AmountMinor)).Order());
        Assert.All(payouts, p => Assert.Equal((PayoutAgreement.Agrees, 0), (p.Agreement, p.DifferenceMinor)));
        Assert.Equal(payouts.Sum(p => p.AmountMinor), await AccountAsync(newsroom, LedgerAccount.Bank));
        foreach (var gift in await newsroom.GiftsAsync())
        {
            var charge = app.Stripe.Get("charge", (string)app.Stripe.Get("payment_intent", gift.PaymentIntentId!)["latest_charge"]!);
            Assert.Equal((true, (long)charge["amount_refunded"]!), (gift.IsBooked, gift.RefundedMinor));
            Assert.Equal((bool)charge["disputed"]!, await newsroom.ReadAsync(db => db.Disputes.AnyAsync(d => d.DonationId == gift.Id)));
        }
    }

    private static async Task<Donation> BookedAsync(GivingApp app)
    {
        await app.DeliverAsync(app.Pay(await app.OpenCheckoutAsync()));
        await app.Newsroom.RunEnqueuedJobsAsync();
        return (await app.Newsroom.GiftsAsync())[^1];
    }

    private static Task<long> AccountAsync(GivingApp app, LedgerAccount account) => AccountAsync(app.Newsroom, account);

    private static async Task<long> AccountAsync(NewsroomApp newsroom, LedgerAccount account)
    {
        var name = System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(account.ToString());
        var accounts = (await newsroom.GetAsync("/api/v1/ledger/accounts")).AsArray();
        return accounts.Where(a => (string)a!["account"]! == name).Sum(a => (long)a!["balance"]!["amount"]!);
    }

    private static Task<List<string>> OpenAlertsAsync(GivingApp app) =>
        app.Newsroom.ReadAsync(db => db.Alerts.Where(a => a.OpenKind != null).Select(a => a.Kind).ToListAsync());

    /// <summary>A booked gift of 15.00, of which 4.00 and then the rest was given back; and the events of that, not delivered.</summary>
    private static async Task<(string Gift, IReadOnlyList<PracticeEvent> Refunds)> RefundedTwiceAsync(GivingApp app)
    {
        var gift = await BookedAsync(app);
        app.Stripe.Refund(ChargeOf(app, gift), 400);
        app.Stripe.Refund(ChargeOf(app, gift));
        var events = app.Stripe.TakeEvents().Where(e => e.Type is "refund.created" or "charge.refunded").ToList();
        Assert.Equal(4, events.Count);
        return (gift.PublicId, events);
    }

    private static string ChargeOf(GivingApp app, Donation gift) => (string)app.Stripe.Get("payment_intent", gift.PaymentIntentId!)["latest_charge"]!;

    private static async Task<(string Status, long Refunded)> RefundedAsync(GivingApp app, string gift)
    {
        var shape = await app.Newsroom.GetAsync($"/api/v1/donations/{gift}");
        return ((string)shape["status"]!, (long?)shape["refunded"]?["amount"] ?? 0);
    }

    private static (long Amount, long Fee, long Net) Sums(JsonNode movement) => ((long)movement["amount"]!["amount"]!, (long)movement["fee"]!["amount"]!, (long)movement["net"]!["amount"]!);

    /// <summary>Every balance transaction of the account is here once, unchanged, in entries that add up to nothing.</summary>
    private static Task AgreesAsync(GivingApp app) => AgreesAsync(app, app.Newsroom);

    /// <inheritdoc cref="AgreesAsync(GivingApp)"/>
    private static async Task AgreesAsync(GivingApp app, NewsroomApp newsroom)
    {
        var stripes = app.Stripe.List("balance_transaction").Select(t => ((string)t["id"]!, (long)t["amount"]!, (long)t["fee"]!, (long)t["net"]!)).Order().ToList();
        var ours = await newsroom.ReadAsync(db => db.StripeTransactions.Include(t => t.Entries).AsNoTracking().ToListAsync());
        Assert.Equal(stripes, ours.Select(t => (t.TransactionId, t.AmountMinor, t.FeeMinor, t.NetMinor)).Order());
        Assert.All(ours, t => Assert.Equal((0, t.NetMinor), (t.Entries.Sum(e => e.AmountMinor), t.Entries.Where(e => e.Account == LedgerAccount.StripeBalance).Sum(e => e.AmountMinor))));
    }
}

internal static class Orders
{
    /// <summary>Every order of the first numbers.</summary>
    public static IEnumerable<IReadOnlyList<int>> Of(int count) => Of([.. Enumerable.Range(0, count)]);

    private static IEnumerable<IReadOnlyList<int>> Of(IReadOnlyList<int> items) => items.Count == 0
        ? [[]]
        : items.SelectMany(first => Of([.. items.Where(i => i != first)]).Select(IReadOnlyList<int> (rest) => [first, .. rest]));
}
