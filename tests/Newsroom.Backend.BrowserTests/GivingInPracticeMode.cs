using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Newsroom.Backend.BrowserTests;

/// <summary>What may happen to a donor between the button and the receipt, as a person meets it in the demo.</summary>
public sealed class GivingInPracticeMode
{
    private const string Donor = "noor@donor.example";

    [Fact(Timeout = 1_200_000)]
    public async Task Is_honest_through_a_declined_card_a_change_of_mind_and_a_webhook_that_is_late()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var chromium = await Chromium.LaunchAsync();
        await using var program = await DemoProgram.StartAsync(cancellationToken);
        var visit = new Visit(await chromium.OpenAsync(program.Url, javaScript: true), JavaScript: true);
        var page = visit.Page;

        await StartAsync(page, "once");
        var checkout = page.Url;
        await PressAsync(page, "Decline");
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("declined");
        await visit.LookAsync("checkout-declined");

        await PressAsync(page, "Go back");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Back to the payment page" })).ToBeVisibleAsync();
        await visit.LookAsync("donate-turned-back");
        await page.GetByRole(AriaRole.Link, new() { Name = "Back to the payment page" }).ClickAsync();
        Assert.Equal(checkout.Split('?')[0], page.Url.Split('?')[0]);

        await PressAsync(page, "Pay, webhook late");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Your gift is being confirmed");
        // The page must not renew itself under the eyes of whoever looks: its questions are lost meanwhile, and it asks again.
        await page.RouteAsync("**/donate/thanks*", question => question.AbortAsync());
        await visit.LookAsync("thanks-being-confirmed");
        await page.UnrouteAllAsync();
        // By itself, without a press.
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Thank you", Exact = true })).ToBeVisibleAsync();
        await visit.OpenMailAsync(Donor, "receipt");
        Assert.DoesNotContain("fail:", program.Output, StringComparison.Ordinal);
    }

    [Fact(Timeout = 1_200_000)]
    public async Task Every_month_renews_twice_and_a_refused_card_is_paid_from_the_mail_about_it()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var chromium = await Chromium.LaunchAsync();
        await using var program = await DemoProgram.StartAsync(cancellationToken);
        var visit = new Visit(await chromium.OpenAsync(program.Url, javaScript: true), JavaScript: true);
        var page = visit.Page;

        await StartAsync(page, "monthly");
        await page.GetByRole(AriaRole.Button, new() { Name = "Pay $15.00", Exact = true }).ClickAsync();
        await visit.OpenMailAsync(Donor, "Your receipt");
        foreach (var months in new[] { 2, 3 })
        {
            await DeskAsync(page, "Next month now");
            await visit.OpenMailAsync(Donor, "Your receipt", expected: months);
        }
        await DeskAsync(page, "Card expired");
        await visit.LookAsync("practice-past-due");
        await visit.OpenMailAsync(Donor, "could not be taken");
        await visit.LookAtMailAsync("payment-missed");
        await visit.FollowMailLinkAsync("/invoices/");
        await visit.LookAsync("practice-invoice");
        await page.GetByRole(AriaRole.Button, new() { Name = "Pay $15.00", Exact = true }).ClickAsync();
        await visit.OpenMailAsync(Donor, "Your receipt", expected: 4);

        await DeskAsync(page, "End the plan");
        await visit.OpenMailAsync(Donor, "has ended");
        await visit.LookAtMailAsync("plan-ended");
        await Expect(page.FrameLocator("iframe").GetByText("4 times", new() { Exact = false })).ToBeVisibleAsync();
        Assert.DoesNotContain("fail:", program.Output, StringComparison.Ordinal);
    }

    private static async Task StartAsync(IPage page, string frequency)
    {
        await page.GotoAsync($"/donate?amount=15&frequency={frequency}&email={Uri.EscapeDataString(Donor)}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Give $15", Exact = false }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Pay $15.00", Exact = true })).ToBeVisibleAsync();
    }

    private static Task PressAsync(IPage page, string name) => page.GetByRole(AriaRole.Button).Filter(new() { HasText = name }).First.ClickAsync();

    private static async Task DeskAsync(IPage page, string button)
    {
        await page.GotoAsync("/dev/stripe");
        await page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).First.ClickAsync();
    }
}
