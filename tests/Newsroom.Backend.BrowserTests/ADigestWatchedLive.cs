using System.Collections.Concurrent;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;
using static Newsroom.Backend.BrowserTests.StaffSteps;

namespace Newsroom.Backend.BrowserTests;

/// <summary>A digest that takes minutes, as somebody sees, hears and holds its page: by events, and by asking where there are none.</summary>
public sealed class ADigestWatchedLive
{
    /// <summary>Milliseconds: several times as long as a page waits before it asks (3 s), less than a silent line may be (40 s).</summary>
    private const int AWhile = 8_000;

    private const string Live = "[data-live] ";

    [Fact(Timeout = 1_200_000)]
    public async Task Moves_by_events_alone_outlives_a_reload_and_is_asked_for_where_events_are_refused()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var chromium = await Chromium.LaunchAsync();
        await using var program = await DemoProgram.StartAsync(cancellationToken, peopled: true, settings: new() { ["Mail:Smtp:MaxPerSecond"] = "3" });
        var anna = await AdministratorAsync(chromium, program);
        var (page, traffic) = (anna.Page, new Traffic(anna.Page));
        var digest = await ComposeAsync(program, cancellationToken);
        Task StepAsync(string verb) => program.PostAsync($"/api/v1/digests/{digest}/{verb}", new { }, cancellationToken);

        await page.GotoAsync("/staff/digests/" + digest);
        await page.GetByText("Send now", new() { Exact = true }).ClickAsync();
        await PressAsync(page, "Send it now");
        await ListenAsync(page);
        await IsHeardAndSeenAsync(page);
        var streams = traffic.Streams;
        await IsNotTakenAwayUnderAFingerAsync(page, () => StepAsync("pause"));
        await anna.LookAsync("staff-digest-paused");
        Assert.Equal(0, await traffic.FetchesInAsync(AWhile));
        Assert.Equal(streams, traffic.Streams);

        await page.ReloadAsync();
        await Expect(Button(page, "Resume")).ToBeVisibleAsync();
        await StepAsync("resume");
        await Expect(Button(page, "Pause")).ToBeVisibleAsync();
        await BarBeyondAsync(page, await BarBeyondAsync(page, 0));
        Assert.Equal(streams + 1, traffic.Streams);

        await HideAsync(page, isHidden: true);
        await StepAsync("pause");
        Assert.Equal(0, await traffic.FetchesInAsync(AWhile));
        await Expect(Button(page, "Pause")).ToBeVisibleAsync();
        await HideAsync(page, isHidden: false);
        await Expect(Button(page, "Resume")).ToBeVisibleAsync();

        await page.RouteAsync("**/*handler=Live", route => route.AbortAsync());
        await page.ReloadAsync();
        await StepAsync("resume");
        await Expect(Button(page, "Pause")).ToBeVisibleAsync();
        Assert.InRange(await traffic.FetchesInAsync(AWhile), 1, 4);
        await page.UnrouteAsync("**/*handler=Live");

