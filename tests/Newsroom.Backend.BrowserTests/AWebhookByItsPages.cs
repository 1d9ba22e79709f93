using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;
using static Newsroom.Backend.BrowserTests.StaffSteps;

namespace Newsroom.Backend.BrowserTests;

/// <summary>Another program is told what happens: from its address to being told no more.</summary>
public sealed class AWebhookByItsPages
{
    private const string Desk = "Thank-you desk";

    [Fact(Timeout = 600_000)]
    public async Task Is_registered_tested_sent_again_and_disabled()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var receiver = await HookReceiver.StartAsync();
        await using var chromium = await Chromium.LaunchAsync();
        // A demo lets webhooks go to this machine.
        await using var program = await DemoProgram.StartAsync(cancellationToken);
        var anna = await AdministratorAsync(chromium, program);
        var page = anna.Page;

        await page.GotoAsync("/staff/webhooks");
        var secret = await RegisterAsync(anna, receiver);
        await page.GotoAsync("/staff/webhooks");
        Assert.DoesNotContain(secret, await page.ContentAsync(), StringComparison.Ordinal);
        await page.GetByRole(AriaRole.Link, new() { Name = Desk }).ClickAsync();
        Assert.DoesNotContain(secret, await page.ContentAsync(), StringComparison.Ordinal);
        await anna.LookAsync("staff-webhook-new");

        await PressAsync(page, "Send a test");
        await Expect(page.GetByText("The test was taken: the receiver answered 200.")).ToBeVisibleAsync();
        Assert.True(Assert.Single(receiver.Requests).IsSignedWith(secret));
        var told = page.Locator("tbody tr", new() { HasText = "webhook.test" });
        await Expect(told.Locator(".badge")).ToContainTextAsync("taken");

        await told.GetByRole(AriaRole.Button, new() { Name = "Send again" }).ClickAsync();
        await Expect(page.GetByText("It is on its way again, under the same webhook-id.")).ToBeVisibleAsync();
        await receiver.HasAsync(2);
        Assert.Equal(receiver.Requests[0].Id, receiver.Requests[1].Id);
        await anna.UntilAsync(async () =>
        {
            await page.ReloadAsync();
            return await told.Locator(".badge", new() { HasText = "taken" }).CountAsync() == 1;
        });
        await told.GetByText("Message", new() { Exact = false }).First.ClickAsync();
        await anna.LookAsync("staff-webhook-told");

        await page.Locator("summary", new() { HasText = "Disable" }).ClickAsync();
        await PressAsync(page, "Disable it");
        await Expect(page.GetByText("It is told nothing until it is enabled again.")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Enable", Exact = true })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Send again" })).ToHaveCountAsync(0);
        await anna.LookAsync("staff-webhook-disabled");
        Assert.Equal(2, receiver.Requests.Count);
        Assert.DoesNotContain("fail:", program.Output, StringComparison.Ordinal);
    }

    /// <summary>Gives the secret, which is shown only then.</summary>
    private static async Task<string> RegisterAsync(Visit anna, HookReceiver receiver)
    {
        var page = anna.Page;
        await page.GetByLabel("Its address").FillAsync(receiver.Url);
        await page.GetByLabel("What to call it").FillAsync(Desk);
        await page.GetByRole(AriaRole.Checkbox, new() { Name = "digest.sent" }).CheckAsync();
        await PressAsync(page, "Register the webhook");
        await Expect(page.GetByText("shown only now")).ToBeVisibleAsync();
        await anna.LookAsync("staff-webhook-secret");
        var secret = await page.Locator(".notice pre code").TextContentAsync() ?? "";
        Assert.StartsWith("whsec_", secret, StringComparison.Ordinal);
        return secret;
    }
}
