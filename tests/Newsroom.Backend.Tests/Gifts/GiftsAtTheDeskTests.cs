using System.Net;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Donations.Books;
using Newsroom.Backend.Donations.Staff;
using Newsroom.Backend.Tests.Staff;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Tests.Gifts;

public sealed class GiftsAtTheStaffsDesk : IAsyncLifetime
{
    private GivingApp _app = null!;
    private StaffBrowser _staff = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _app = await GivingApp.StartAsync(NewsroomApp.WithAdministrator());
        _staff = await _app.Newsroom.AdministratorAsync();
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Are_listed_found_and_shown_with_all_that_happened()
    {
        var gift = await _app.BookedAsync();
        var list = await _staff.ReadAsync("/staff/donations?status=Succeeded&frequency=Once");
        Assert.Contains("/staff/donations/" + gift.PublicId, list, StringComparison.Ordinal);
        Assert.Contains("No gift fits", await _staff.ReadAsync("/staff/donations?find=nobody@donor.example"), StringComparison.Ordinal);
        var receipt = Assert.Single(await _app.Newsroom.ReceiptsAsync()).Number;
        foreach (var word in new[] { gift.Address.ToUpperInvariant(), gift.Address[..2], gift.PublicId, gift.PaymentIntentId!, gift.SessionId!, receipt })
            Assert.Contains(gift.PublicId, await _staff.ReadAsync("/staff/donations?find=" + Uri.EscapeDataString(word)), StringComparison.Ordinal);
        Assert.Contains("No gift fits", await _staff.ReadAsync("/staff/donations?from=2020-01-01&to=2020-12-31"), StringComparison.Ordinal);

        var page = await _staff.ReadAsync("/staff/donations/" + gift.PublicId);
        foreach (var word in new[] { "form filled in", "paid", "Stripe told us", receipt, "booked", "Left to you" })
            Assert.Contains(word, page, StringComparison.Ordinal);
        await _staff.SubmitAsync("/staff/donations/" + gift.PublicId, "");
        Assert.Contains("Stripe was asked", await _staff.ReadAsync("/staff/donations/" + gift.PublicId), StringComparison.Ordinal);
        Assert.Contains("Gifts this month, USD", await _staff.ReadAsync("/staff"), StringComparison.Ordinal);
        Assert.Contains("Given by month, USD", await _staff.ReadAsync("/staff/donations"), StringComparison.Ordinal);
    }

