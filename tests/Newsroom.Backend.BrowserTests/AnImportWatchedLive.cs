using System.Globalization;
using System.Text;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;
using static Newsroom.Backend.BrowserTests.StaffSteps;

namespace Newsroom.Backend.BrowserTests;

/// <summary>A list of 50,000 readers from the upload to its taking back, as an administrator sees it in a browser.</summary>
public sealed class AnImportWatchedLive
{
    private const int Rows = 50_000;
    private const int Bad = 7;

    [Fact(Timeout = 1_800_000)]
    public async Task Moves_outlives_a_reload_ends_with_the_right_counts_and_is_taken_back()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var chromium = await Chromium.LaunchAsync();
        await using var program = await DemoProgram.StartAsync(cancellationToken);
        var anna = await AdministratorAsync(chromium, program);
        var page = anna.Page;

        await page.GotoAsync("/staff/imports/new");
        await anna.LookAsync("staff-import-new");
        await page.GetByLabel("The list").SetInputFilesAsync(new FilePayload { Name = "old-list.csv", MimeType = "text/csv", Buffer = List() });
        await PressAsync(page, "Upload");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "The first rows" })).ToBeVisibleAsync();
        await anna.LookAsync("staff-import-columns");

        await page.GetByLabel("Email address", new() { Exact = true }).SelectOptionAsync("Their post");
        await page.GetByLabel("Newsletter", new() { Exact = true }).SelectOptionAsync(new SelectOptionValue { Index = 1 });
        await page.GetByLabel("The sentence they agreed to").FillAsync("Signed up at example.org/news: send me the newsletter by email.");
        await page.GetByRole(AriaRole.Checkbox, new() { Name = "These people agreed" }).CheckAsync();
        await PressAsync(page, "Check the list");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Bring 49,993 readers in" })).ToBeVisibleAsync(new() { Timeout = Long });
        await Expect(page.GetByText("The address has no @.").First).ToBeVisibleAsync();
        await anna.LookAsync("staff-import-report");

        await PressAsync(page, "Bring 49,993 readers in");
        var first = await BarBeyondAsync(page, 0);
        await anna.LookAsync("staff-import-running");
        var second = await BarBeyondAsync(page, first);
        await page.ReloadAsync();
        Assert.InRange(await BarBeyondAsync(page, second - 1), second, Rows);
        await Expect(Sentence(page, "49,993 readers were brought in.")).ToBeVisibleAsync(new() { Timeout = Long });
        await Expect(page.Locator("#live-status")).ToContainTextAsync("49,993 readers were brought in.", new() { Timeout = Long });
        await anna.LookAsync("staff-import-done");

        await page.GetByText("Take it back", new() { Exact = true }).ClickAsync();
        await PressAsync(page, "Take the import back");
        await Expect(Sentence(page, "49,993 of 49,993 readers were removed without a trace.")).ToBeVisibleAsync(new() { Timeout = Long });
        await anna.LookAsync("staff-import-undone");
        await page.GotoAsync("/staff/imports");
        await Expect(page.Locator(".badge", new() { HasText = "taken back" })).ToBeVisibleAsync();
        await anna.LookAsync("staff-imports");
        Assert.DoesNotContain("fail:", program.Output, StringComparison.Ordinal);
    }

    /// <summary>As the page shows it: what is said to screen readers has the same words.</summary>
    private static ILocator Sentence(IPage page, string words) => page.Locator("[data-live] p", new() { HasText = words });

    private static byte[] List()
    {
        var csv = new StringBuilder("Whole name;Their post;Since\n");
        for (var i = 1; i <= Rows - Bad; i++)
            csv.Append(CultureInfo.InvariantCulture, $"Reader {i};r{i}@list.example;2024-05-01\n");
        for (var i = 0; i < Bad; i++)
            csv.Append(CultureInfo.InvariantCulture, $"Reader;nobody {i};\n");
        return Encoding.UTF8.GetBytes(csv.ToString());
    }
}
