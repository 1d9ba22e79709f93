using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Newsroom.Backend.BrowserTests;

/// <summary>From the form to the good-bye with Tab, Space, the arrows and Enter: what has the focus shows it, and every act leaves it on the page's content.</summary>
public sealed class AReadersOwnPagesByKeyboard
{
    private const string Reader = "keys@reader.example";

    /// <summary>More stops than any page of ours has.</summary>
    private const int MostStops = 60;

    [Fact(Timeout = 900_000)]
    public async Task Need_no_mouse()
    {
        await using var chromium = await Chromium.LaunchAsync();
        await using var program = await DemoProgram.StartAsync(TestContext.Current.CancellationToken);
        var visit = new Visit(await chromium.OpenAsync(program.Url, javaScript: true), JavaScript: true);
        var page = visit.Page;

        await page.GotoAsync("/subscribe");
        await TabToAsync(page, page.GetByLabel("Your email address"));
        await page.Keyboard.TypeAsync(Reader);
        await PressAsync(page, "Sign up");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Now check your mail");

        await visit.OpenMailAsync(Reader, "confirm");
        await visit.FollowMailLinkAsync("/confirm/");
        await PressAsync(page, "Confirm my subscription");
        await Expect(page.GetByText("Thank you")).ToBeVisibleAsync();
        await FocusIsOnContentAsync(page);

        await TabToAsync(page, page.GetByRole(AriaRole.Link, new() { Name = "your preferences" }));
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Your preferences");
        var rhythm = page.GetByLabel("How often").First;
        await TabToAsync(page, rhythm);
        var before = await rhythm.InputValueAsync();
        await page.Keyboard.PressAsync("ArrowDown");
        await Expect(rhythm).Not.ToHaveValueAsync(before);
        var chosen = await rhythm.InputValueAsync();
        await PressAsync(page, "Save");
        await Expect(page.GetByRole(AriaRole.Status)).ToHaveTextAsync("Saved.");
        await FocusIsOnContentAsync(page);
        await Expect(rhythm).ToHaveValueAsync(chosen);

        await PressAsync(page, "Leave all newsletters", key: "Space");
        await Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("You have left all");
        await FocusIsOnContentAsync(page);
    }

    private static async Task PressAsync(IPage page, string button, string key = "Enter")
    {
        await TabToAsync(page, page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }));
        await page.Keyboard.PressAsync(key);
    }

    /// <summary>Goes on by Tab until the element has the focus; each stop on the way has to be seen.</summary>
    private static async Task TabToAsync(IPage page, ILocator wanted)
    {
        for (var stop = 0; stop < MostStops; stop++)
        {
            await page.Keyboard.PressAsync("Tab");
            var unseen = await page.EvaluateAsync<string?>(Unseen);
            Assert.True(unseen is null, $"Focus cannot be seen at {page.Url}: {unseen}");
            if (await wanted.EvaluateAsync<bool>("e => e === document.activeElement"))
                return;
        }
        Assert.Fail($"{MostStops} tabs at {page.Url} do not reach {wanted}.");
    }

    /// <summary>What has the focus if neither it nor the choice around it looks different from when it has not; null when one does.</summary>
    private const string Unseen = """
        () => {
          const e = document.activeElement;
          const ring = n => { const s = getComputedStyle(n); return [s.outlineStyle, s.outlineWidth, s.outlineColor, s.boxShadow].join(); };
          const shown = [e, e.closest('label')].filter(n => n);
          const focused = shown.map(ring);
          // A date has stops for day, month and year: taking its focus away would start them over, for ever.
          if (e.type === 'date')
            return getComputedStyle(e).outlineStyle === 'none' ? e.outerHTML : null;
          e.blur();
          const plain = shown.map(ring);
          e.focus({ focusVisible: true });
          return e !== document.body && focused.some((r, i) => r !== plain[i]) ? null : e.outerHTML.slice(0, 200);
        }
        """;

    private static async Task FocusIsOnContentAsync(IPage page) =>
        Assert.True(await page.EvaluateAsync<bool>("() => document.querySelector('main').contains(document.activeElement)"),
            $"At {page.Url} the act left the focus on {await page.EvaluateAsync<string>("() => document.activeElement.tagName")}.");
}
