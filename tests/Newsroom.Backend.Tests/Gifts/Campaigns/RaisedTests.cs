using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Demo.Practice;
using Newsroom.Backend.Tests.Staff;

namespace Newsroom.Backend.Tests.Gifts.Campaigns;

/// <summary>The sum that donors and staff read is the gifts' own: whatever becomes of one is in it at once.</summary>
public sealed class WhatACampaignHasRaised : IAsyncLifetime
{
    private GivingApp _app = null!;
    private StaffBrowser _staff = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _app = await GivingApp.StartAsync(new(NewsroomApp.WithAdministrator()) { ["Stripe:Currencies:0"] = "USD", ["Stripe:Currencies:1"] = "EUR" });
        _staff = await _app.Newsroom.AdministratorAsync();
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Follows_refunds_disputes_and_debits_that_come_back()
    {
        await _staff.MakeCampaignAsync();
        Assert.Contains("Goal: <strong>$10,000</strong>. Yours would be the first gift.", await _app.DonationPageAsync(), StringComparison.Ordinal);
        var first = await _app.GiveForAsync("15", "ada@example.org");
        await SaysAsync("<strong>$15 of $10,000</strong> raised by one person.");
        var second = await _app.GiveForAsync("20", "grace@example.org");
        await _app.GiveForAsync("10", "ada@example.org");
        await _app.GiveForAsync("500", "carl@example.org", word: "another");
        await SaysAsync("<strong>$45 of $10,000</strong> raised by 2 people.");

        _app.Stripe.Refund(_app.ChargeOf(second), 400);
        await _app.HearAsync();
        await SaysAsync("<strong>$41 of $10,000</strong> raised by 2 people.");
        var dispute = (string)_app.Stripe.Dispute(_app.ChargeOf(first))["id"]!;
        await _app.HearAsync();
        await SaysAsync("<strong>$26 of $10,000</strong> raised by 2 people.");
        _app.Stripe.CloseDispute(dispute, won: true);
        await _app.HearAsync();
        await SaysAsync("<strong>$41 of $10,000</strong> raised by 2 people.");
        _app.Stripe.CloseDispute((string)_app.Stripe.Dispute(_app.ChargeOf(second))["id"]!, won: false);
        await _app.HearAsync();
        await SaysAsync("<strong>$25 of $10,000</strong> raised by one person.");

        var session = await _app.OpenCheckoutAsync("30", "once", "carl@example.org", ("campaign", CampaignSteps.Word));
        _app.Stripe.PayByBankDebit(session, succeeds: true);
        _app.Stripe.Advance(PracticeStripe.BankDebitTakes + TimeSpan.FromSeconds(1));
        await _app.HearAsync();
        await SaysAsync("<strong>$55 of $10,000</strong> raised by 2 people.");
        _app.Stripe.FailLate(_app.ChargeOf((await _app.Newsroom.GiftsAsync())[^1]));
        await _app.HearAsync();
        await SaysAsync("<strong>$25 of $10,000</strong> raised by one person.");
    }

    [Fact]
    public async Task Shows_gifts_in_another_currency_apart_and_counts_none_of_another_mode()
    {
        await _staff.MakeCampaignAsync();
        await _app.GiveForAsync("15", "ada@example.org");
        await _app.GiveForAsync("25", "grace@example.org", currency: "EUR");
        await SaysAsync("<strong>$15 of $10,000</strong> raised by one person.");
        var page = await _staff.ReadAsync(CampaignSteps.Page);
        Assert.Contains("<dd>€25 · not counted towards the goal</dd>", page, StringComparison.Ordinal);
        Assert.Contains("1 gift<", page, StringComparison.Ordinal);

        await _app.Newsroom.ReadAsync(db => db.Donations.ExecuteUpdateAsync(s => s.SetProperty(d => d.LiveMode, true), Stop));
        Assert.Contains("Yours would be the first gift", await _app.DonationPageAsync(), StringComparison.Ordinal);
    }

    /// <summary>New York is five hours behind UTC in November.</summary>
    [Fact]
    public async Task Begins_and_ends_at_midnight_by_the_newsrooms_clock()
    {
        await _staff.MakeCampaignAsync(("StartsOn", "2026-11-23"), ("EndsOn", "2026-11-23"));
        foreach (var (amount, paidAt) in new[] { ("1", "2026-11-23T04:59:59Z"), ("2", "2026-11-23T05:00:00Z"), ("4", "2026-11-24T04:59:59Z"), ("8", "2026-11-24T05:00:00Z") })
        {
            var gift = await _app.GiveForAsync(amount, "ada@example.org");
            var at = DateTimeOffset.Parse(paidAt, System.Globalization.CultureInfo.InvariantCulture);
            await _app.Newsroom.ReadAsync(db => db.Donations.Where(d => d.Id == gift.Id).ExecuteUpdateAsync(s => s.SetProperty(d => d.PaidAt, at), Stop));
        }
        Assert.Contains("<strong>$6 of $10,000</strong>", await _staff.ReadAsync("/staff/campaigns"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Is_matched_up_to_the_most_and_only_where_it_was_promised()
    {
        await _staff.MakeCampaignAsync(("MatchedBy", "The Harbour Foundation"), ("MatchCap", "20"), ("MatchPercent", "100"), ("OnlySingle", "true"));
        Assert.Contains("The Harbour Foundation doubles single gifts up to $20.", await _app.DonationPageAsync(), StringComparison.Ordinal);
        await _app.GiveForAsync("10", "ada@example.org", frequency: "monthly");
        await SaysAsync("<strong>$10 of $10,000</strong> raised by one person. The Harbour Foundation doubles single gifts up to $20.");
        await _app.GiveForAsync("15", "grace@example.org");
        await SaysAsync("$15 of it doubled by The Harbour Foundation, who doubles single gifts up to $20.");
        var last = await _app.GiveForAsync("15", "carl@example.org");
        await SaysAsync("The Harbour Foundation adds $20: the match is used up.");
        Assert.Contains("<dd>$20 of at most $20 ·", await _staff.ReadAsync("/staff/campaigns"), StringComparison.Ordinal);
        _app.Stripe.Refund(_app.ChargeOf(last));
        await _app.HearAsync();
        await SaysAsync("$15 of it doubled by The Harbour Foundation");
        Assert.Contains("<dd>$15 of at most $20 · The Harbour Foundation adds 100 % to single gifts</dd>", await _staff.ReadAsync("/staff/campaigns"), StringComparison.Ordinal);
    }

    private async Task SaysAsync(string sentence) => Assert.Contains(sentence, await _app.DonationPageAsync(), StringComparison.Ordinal);
}
