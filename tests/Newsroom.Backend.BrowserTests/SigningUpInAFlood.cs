using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Newsroom.Backend.BrowserTests;

/// <summary>A reader whose network has met its limit: with a script the page goes on by itself, without one its button does.</summary>
public sealed class SigningUpInAFlood
{
    private const string Reader = "robin@reader.example";

    [Theory(Timeout = 600_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Takes_one_page_more(bool javaScript)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var chromium = await Chromium.LaunchAsync();
        await using var program = await DemoProgram.StartAsync(cancellationToken);
        var visit = new Visit(await chromium.OpenAsync(program.Url, javaScript), javaScript);

        await visit.Page.GotoAsync("/subscribe");
        await visit.Page.GetByLabel("email address").FillAsync(Reader);
        await program.UseUpNetworkAsync(cancellationToken);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Sign up" }).ClickAsync();
        if (!javaScript)
        {
            await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("One more press of the button");
            await visit.LookAsync("subscribe-check");
            await Task.Delay(TimeSpan.FromSeconds(2), cancellationToken);
            await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Sign up" }).ClickAsync();
        }
        await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Now check your mail", new() { Timeout = 20_000 });
        await visit.OpenMailAsync(Reader, "confirm");
        await visit.FollowMailLinkAsync("/never/");
        await visit.LookAsync("never");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Never write to me again" }).ClickAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("We will not write to you again");
        await visit.LookAsync("never-done");
    }
}