    /// <summary>The list shows when a gift was paid, and a year's file is of what was paid in it: we may hear of it in the next.</summary>
    [Fact]
    public async Task Are_found_by_the_day_they_were_paid_on()
    {
        // There a new day begins an hour after the test.
        await using var app = await GivingApp.StartAsync(new(NewsroomApp.WithAdministrator()) { ["Site:TimeZone"] = "Pacific/Noumea" });
        var plan = await app.BeginPlanAsync();
        app.Newsroom.Clock.Advance(TimeSpan.FromMinutes(30));
        var late = app.Newsroom.Clock.GetUtcNow();
        app.Stripe.Renew(plan);
        app.Newsroom.Clock.Advance(TimeSpan.FromHours(1));
        await app.HearAsync();
        var gift = (await app.Newsroom.GiftsAsync())[^1];
        Assert.Equal((late, late.AddHours(1)), (gift.PaidAt, gift.CreatedAt));
        await app.OpenCheckoutAsync("20", "once", "grace@example.org");
        var unpaid = (await app.Newsroom.GiftsAsync())[^1];

        var staff = await app.Newsroom.AdministratorAsync();
        var thatDay = await staff.ReadAsync("/staff/donations?from=2026-11-24&to=2026-11-24");
        var nextDay = await staff.ReadAsync("/staff/donations?from=2026-11-25&to=2026-11-25");
        Assert.Contains(gift.PublicId, thatDay, StringComparison.Ordinal);
        Assert.DoesNotContain(gift.PublicId, nextDay, StringComparison.Ordinal);
        Assert.Contains(unpaid.PublicId, nextDay, StringComparison.Ordinal);
        var file = await staff.SubmitAsync("/staff/donations/export", "", ("from", "2026-11-24"), ("to", "2026-11-24"));
        Assert.Contains(gift.PublicId, await file.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
    }

    /// <summary>SQL Server leaves U+FFFF out when it compares, so no range ends with it there.</summary>
    [Fact]
    public void Are_found_by_the_beginning_of_an_address_on_SQL_Server_too()
    {
        using var db = new SqlServerDesignTimeFactory().CreateDbContext([]);
        var sql = GiftFilter.BeginningWith(db, db.Donations, "ada").ToQueryString();
        Assert.Contains("[AddressKey] LIKE ", sql, StringComparison.Ordinal);
        Assert.DoesNotContain("\uffff", sql, StringComparison.Ordinal);
    }

    /// <summary>With another mode's key they are history of another account: no figure, no alert, and they say so.</summary>
    [Fact]
    public async Task Of_another_mode_are_told_apart_and_count_for_nothing()
    {
        await _app.BeginPlanAsync();
        _app.Stripe.Dispute((string)_app.Stripe.List("charge")[0]["id"]!);
        await _app.HearAsync();
        await _app.Newsroom.RunOnlyAsync<Donations.HoldDisputedPlans>();
        await _app.Newsroom.ReadAsync(db => db.Donations.ExecuteUpdateAsync(s => s.SetProperty(d => d.Status, Donations.DonationStatus.Succeeded), Stop));
        await _app.Newsroom.RunOnlyAsync<WatchGifts>();
        Assert.Contains("gifts.held", (await _app.Newsroom.OpenAlertsAsync()).Keys);
        Assert.Contains("practice", await _staff.ReadAsync("/staff/plans"), StringComparison.Ordinal);
        Assert.False((bool)(await _app.Newsroom.GetAsync("/api/v1/plans"))["items"]![0]!["liveMode"]!);

        await _app.Newsroom.ReadAsync(db => db.Donations.ExecuteUpdateAsync(s => s.SetProperty(d => d.LiveMode, true), Stop));
        await _app.Newsroom.RunOnlyAsync<WatchGifts>();
        Assert.DoesNotContain("gifts.held", (await _app.Newsroom.OpenAlertsAsync()).Keys);
        Assert.DoesNotContain("practice", await _staff.ReadAsync("/staff/plans"), StringComparison.Ordinal);
        Assert.True((bool)(await _app.Newsroom.GetAsync("/api/v1/plans"))["items"]![0]!["liveMode"]!);
    }

    [Fact]
    public async Task Every_month_are_summed_up_for_the_keys_own_mode()
    {
        await _app.BeginPlanAsync();
        Assert.Contains("$10.00", MonthlyOf(await _staff.ReadAsync("/staff")), StringComparison.Ordinal);
        await _app.Newsroom.ReadAsync(db => db.Donations.ExecuteUpdateAsync(s => s.SetProperty(d => d.LiveMode, true), Stop));
        Assert.DoesNotContain("$10.00", MonthlyOf(await _staff.ReadAsync("/staff")), StringComparison.Ordinal);

        static string MonthlyOf(string page) => page.Contains("Monthly donors", StringComparison.Ordinal) ? page[page.IndexOf("Monthly donors", StringComparison.Ordinal)..] : "";
    }

    [Fact]
    public async Task That_the_bank_took_back_are_not_in_the_months_sum()
    {
        await _app.BookedAsync();
        var lost = await _app.BookedAsync();
        Assert.Contains("$30.00", await _staff.ReadAsync("/staff"), StringComparison.Ordinal);
        _app.Stripe.CloseDispute((string)_app.Stripe.Dispute(_app.ChargeOf(lost))["id"]!, won: false);
        await _app.HearAsync();
        var page = await _staff.ReadAsync("/staff");
        Assert.Contains("$15.00", page, StringComparison.Ordinal);
        Assert.DoesNotContain("$30.00", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Leave_as_a_file_only_for_who_has_proved_who_they_are_and_that_is_noted()
    {
        var gift = await _app.BookedAsync();
        await _app.OpenCheckoutAsync("20", "once", "grace@example.org", ("name", "=HYPERLINK(\"x\")"));
        var publisher = await _app.Newsroom.MemberAsync(_staff, StaffRole.Publisher);
        Assert.Equal(HttpStatusCode.Forbidden, (await publisher.GetAsync("/staff/donations/export")).StatusCode);

        Assert.Contains("All 2 gifts", await _staff.ReadAsync("/staff/donations/export"), StringComparison.Ordinal);
        var answer = await _staff.SubmitAsync("/staff/donations/export", "");
        Assert.Equal("text/csv", answer.Content.Headers.ContentType!.MediaType);
        var lines = (await answer.Content.ReadAsStringAsync(Stop)).Trim().Split("\r\n");
        Assert.Equal(3, lines.Length);
        Assert.StartsWith(gift.PublicId, lines[1], StringComparison.Ordinal);
        Assert.Contains(",15.00,USD,", lines[1], StringComparison.Ordinal);
        Assert.Contains("'=HYPERLINK", lines[2], StringComparison.Ordinal);
        Assert.DoesNotContain(gift.PublicId, await (await _staff.SubmitAsync("/staff/donations/export", "", ("find", "grace@example.org"))).Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        var trail = await _app.Newsroom.ReadAsync(db => db.AuditEntries.Where(a => a.Action == "gifts.exported").OrderBy(a => a.Id).Select(a => a.After).ToListAsync(Stop));
        Assert.Equal(["all", "found by a word"], trail);
    }

    [Fact]
    public async Task Show_the_books_as_the_ledger_has_them_and_each_gift_in_them()
    {
        var gift = await _app.BookedAsync();
        await _app.BookedAsync();
        var ledger = await _staff.ReadAsync("/staff/ledger");
        foreach (var account in new[] { LedgerAccount.StripeBalance, LedgerAccount.Income, LedgerAccount.StripeFees })
            Assert.Contains($">{SignedMoney.Signed(await _app.Newsroom.AccountAsync(account), "USD", System.Globalization.CultureInfo.GetCultureInfo("en-US"))}<", WebUtility.HtmlDecode(ledger), StringComparison.Ordinal);
        Assert.DoesNotContain(gift.PublicId, await _staff.ReadAsync("/staff/ledger?gift=don_nobody"), StringComparison.Ordinal);
        Assert.Equal(3, (await _staff.ReadAsync("/staff/ledger?gift=" + gift.PublicId)).Split("/staff/donations/" + gift.PublicId).Length - 1);
        Assert.DoesNotContain("fees</th>", await _staff.ReadAsync("/staff/ledger?account=Income"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Show_what_is_in_a_payout_and_that_it_adds_up()
    {
        var gift = await _app.BookedAsync();
        var payout = (string)Assert.Single(_app.Stripe.PayOut(all: true))["id"]!;
        await _app.HearAsync();
        Assert.Contains("/staff/payouts/" + payout, await _staff.ReadAsync("/staff/payouts?agreement=Agrees"), StringComparison.Ordinal);
        Assert.DoesNotContain(payout, await _staff.ReadAsync("/staff/payouts?agreement=Differs"), StringComparison.Ordinal);
        var page = await _staff.ReadAsync("/staff/payouts/" + payout);
        Assert.Contains("adds up", page, StringComparison.Ordinal);
        Assert.Contains("/staff/donations/" + gift.PublicId, page, StringComparison.Ordinal);
        Assert.Contains("$14.26", page, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await _staff.GetAsync("/staff/payouts/po_nobody")).StatusCode);
    }

    [Fact]
    public async Task Let_somebody_say_what_was_done_about_money_that_no_gift_can_have()
    {
        await _app.DeliverAsync(_app.PayOnAnotherSession("don_nobody", "usd", 1500));
        await _app.Newsroom.RunEnqueuedJobsAsync();
        var money = await _app.Newsroom.ReadAsync(db => db.UnmatchedPayments.SingleAsync(Stop));
        var viewer = await _app.Newsroom.MemberAsync(_staff, StaffRole.Viewer);
        Assert.Contains(money.StripeId, await viewer.ReadAsync("/staff/unmatched"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await viewer.SubmitAsync("/staff/unmatched", "", ("id", money.PublicId), ("note", "mine"))).StatusCode);

        var refused = await _staff.SubmitAsync("/staff/unmatched", "", ("id", money.PublicId), ("note", " "));
        Assert.Contains("what was done about it", await refused.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        await _staff.SubmitAsync("/staff/unmatched", "", ("id", money.PublicId), ("note", "Refunded in the dashboard."));
        Assert.DoesNotContain(money.StripeId, await _staff.ReadAsync("/staff/unmatched"), StringComparison.Ordinal);
        Assert.Contains("Refunded in the dashboard.", await _staff.ReadAsync("/staff/unmatched?settled=true"), StringComparison.Ordinal);
    }

    /// <summary>Nothing more is taken from that donor while the bank decides, whoever presses.</summary>
    [Fact]
    public async Task Let_a_held_plan_go_on_once_the_dispute_is_over_and_not_before()
    {
        var subscription = await _app.BeginPlanAsync();
        var dispute = (string)_app.Stripe.Dispute((string)_app.Stripe.List("charge")[0]["id"]!)["id"]!;
        await _app.HearAsync();
        await _app.Newsroom.RunOnlyAsync<Donations.HoldDisputedPlans>();
        var plan = Assert.Single(await _app.Newsroom.PlansAsync());
        Assert.Contains("held", await _staff.ReadAsync("/staff/plans?status=Held"), StringComparison.Ordinal);
        Assert.DoesNotContain("handler=Resume", await _staff.ReadAsync("/staff/plans?find=" + plan.PublicId), StringComparison.Ordinal);

        await _staff.SubmitAsync("/staff/plans", "Resume", ("id", plan.PublicId));
        Assert.Contains("the bank has not decided", await _staff.ReadAsync("/staff/plans"), StringComparison.Ordinal);
        Assert.NotNull(_app.Stripe.Get("subscription", subscription)["pause_collection"]);

        _app.Stripe.CloseDispute(dispute, won: true);
        await _app.HearAsync();
        _app.Newsroom.Clock.Advance(TimeSpan.FromMinutes(1));
        var viewer = await _app.Newsroom.MemberAsync(_staff, StaffRole.Viewer);
        Assert.Equal(HttpStatusCode.Forbidden, (await viewer.SubmitAsync("/staff/plans", "Resume", ("id", plan.PublicId))).StatusCode);
        await _staff.SubmitAsync("/staff/plans", "Resume", ("id", plan.PublicId));
        Assert.Equal(Donations.PlanStatus.Active, Assert.Single(await _app.Newsroom.PlansAsync()).Status);
        Assert.Null(_app.Stripe.Get("subscription", subscription)["pause_collection"]);
        await _app.Newsroom.RunOnlyAsync<Donations.HoldDisputedPlans>();
        Assert.Equal(Donations.PlanStatus.Active, Assert.Single(await _app.Newsroom.PlansAsync()).Status);
        Assert.Contains("plan.resumed", await _app.Newsroom.ReadAsync(db => db.AuditEntries.Select(a => a.Action).ToListAsync(Stop)));
    }
}
