using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Newsroom.Backend.BrowserTests;

/// <summary>What a donor sees and does at <c>/giving</c>, as a person meets it in the demo.</summary>
public sealed class ADonorsOwnPages
{
    private const string Donor = "noor@donor.example";

    [Fact(Timeout = 1_200_000)]
    public async Task Show_gifts_and_change_pause_and_end_a_monthly_one()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var chromium = await Chromium.LaunchAsync();
        await using var program = await DemoProgram.StartAsync(cancellationToken);
        var visit = new Visit(await chromium.OpenAsync(program.Url, javaScript: true), JavaScript: true);
        var page = visit.Page;

        await page.GotoAsync($"/donate?amount=15&frequency=monthly&email={Uri.EscapeDataString(Donor)}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Give", Exact = false }).First.ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Pay $15.00", Exact = true }).ClickAsync();
        await visit.OpenMailAsync(Donor, "Your receipt");

        await page.GotoAsync("/donate");
        await page.GetByRole(AriaRole.Link, new() { Name = "Your gifts", Exact = false }).ClickAsync();
        await visit.LookAsync("giving-ask");
        await page.GetByLabel("Your email address").FillAsync(Donor);
        await page.GetByRole(AriaRole.Button, new() { Name = "Mail me the link" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("Now check your mail");
        await visit.OpenMailAsync(Donor, "Your gifts");
        await visit.LookAtMailAsync("giving-link");
        await visit.FollowMailLinkAsync("/giving/");
        var mine = page.Url;
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Your gifts");
        await visit.LookAsync("giving");

        await OpenAsync(page, "Change the sum");
        await page.GetByLabel("New sum").FillAsync("a lot");
        await page.GetByRole(AriaRole.Button, new() { Name = "Change the sum" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Type the amount in plain digits");
        await Expect(page.GetByLabel("New sum")).ToHaveValueAsync("a lot");
        await visit.LookAsync("giving-sum-refused");
        await page.GetByLabel("New sum").FillAsync("20");
        await page.GetByRole(AriaRole.Button, new() { Name = "Change the sum" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "$20.00 every month" })).ToBeVisibleAsync();

        await OpenAsync(page, "Give another card");
        await page.GetByRole(AriaRole.Button, new() { Name = "Go to Stripe's page" }).ClickAsync();
        await visit.LookAsync("practice-card");
        await page.GetByRole(AriaRole.Button, new() { Name = "Pay with Visa 1881", Exact = false }).ClickAsync();
        await visit.UntilAsync(async () =>
        {
            await page.GotoAsync(mine);
            return await page.GetByText("paid by visa 1881").CountAsync() > 0;
        });

        await OpenAsync(page, "Pause");
        await page.GetByLabel("Leave out").SelectOptionAsync("2");
        await page.GetByRole(AriaRole.Button, new() { Name = "Pause", Exact = true }).ClickAsync();
        await Expect(page.GetByText("Paused until", new() { Exact = false }).First).ToBeVisibleAsync();
        await visit.LookAsync("giving-paused");
        await page.GetByRole(AriaRole.Button, new() { Name = "Go on giving" }).ClickAsync();
        await Expect(page.GetByText("The next payment is on", new() { Exact = false })).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Link, new() { Name = $"{TimeProvider.System.GetUtcNow().Year}-", Exact = false }).First.ClickAsync();
        await visit.LookAsync("giving-receipt");
        await page.GotoAsync(mine);
        await page.GetByRole(AriaRole.Link, new() { Name = "The statement for", Exact = false }).First.ClickAsync();
        await visit.LookAsync("giving-statement");

        await page.GotoAsync(mine);
        await OpenAsync(page, "Stop giving");
        await visit.LookAsync("giving-stop");
        await page.GetByRole(AriaRole.Button, new() { Name = "Yes, end my gift", Exact = false }).ClickAsync();
        await Expect(page.GetByText("It ended on", new() { Exact = false })).ToBeVisibleAsync();
        await visit.LookAsync("giving-ended");
        await visit.OpenMailAsync(Donor, "is $20.00 every month from now on");
        await visit.LookAtMailAsync("plan-changed");
        await visit.OpenMailAsync(Donor, "has ended");
        Assert.DoesNotContain("fail:", program.Output, StringComparison.Ordinal);
    }

    private static Task OpenAsync(IPage page, string what) => page.Locator("summary", new() { HasText = what }).ClickAsync();
}
