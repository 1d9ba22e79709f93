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
        Assert.Equal(app.Newsroom.Clock.GetUtcNow(), (await app.Newsroom.ReadAsync(db => db.StripeCursors.SingleAsync())).ReadUntil);
    }

    [Fact]
    public async Task Keep_money_without_a_gift_until_a_person_has_settled_it()
    {
        await using var app = await GivingApp.StartAsync();
        await app.DeliverAsync(app.PayOnAnotherSession("don_00000000000000000000000000", "usd", 4200));
        await app.Newsroom.RunEnqueuedJobsAsync();
        var money = Assert.Single((await app.Newsroom.GetAsync("/api/v1/unmatched?settled=false"))["items"]!.AsArray())!;
        Assert.Equal("is not in this database", (string)money["why"]!);
        using var nothingSaid = await app.Newsroom.Api.PostAsJsonAsync($"/api/v1/unmatched/{money["id"]}/settle", new { note = " " }, Stop);
        Assert.Equal(422, (int)nothingSaid.StatusCode);
        using var settled = await app.Newsroom.Api.PostAsJsonAsync($"/api/v1/unmatched/{money["id"]}/settle", new { note = "Refunded in the dashboard." }, Stop);
        Assert.True(settled.IsSuccessStatusCode);
        Assert.Empty((await app.Newsroom.GetAsync("/api/v1/unmatched?settled=false"))["items"]!.AsArray());
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

    /// <summary>A booked gift of 15.00, of which 4.00 and then the rest was given back; and the events of that, not delivered.</summary>
    private static async Task<(string Gift, IReadOnlyList<PracticeEvent> Refunds)> RefundedTwiceAsync(GivingApp app)
    {
        await app.DeliverAsync(app.Pay(await app.OpenCheckoutAsync()));
        await app.Newsroom.RunEnqueuedJobsAsync();
        var gift = (await app.Newsroom.GiftsAsync())[^1];
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
    private static async Task AgreesAsync(GivingApp app)
    {
        var stripes = app.Stripe.List("balance_transaction").Select(t => ((string)t["id"]!, (long)t["amount"]!, (long)t["fee"]!, (long)t["net"]!)).Order().ToList();
        var ours = await app.Newsroom.ReadAsync(db => db.StripeTransactions.Include(t => t.Entries).AsNoTracking().ToListAsync());
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
