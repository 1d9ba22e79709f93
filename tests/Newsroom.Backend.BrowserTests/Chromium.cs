using Microsoft.Playwright;

namespace Newsroom.Backend.BrowserTests;

/// <summary>Debian's Chromium, headless, that calls nobody but the program under test.</summary>
internal sealed class Chromium : IAsyncDisposable
{
    private const string Path = "/usr/bin/chromium";

    /// <summary>Milliseconds. A guard against waiting for ever, and no promise of ours: two busy cores can be four times slower than two at rest.</summary>
    private const int Patience = 60_000;
    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private Chromium(IPlaywright playwright, IBrowser browser) => (_playwright, _browser) = (playwright, browser);

    public static async Task<Chromium> LaunchAsync()
    {
        Tool.Need(Tool.Exists(Path), Path);
        Assertions.SetDefaultExpectTimeout(Patience);
        var playwright = await Playwright.CreateAsync();
        return new Chromium(playwright, await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Path,
            Args =
            [
                // Without a graphics card the processor would play one: slower than drawing by itself.
                "--disable-gpu", "--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-default-apps",
                "--disable-domain-reliability", "--disable-sync", "--metrics-recording-only", "--no-first-run",
            ],
        }));
    }

    /// <summary>A reader of its own: no cookies yet.</summary>
    public async Task<IPage> OpenAsync(Uri site, bool javaScript)
    {
        var context = await _browser.NewContextAsync(new() { BaseURL = site.ToString(), JavaScriptEnabled = javaScript, Locale = "en-US" });
        context.SetDefaultTimeout(Patience);
        return await context.NewPageAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}
