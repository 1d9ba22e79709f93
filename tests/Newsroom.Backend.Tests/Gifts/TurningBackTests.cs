using System.Net;
using System.Text.RegularExpressions;
using Newsroom.Backend.Donations;

namespace Newsroom.Backend.Tests;

public sealed class TurningBackFromTheCheckout
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Leads_back_to_the_same_page_while_it_can_be_paid_and_claims_nothing_about_the_money()
    {
        await using var app = await GivingApp.StartAsync();
        var session = await app.OpenCheckoutAsync("25", "yearly");
        // Paid in another tab, and the webhook is late: the newsroom cannot know.
        app.Pay(session);
        var gift = await app.Newsroom.OnlyGiftAsync();
        var page = await PageAsync(app, gift);
        Assert.Contains("no payment yet", page, StringComparison.Ordinal);
        Assert.Contains($"class=\"button\" href=\"{gift.SessionUrl}\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Nothing was charged", page, StringComparison.Ordinal);
        Assert.DoesNotContain("no card was charged", page, StringComparison.Ordinal);
        Assert.DoesNotContain("ada@example.org", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_the_bank_works_on_it_offers_no_second_payment()
    {
        await using var app = await GivingApp.StartAsync();
        var session = await app.OpenCheckoutAsync();
        app.Stripe.PayByBankDebit(session, succeeds: true);
        await app.DeliverAsync(app.Stripe.TakeEvents());
        await app.Newsroom.RunDueJobsAsync();
        var gift = await app.Newsroom.OnlyGiftAsync();
        Assert.Equal(DonationStatus.Processing, gift.Status);
        var page = await PageAsync(app, gift);
        Assert.Contains("under way", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Nothing was charged", page, StringComparison.Ordinal);
        Assert.DoesNotMatch(new Regex("<main.*href=\"/donate", RegexOptions.Singleline), page);
    }

    [Fact]
    public async Task Says_that_nothing_was_charged_once_stripe_has_said_so_and_keeps_the_sum()
    {
        await using var app = await GivingApp.StartAsync();
        app.Stripe.Expire(await app.OpenCheckoutAsync("25", "yearly"));
        await app.DeliverAsync(app.Stripe.TakeEvents());
        await app.Newsroom.RunDueJobsAsync();
        var page = await PageAsync(app, await app.Newsroom.OnlyGiftAsync());
        Assert.Contains("Nothing was charged", page, StringComparison.Ordinal);
        Assert.Contains("/donate?amount=25.00&amp;currency=USD&amp;frequency=yearly", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_a_gift_paid_meanwhile_says_so()
    {
        await using var app = await GivingApp.StartAsync();
        await app.DeliverAsync(app.Pay(await app.OpenCheckoutAsync()));
        await app.Newsroom.RunDueJobsAsync();
        Assert.Contains("Your gift has arrived", await PageAsync(app, await app.Newsroom.OnlyGiftAsync()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("?gift=don_unknown")]
    public async Task From_a_gift_nobody_knows_claims_nothing(string query)
    {
        await using var app = await NewsroomApp.StartAsync();
        var answer = await app.Http.GetAsync("/donate/cancelled" + query, Token);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.DoesNotContain("charged", await answer.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
    }

    private static Task<string> PageAsync(GivingApp app, Donation gift) => app.Newsroom.Http.GetStringAsync($"/donate/cancelled?gift={gift.PublicId}", Token);
}
