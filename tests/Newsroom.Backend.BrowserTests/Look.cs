using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Newsroom.Backend.BrowserTests;

/// <summary>How a page looks and reads: light and dark, phone and desk, pictures kept in artifacts/screenshots.</summary>
internal static class Look
{
    private const int Phone = 390;
    private const int Desk = 1280;

    /// <summary>WCAG 2.2, 1.4.10: at this width nothing may need scrolling in two directions.</summary>
    private const int Narrowest = 320;

    private static readonly string Folder = Directory.CreateDirectory(Path.Combine(Root(), "artifacts", "screenshots")).FullName;

    /// <summary>A mail is shown inside a mail program's page: landmarks are that page's.</summary>
    private static readonly AxeRunOptions MailRules = new()
    {
        Rules = new()
        {
            ["region"] = new() { Enabled = false },
            ["landmark-one-main"] = new() { Enabled = false },
        },
    };

    /// <summary>What is copied into a page of somebody else's: headings are that page's too.</summary>
    private static readonly AxeRunOptions FragmentRules = new() { Rules = new(MailRules.Rules) { ["page-has-heading-one"] = new() { Enabled = false } } };

    /// <summary>Frames that may run no scripts: axe would wait in them for ever.</summary>
    private static readonly AxeRunContext ButStillFrames = new() { Exclude = [new("iframe[sandbox]")] };

    /// <summary>Nobody looks at pictures there, and four for each stop are a third of a walk's time.</summary>
    private static readonly bool KeepsPictures = Environment.GetEnvironmentVariable("CI") is null or "";

    /// <summary>Keeps pictures of the page and, where scripts run, checks it by axe and for reflow.</summary>
    public static async Task AtAsync(IPage page, string name, bool javaScript, bool isMail = false)
    {
        if (javaScript)
            await LoadFramesAsync(page);
        foreach (var width in new[] { Phone, Desk })
        {
            await page.SetViewportSizeAsync(width, 900);
            foreach (var scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
            {
                await page.EmulateMediaAsync(new() { ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce });
                var file = $"{name}-{(javaScript ? "" : "no-script-")}{width}-{scheme}.png".ToLowerInvariant();
                if (KeepsPictures)
                    await page.ScreenshotAsync(new() { Path = Path.Combine(Folder, file), FullPage = true });
                // Each width once and each scheme once: what axe finds depends on the one or on the other.
                if (javaScript && (width, scheme) is (Phone, ColorScheme.Dark) or (Desk, ColorScheme.Light))
                    await AccessibleAsync(page, $"{name}, {scheme}, {width} px", isMail ? MailRules : null);
            }
        }
        if (javaScript)
        {
            await ReflowsAsync(page, name);
            await FragmentsAsync(page, name);
        }
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
    }

    private static async Task AccessibleAsync(IPage page, string where, AxeRunOptions? rules)
    {
        var findings = (await page.RunAxe(ButStillFrames, rules)).Violations;
        Assert.True(findings.Length == 0, where + ":\n" + string.Join('\n', findings.Select(f =>
            $"{f.Id}: {f.Help}\n" + string.Join('\n', f.Nodes.Take(5).Select(n => $"  {n.Html}\n  {n.Any.FirstOrDefault()?.Message}")))));
    }

    /// <summary>Frames that load when they come into sight.</summary>
    private static async Task LoadFramesAsync(IPage page)
    {
        foreach (var frame in await page.Locator("iframe[loading=lazy]").AllAsync())
        {
            await frame.ScrollIntoViewIfNeededAsync();
            await frame.ContentFrame.Locator("main, form").First.WaitForAsync();
        }
        await page.EvaluateAsync("scrollTo(0, 0)");
    }

    /// <summary>What stands in a frame that may run no scripts, as a page of its own. A mail comes from an address: Visit.LookAtMailAsync looks at it.</summary>
    private static async Task FragmentsAsync(IPage page, string name)
    {
        foreach (var frame in await page.Locator("iframe[sandbox][srcdoc]").AllAsync())
        {
            var alone = await page.Context.NewPageAsync();
            await alone.SetContentAsync(await frame.GetAttributeAsync("srcdoc") ?? "");
            await AccessibleAsync(alone, $"{name}, {await frame.GetAttributeAsync("title")}", FragmentRules);
            await alone.CloseAsync();
        }
    }

    private static async Task ReflowsAsync(IPage page, string name)
    {
        await page.SetViewportSizeAsync(Narrowest, 900);
        var width = await page.EvaluateAsync<int>("document.documentElement.scrollWidth");
        Assert.True(width <= Narrowest, $"{name} is {width} px wide on a screen of {Narrowest}.");
        await page.SetViewportSizeAsync(Desk, 900);
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Newsroom.Backend.sln")))
            folder = folder.Parent ?? throw new InvalidOperationException("The tests run outside their repository.");
        return folder.FullName;
    }
}