        await TheDashboardMovesTooAsync(page);
        await page.GotoAsync("/staff/digests/" + digest);
        await ListenAsync(page);
        await StepAsync("cancel");
        await Expect(page.Locator(Live + ".badge")).ToContainTextAsync("cancelled");
        await Expect(page.Locator("#live-status")).ToContainTextAsync("cancelled");
        await Expect(Button(page, "Pause")).ToHaveCountAsync(0);
        Assert.Equal(0, await traffic.FetchesInAsync(AWhile));
        Assert.DoesNotContain("fail:", program.Output, StringComparison.Ordinal);
    }

    private static ILocator Button(IPage page, string name) => page.Locator(Live).GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    private static async Task<string> ComposeAsync(DemoProgram program, CancellationToken cancellationToken)
    {
        await program.TakeApiKeyAsync(cancellationToken);
        await program.PostAsync("/api/v1/stories", new { url = "https://www.example.org/tide", title = "What the tide brought in" }, cancellationToken);
        var newsletters = await program.GetAsync("/api/v1/newsletters", cancellationToken);
        var slug = newsletters.GetProperty("items")[0].GetProperty("slug").GetString();
        var digest = await program.PostAsync("/api/v1/digests", new { newsletter = slug, subject = "What the harbour talks about" }, cancellationToken);
        return digest.GetProperty("id").GetString()!;
    }

    /// <summary>Notes what the page says to a screen reader, and when.</summary>
    private static async Task ListenAsync(IPage page) => await page.EvaluateAsync("""
        () => {
          window.said = [];
          const region = document.getElementById("live-status");
          new MutationObserver(() => window.said.push(performance.now())).observe(region, { childList: true, characterData: true, subtree: true });
        }
        """);

    private static async Task IsHeardAndSeenAsync(IPage page)
    {
        await BarBeyondAsync(page, await BarBeyondAsync(page, 0));
        await page.WaitForFunctionAsync("() => window.said.length >= 4");
        await Expect(page.Locator("#live-status")).ToContainTextAsync("readers settled");
        await Expect(page.GetByRole(AriaRole.Progressbar, new() { Name = "Readers settled" })).ToBeVisibleAsync();
        // Nothing inside the part speaks for itself.
        await Expect(page.Locator(Live + "[role=status]")).ToHaveCountAsync(0);
        var said = await page.EvaluateAsync<double[]>("() => window.said");
        Assert.All(said.Zip(said.Skip(1)), pair => Assert.True(pair.Second - pair.First >= 4_900, $"Said after {pair.Second - pair.First} ms."));
    }

    private static async Task IsNotTakenAwayUnderAFingerAsync(IPage page, Func<Task> pauseAsync)
    {
        var confirm = page.Locator(Live + "details", new() { HasText = "Cancel it for good" });
        await confirm.Locator("summary").ClickAsync();
        await page.Locator("#main").FocusAsync();
        await BarBeyondAsync(page, await BarBeyondAsync(page, 0));
        // Its words have changed meanwhile; it is still open.
        await Expect(confirm).ToHaveAttributeAsync("open", "");

        await Button(page, "Pause").FocusAsync();
        await BarBeyondAsync(page, await BarBeyondAsync(page, 0));
        await pauseAsync();
        await Expect(page.Locator(Live + ".badge")).ToContainTextAsync("paused");
        await Expect(Button(page, "Pause")).ToBeFocusedAsync();
        await page.Locator("#main").FocusAsync();
        await Expect(Button(page, "Resume")).ToBeVisibleAsync();
        await Expect(Button(page, "Pause")).ToHaveCountAsync(0);
    }

    /// <summary>As if another tab were in front, which a headless browser has not.</summary>
    private static async Task HideAsync(IPage page, bool isHidden) => await page.EvaluateAsync("""
        isHidden => {
          Object.defineProperty(document, "hidden", { configurable: true, get: () => isHidden });
          document.dispatchEvent(new Event("visibilitychange"));
        }
        """, isHidden);

    private static async Task TheDashboardMovesTooAsync(IPage page)
    {
        await page.GotoAsync("/staff");
        var tile = page.Locator(".tile", new() { HasText = "Last digest" });
        await Expect(tile).ToContainTextAsync("sending");
        await Expect(tile).Not.ToHaveTextAsync(await tile.TextContentAsync() ?? "");
    }

    /// <summary>What the open page asks the server for by itself.</summary>
    private sealed class Traffic
    {
        private readonly ConcurrentQueue<string> _fetches = new();
        private readonly ConcurrentQueue<string> _streams = new();

        public Traffic(IPage page) => page.Request += (_, request) =>
        {
            if (request.ResourceType == "fetch")
                _fetches.Enqueue(request.Url);
            else if (request.ResourceType == "eventsource")
                _streams.Enqueue(request.Url);
        };

        /// <summary>Of server-sent events, opened so far.</summary>
        public int Streams => _streams.Count;

        /// <summary>How often the page asks within so many milliseconds; what was under way already does not count.</summary>
        public async Task<int> FetchesInAsync(int milliseconds)
        {
            await Task.Delay(4_000);
            var before = _fetches.Count;
            await Task.Delay(milliseconds);
            return _fetches.Count - before;
        }
    }
}
