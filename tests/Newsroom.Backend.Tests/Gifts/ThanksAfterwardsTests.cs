using System.Net;
using Newsroom.Backend.Donations;

namespace Newsroom.Backend.Tests;

/// <summary>The thank-you page, opened again when something has happened to the gift since.</summary>
public sealed class TheThanksPageLater
{
    [Fact]
    public async Task Says_what_was_given_back_and_names_the_receipt_that_holds()
    {
        await using var app = await GivingApp.StartAsync();
        var gift = await app.BookedAsync();
        app.Stripe.Refund(app.ChargeOf(gift), 400);
        await app.HearAsync();
        var part = await PageAsync(app, gift);
        Says(part, "has arrived", "$4.00 of it was given back", "corrected receipt, number 2026-000002,");
        Assert.DoesNotContain("2026-000001", part, StringComparison.Ordinal);
        app.Stripe.Refund(app.ChargeOf(gift));
        await app.HearAsync();
        var all = await PageAsync(app, gift);
        Says(all, "Your gift was given back", "The receipt you had is void", "2026-000003");
        Assert.DoesNotContain("$15.00 to", all, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "has arrived")]
    [InlineData(false, "Your bank took your gift back")]
    public async Task Says_how_a_dispute_stands(bool won, string after)
    {
        await using var app = await GivingApp.StartAsync();
        var gift = await app.BookedAsync();
        var dispute = (string)app.Stripe.Dispute(app.ChargeOf(gift))["id"]!;
        await app.HearAsync();
        var open = await PageAsync(app, gift);
        Says(open, "Your bank is asking about your gift");
        Assert.DoesNotContain("has arrived", open, StringComparison.Ordinal);
        app.Stripe.CloseDispute(dispute, won);
        await app.HearAsync();
        Says(await PageAsync(app, gift), after);
    }

    [Fact]
    public async Task Says_that_a_bank_debit_came_back()
    {
        await using var app = await GivingApp.StartAsync();
        app.Stripe.PayByBankDebit(await app.OpenCheckoutAsync(), succeeds: true);
        app.Stripe.Advance(Demo.Practice.PracticeStripe.BankDebitTakes + TimeSpan.FromSeconds(1));
        await app.HearAsync();
        var gift = await app.Newsroom.OnlyGiftAsync();
        app.Stripe.FailLate(app.ChargeOf(gift));
        await app.HearAsync();
        var page = await PageAsync(app, gift);
        Says(page, "Your bank took your gift back", "The receipt you had is void");
        Assert.DoesNotContain("has arrived", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Promises_no_further_charge_of_a_plan_that_is_over_and_the_present_sum_of_one_that_runs()
    {
        await using var app = await GivingApp.StartAsync();
        var plan = await app.BeginPlanAsync();
        var gift = await app.Newsroom.OnlyGiftAsync();
        Says(await PageAsync(app, gift), "$10.00 will be charged every month");
        app.Stripe.UpdatePlan(plan, Demo.Practice.StripeParameters.Read(new Dictionary<string, string>
        {
            ["items[0][id]"] = (string)app.Stripe.Get("subscription", plan)["items"]!["data"]![0]!["id"]!,
            ["items[0][price_data][unit_amount]"] = "2500",
            ["items[0][price_data][currency]"] = "usd",
        }));
        await app.HearAsync();
        Says(await PageAsync(app, gift), "$25.00 will be charged every month");
        app.Stripe.PausePlan(plan);
        await app.HearAsync();
        Says(await PageAsync(app, gift), "is paused");
        app.Stripe.ResumePlan(plan);
        app.Stripe.CancelPlan(plan);
        await app.HearAsync();
        var page = await PageAsync(app, gift);
        Says(page, "Your regular gift has ended: nothing more is charged.");
        Assert.DoesNotContain("will be charged", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Promises_no_mail_to_a_donor_who_is_erased()
    {
        await using var app = await GivingApp.StartAsync();
        var gift = await app.BookedAsync();
        await app.Newsroom.EraseAsync(gift.Address);
        var page = await PageAsync(app, gift);
        Says(page, "were erased from our books");
        Assert.DoesNotContain("erased.invalid", page, StringComparison.Ordinal);
        Assert.DoesNotContain("on its way", page, StringComparison.Ordinal);
    }

    private static async Task<string> PageAsync(GivingApp app, Donation gift) => WebUtility.HtmlDecode(await app.Newsroom.ThanksAsync(gift.SessionId!));

    private static void Says(string page, params string[] words) => Assert.All(words, w => Assert.Contains(w, page, StringComparison.Ordinal));
}
