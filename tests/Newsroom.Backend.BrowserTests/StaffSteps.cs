using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Newsroom.Backend.BrowserTests;

/// <summary>What members of staff do in more than one walk.</summary>
internal static partial class StaffSteps
{
    /// <summary>Milliseconds: 50,000 readers on two busy cores.</summary>
    public const int Long = 400_000;

    /// <summary>The first administrator: by the console's set-up link and a passkey, at the dashboard.</summary>
    public static async Task<Visit> AdministratorAsync(Chromium chromium, DemoProgram program)
    {
        var anna = new Visit(await chromium.OpenAsync(SiteOf(program), javaScript: true), JavaScript: true);
        await HasAuthenticatorAsync(anna.Page);
        await anna.Page.GotoAsync(SetUpLinkOf(program));
        await PressAsync(anna.Page, "Go on");
        await anna.Page.GetByLabel("Your name").FillAsync("Anna Marsh");
        await anna.Page.GetByLabel("Your email address").FillAsync("anna@gazette.example");
        await PressAsync(anna.Page, "Go on");
        await PressAsync(anna.Page, "Make a passkey");
        await Expect(anna.Page).ToHaveURLAsync(Dashboard());
        return anna;
    }

    /// <summary>A passkey belongs to a name, not to a number.</summary>
    public static Uri SiteOf(DemoProgram program) => new UriBuilder(program.Url) { Host = "localhost" }.Uri;

    public static string SetUpLinkOf(DemoProgram program) =>
        SetUpLink().Match(program.Output) is { Success: true } link ? link.Value : throw new InvalidOperationException("No set-up link on the console:\n" + program.Output);

    public static Task PressAsync(IPage page, string name) => page.GetByRole(AriaRole.Button, new() { Name = name }).First.ClickAsync();

    /// <summary>The bar's value once it has passed another; by itself, without a reload.</summary>
    public static async Task<double> BarBeyondAsync(IPage page, double passed)
    {
        var moved = await page.WaitForFunctionAsync("passed => { const bar = document.querySelector('progress[value]'); return bar && bar.value > passed ? bar.value : false; }", passed, new() { Timeout = Long });
        return await moved.EvaluateAsync<double>("value => value");
    }

    /// <summary>A device with a fingerprint reader that always knows its owner (Chrome DevTools Protocol, WebAuthn domain).</summary>
    public static async Task HasAuthenticatorAsync(IPage page)
    {
        var devtools = await page.Context.NewCDPSessionAsync(page);
        await devtools.SendAsync("WebAuthn.enable");
        await devtools.SendAsync("WebAuthn.addVirtualAuthenticator", new()
        {
            ["options"] = new Dictionary<string, object>
            {
                ["protocol"] = "ctap2",
                ["transport"] = "internal",
                ["hasResidentKey"] = true,
                ["hasUserVerification"] = true,
                ["isUserVerified"] = true,
                ["automaticPresenceSimulation"] = true,
            },
        });
    }

    [GeneratedRegex("/staff$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    public static partial Regex Dashboard();

    [GeneratedRegex(@"http://localhost:\d+/setup\?code=[0-9A-Z-]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SetUpLink();
}
