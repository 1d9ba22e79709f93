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
        await app.AgreesAsync();
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
        await app.AgreesAsync();
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
        await app.AgreesAsync();
    }

    [Fact]
    public async Task Have_a_refund_whose_every_event_was_lost_after_the_nightly_sweep()
    {
        await using var app = await GivingApp.StartAsync();
        var (gift, _) = await RefundedTwiceAsync(app);
        Assert.Equal(("succeeded", 0), await RefundedAsync(app, gift));
        await app.Newsroom.RunOnlyAsync<SweepBalance>();
        Assert.Equal(("refunded", 1500), await RefundedAsync(app, gift));
        await app.AgreesAsync();
    }

    [Fact]
    public async Task Say_that_a_part_was_given_back()
    {
        await using var app = await GivingApp.StartAsync();
        await app.DeliverAsync(app.Pay(await app.OpenCheckoutAsync()));
        await app.Newsroom.RunEnqueuedJobsAsync();
        var gift = await app.Newsroom.OnlyGiftAsync();
        app.Stripe.Refund(app.ChargeOf(gift), 400);
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
        await app.AgreesAsync();
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
        await app.AgreesAsync();
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
        Assert.Equal(app.Newsroom.Clock.GetUtcNow(), await app.Newsroom.ReadAsync(db => StripeCursor.ReadAsync(db, StripeCursor.Transactions, liveMode: false, Stop)));
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
        Assert.NotNull(await app.Newsroom.ReadAsync(db => StripeCursor.ReadAsync(db, StripeCursor.Transactions, liveMode: false, Stop)));
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
        Assert.Single((await app.Newsroom.OpenAlertsAsync()).Keys, "gifts.unmatched");
        using var nothingSaid = await app.Newsroom.Api.PostAsJsonAsync($"/api/v1/unmatched/{money["id"]}/settle", new { note = " " }, Stop);
        Assert.Equal(422, (int)nothingSaid.StatusCode);
        using var settled = await app.Newsroom.Api.PostAsJsonAsync($"/api/v1/unmatched/{money["id"]}/settle", new { note = "Refunded in the dashboard." }, Stop);
        Assert.True(settled.IsSuccessStatusCode);
        await app.Newsroom.RunOnlyAsync<WatchGifts>();
        Assert.Empty(await app.Newsroom.OpenAlertsAsync());
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
            var gift = await app.BookedAsync();
            var dispute = (string)app.Stripe.Dispute(app.ChargeOf(gift), warning: how == "inquiry")["id"]!;
            if (order[0] == 0)
            {
                await app.Newsroom.RunOnlyAsync<SweepBalance>();
                await app.Newsroom.RunOnlyAsync<SweepCases>();
                Assert.Equal(("disputed", 0), await RefundedAsync(app, gift.PublicId));
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
        await app.AgreesAsync();
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
        app.Stripe.FailLate(app.ChargeOf(gift));
        await app.DeliverAsync(app.Stripe.TakeEvents());
        await app.Newsroom.RunEnqueuedJobsAsync();
        Assert.Equal(("lateFailed", 0), await RefundedAsync(app, gift.PublicId));
        Assert.Equal(0, await app.Newsroom.AccountAsync(LedgerAccount.Income) + await app.Newsroom.AccountAsync(LedgerAccount.FailedPayments));
        await app.AgreesAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Bring_back_what_a_refund_took_that_failed(bool lost)
    {
        await using var app = await GivingApp.StartAsync();
        var gift = await app.BookedAsync();
        var refund = (string)app.Stripe.Refund(app.ChargeOf(gift))["id"]!;
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
        Assert.Equal(0, await app.Newsroom.AccountAsync(LedgerAccount.Refunds));
        await app.AgreesAsync();
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
    public async Task Ask_a_person_about_a_dispute_until_the_bank_has_its_answer()
    {
        await using var app = await GivingApp.StartAsync();
        var gift = await app.BookedAsync();
        var dispute = (string)app.Stripe.Dispute(app.ChargeOf(gift))["id"]!;
        await app.DeliverAsync(app.Stripe.TakeEvents());
        await app.Newsroom.RunEnqueuedJobsAsync();
        await app.Newsroom.RunOnlyAsync<WatchGifts>();
        Assert.Single((await app.Newsroom.OpenAlertsAsync()).Keys, "gifts.disputes");
        app.Stripe.UpdateDispute(dispute);
        await app.DeliverAsync(app.Stripe.TakeEvents());
        await app.Newsroom.RunEnqueuedJobsAsync();
        await app.Newsroom.RunOnlyAsync<WatchGifts>();
        Assert.Empty(await app.Newsroom.OpenAlertsAsync());
        Assert.Equal(("disputed", 0), await RefundedAsync(app, gift.PublicId));
    }

    /// <summary>Gift, receipt, mail and books are each committed by themselves: whatever breaks in between, the event's next attempt goes on.</summary>
    [Fact]
    public async Task Are_kept_through_a_fault_before_each_read_on_an_events_way()
    {
        await using var app = await GivingApp.StartAsync();
        for (var read = 1; read <= 20; read++)
        {
            var donor = $"donor{read}@example.org";
            await app.DeliverAsync(app.Pay(await app.OpenCheckoutAsync(email: donor)).Where(e => e.Type == "checkout.session.completed"));
            app.Newsroom.BeforeRead(read, () => throw new IOException("The disk is gone."));
            try
            {
                await app.Newsroom.RunEnqueuedJobsAsync();
            }
            catch (IOException)
            {
                // Outside the attempt itself: as if the program had died there.
            }
            app.Newsroom.BeforeRead(int.MaxValue, () => Task.CompletedTask);
            // Longer than the lease of an event and its first pause.
            await app.Newsroom.AdvanceAsync(TimeSpan.FromMinutes(6));
            Assert.Single(app.Newsroom.MailsTo(donor));
        }
        Assert.All(await app.Newsroom.GiftsAsync(), g => Assert.Equal(DonationStatus.Succeeded, g.Status));
        Assert.Equal(20, (await app.Newsroom.ReceiptsAsync()).Count);
        await app.AgreesAsync();
    }

    [Fact]
    public async Task Show_nothing_of_the_other_mode()
    {
        await using var app = await GivingApp.StartAsync();
        await app.BookedAsync();
        app.Stripe.PayOut(all: true);
        await app.Newsroom.RunOnlyAsync<CheckPayouts>();
        Assert.Equal(2, (await app.Newsroom.GetAsync("/api/v1/ledger"))["items"]!.AsArray().Count);
        // The newsroom went live: what it had before was practice.
        await app.Newsroom.ArrangeAsync(async db =>
        {
            await db.StripeTransactions.ExecuteUpdateAsync(t => t.SetProperty(x => x.LiveMode, true), Stop);
            await db.Payouts.ExecuteUpdateAsync(p => p.SetProperty(x => x.LiveMode, true), Stop);
        });
        Assert.Empty((await app.Newsroom.GetAsync("/api/v1/ledger"))["items"]!.AsArray());
        Assert.Empty((await app.Newsroom.GetAsync("/api/v1/ledger/accounts")).AsArray());
        Assert.Empty((await app.Newsroom.GetAsync("/api/v1/payouts"))["items"]!.AsArray());
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
        var gift = await app.BookedAsync();
        app.Stripe.Refund(app.ChargeOf(gift), 400);
        app.Stripe.Refund(app.ChargeOf(gift));
        var events = app.Stripe.TakeEvents().Where(e => e.Type is "refund.created" or "charge.refunded").ToList();
        Assert.Equal(4, events.Count);
        return (gift.PublicId, events);
    }

    private static async Task<(string Status, long Refunded)> RefundedAsync(GivingApp app, string gift)
    {
        var shape = await app.Newsroom.GetAsync($"/api/v1/donations/{gift}");
        return ((string)shape["status"]!, (long?)shape["refunded"]?["amount"] ?? 0);
    }

    private static (long Amount, long Fee, long Net) Sums(JsonNode movement) => ((long)movement["amount"]!["amount"]!, (long)movement["fee"]!["amount"]!, (long)movement["net"]!["amount"]!);
}
