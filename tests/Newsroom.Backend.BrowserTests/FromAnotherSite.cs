using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Newsroom.Backend.BrowserTests;

/// <summary>The forms that other sites paste, on pages of another origin that come from a cache.</summary>
public sealed class FromAnotherSite : IAsyncLifetime
{
    private const string Label = "Your email address";
    private const string Ticket = "a-ticket.of-some-length.AAAABBBBCCCCDDDDEEEEFFFF0000111122223333";
    private Chromium _chromium = null!;
    private ForeignSite _site = null!;
    private DemoProgram _program = null!;
    private JsonElement _snippets;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _chromium = await Chromium.LaunchAsync();
        _site = await ForeignSite.StartAsync();
        _program = await DemoProgram.StartAsync(Cancelled, _site.Origin);
        await _program.TakeApiKeyAsync(Cancelled);
        await _program.PostAsync("/api/v1/newsletters", new { slug = "tides", name = "Tides & times" }, Cancelled);
        _snippets = await _program.GetAsync("/api/v1/embed?newsletter=this-week&newsletter=tides&source=blog", Cancelled);
        foreach (var kind in (string[])["form", "script", "frame", "link"])
            _site.Has("/" + kind, Snippet(kind));
    }

    public async ValueTask DisposeAsync()
    {
        await _program.DisposeAsync();
        await _site.DisposeAsync();
        await _chromium.DisposeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_plain_form_leads_to_our_page(bool javaScript)
    {
        var visit = await VisitAsync("/form", javaScript);
        await visit.LookAsync("foreign-form");
        await EveryInputIsLabelledAsync(visit.Page);
        await visit.Page.GetByLabel(Label).FillAsync("plain@reader.example");
        await visit.Page.GetByLabel("Tides & times").CheckAsync();
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Sign up" }).ClickAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Now check your mail");
        Assert.StartsWith(_program.Url.ToString(), visit.Page.Url, StringComparison.Ordinal);
        await Expect(visit.Page.Locator("[data-typed]")).ToBeHiddenAsync();
        await LeavesNothingAsync(visit);
        await MailComesAsync(visit, "plain@reader.example");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_framed_form_answers_inside(bool javaScript)
    {
        var visit = await VisitAsync("/frame", javaScript);
        var page = visit.Page;
        var frame = page.FrameLocator("iframe");
        var high = await page.Locator("iframe").EvaluateAsync<int>("f => f.offsetHeight");
        await visit.LookAsync("foreign-frame");
        await EveryInputIsLabelledAsync(page.Frames[^1]);
        await frame.GetByRole(AriaRole.Button, new() { Name = "Sign up" }).ClickAsync();
        await Expect(frame.GetByText("Enter your whole email address")).ToBeVisibleAsync();
        await visit.LookAsync("foreign-frame-error");
        await frame.GetByLabel(Label).FillAsync("frame@reader.example");
        await frame.GetByRole(AriaRole.Button, new() { Name = "Sign up" }).ClickAsync();
        await Expect(frame.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Now check your mail");
        Assert.Equal(new Uri(_site.Url, "/frame").ToString(), page.Url);
        if (javaScript)
            await visit.UntilAsync(async () => await page.Locator("iframe").EvaluateAsync<int>("f => f.offsetHeight") < high - 100);
        await visit.LookAsync("foreign-frame-sent");
        await LeavesNothingAsync(visit);
        await MailComesAsync(visit, "frame@reader.example");
    }

    [Fact]
    public async Task The_framed_page_itself_has_no_finding()
    {
        var visit = await VisitAsync("/frame", javaScript: true);
        await visit.Page.GotoAsync(new Uri(_program.Url, "/embed/subscribe?newsletter=this-week&newsletter=tides").ToString());
        await visit.LookAsync("frame-alone");
        await visit.Page.GotoAsync(new Uri(_program.Url, "/embed/subscribe?newsletter=tides&sent=yes&meant=gmail.com").ToString());
        await visit.LookAsync("frame-alone-sent");
    }

    [Fact]
    public async Task The_scripts_form_answers_in_the_page_by_keyboard_alone()
    {
        var visit = await VisitAsync("/script", javaScript: true);
        var page = visit.Page;
        await Expect(page.GetByLabel(Label)).ToBeVisibleAsync();
        await visit.LookAsync("foreign-script");
        await EveryInputIsLabelledAsync(page);
        await BigEnoughAsync(page);

        await page.Keyboard.PressAsync("Tab");
        await IsFocusedAndSeenAsync(page.GetByLabel(Label));
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByText("Enter your whole email address")).ToBeVisibleAsync();
        await IsFocusedAndSeenAsync(page.GetByLabel(Label));
        Assert.Equal("true", await page.GetByLabel(Label).GetAttributeAsync("aria-invalid"));
        await visit.LookAsync("foreign-script-error");

        await page.GetByLabel(Label).FocusAsync();
        await page.Keyboard.TypeAsync("keys@gmial.com");
        await page.Keyboard.PressAsync("Tab");
        var better = page.GetByRole(AriaRole.Button, new() { Name = "keys@gmail.com" });
        await Expect(better).ToBeVisibleAsync();
        await visit.LookAsync("foreign-script-hint");
        await better.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByLabel(Label)).ToHaveValueAsync("keys@gmail.com");
        await page.GetByLabel(Label).FillAsync("keys@reader.example");
        await page.Keyboard.PressAsync("Tab");
        await IsFocusedAndSeenAsync(page.GetByLabel("This Week"));
        await page.Keyboard.PressAsync("Tab");
        await IsFocusedAndSeenAsync(page.GetByLabel("Tides & times"));
        await page.Keyboard.PressAsync("Space");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Tab");
        await IsFocusedAndSeenAsync(page.GetByRole(AriaRole.Button, new() { Name = "Sign up" }));
        await page.Keyboard.PressAsync("Enter");
        var status = page.GetByRole(AriaRole.Status).Filter(new() { HasText = "Now check your mail" });
        await Expect(status).ToBeFocusedAsync();
        await Expect(status).ToContainTextAsync("keys@reader.example");
        Assert.Equal(new Uri(_site.Url, "/script").ToString(), page.Url);
        await visit.LookAsync("foreign-script-sent");
        await LeavesNothingAsync(visit);
        await MailComesAsync(visit, "keys@reader.example");
    }

    [Fact]
    public async Task Without_script_the_scripts_form_is_a_link_to_ours()
    {
        var visit = await VisitAsync("/script", javaScript: false);
        await visit.LookAsync("foreign-script");
        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "Sign up" }).ClickAsync();
        await Expect(visit.Page.GetByLabel(Label)).ToBeVisibleAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Sign up for our newsletters");
    }

    [Fact]
    public async Task A_slip_that_the_server_sees_is_asked_about_after_all()
    {
        var visit = await VisitAsync("/script", javaScript: true);
        await visit.Page.RouteAsync("**/embed/v1-help.js", route => route.AbortAsync());
        await SubmitAsync(visit.Page, "late@gmial.com");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "late@gmail.com" }).ClickAsync();
        await Expect(visit.Page.GetByLabel(Label)).ToHaveValueAsync("late@gmail.com");
        await Expect(visit.Page.GetByLabel(Label)).ToBeFocusedAsync();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("worker-src 'none'; style-src 'self'")]
    public async Task Proof_is_worked_out_in_the_background_and_again_when_it_is_asked_for(string? contentPolicy)
    {
        _site.Has("/proof", Snippet("script"), contentPolicy);
        var visit = await VisitAsync("/proof", javaScript: true);
        var bodies = new List<JsonElement>();
        await visit.Page.RouteAsync("**/embed/token", route => FulfillAsync(route, 200, new { ticket = Ticket, difficulty = 12 }));
        await visit.Page.RouteAsync("**/api/v1/subscriptions", async route =>
        {
            if (route.Request.Method != "POST")
            {
                await route.ContinueAsync();
                return;
            }
            bodies.Add(JsonDocument.Parse(route.Request.PostData!).RootElement);
            await (bodies.Count == 1
                ? FulfillAsync(route, 429, new { title = "One moment, please.", challenge = new { ticket = Ticket + "2", difficulty = 14 } })
                : FulfillAsync(route, 202, new { status = "check_your_mail" }));
        });
        await SubmitAsync(visit.Page, "proof@reader.example");
        await Expect(visit.Page.GetByText("Now check your mail")).ToBeVisibleAsync();
        Assert.Equal(2, bodies.Count);
        Proves(bodies[0], Ticket, 12);
        Proves(bodies[1], Ticket + "2", 14);
        Assert.Equal("sign-up-1", bodies[1].GetProperty("consent").GetString());
        Assert.Equal(["this-week", "tides"], bodies[1].GetProperty("newsletters").EnumerateArray().Select(n => n.GetString()!));
    }

    /// <summary>With the program's own tickets, none of them ours.</summary>
    [Fact]
    public async Task In_a_flood_the_script_proves_and_is_through()
    {
        var visit = await VisitAsync("/script", javaScript: true);
        await _program.UseUpNetworkAsync(Cancelled);
        var answers = new List<int>();
        visit.Page.Response += (_, answer) => answers.AddRange(answer.Request.Method == "POST" ? [answer.Status] : Array.Empty<int>());
        await SubmitAsync(visit.Page, "flood@reader.example");
        await Expect(visit.Page.GetByText("Now check your mail")).ToBeVisibleAsync();
        Assert.Equal([202], answers);
        // The page stays open longer than its ticket lives: the server asks anew, and the script answers.
        await visit.Page.RouteAsync("**/embed/token", route => FulfillAsync(route, 200, new { ticket = Ticket, difficulty = 12 }));
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Use another address" }).ClickAsync();
        await _program.UseUpNetworkAsync(Cancelled);
        await SubmitAsync(visit.Page, "again@reader.example");
        await Expect(visit.Page.GetByText("Now check your mail")).ToBeVisibleAsync();
        Assert.Equal([202, 429, 202], answers);
        await MailComesAsync(visit, "flood@reader.example");
        await MailComesAsync(visit, "again@reader.example");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task In_a_flood_the_frame_asks_for_one_press_more_inside(bool javaScript)
    {
        var visit = await VisitAsync("/frame", javaScript);
        var frame = visit.Page.FrameLocator("iframe");
        await frame.GetByLabel(Label).FillAsync("flood@reader.example");
        await _program.UseUpNetworkAsync(Cancelled);
        await frame.GetByRole(AriaRole.Button, new() { Name = "Sign up" }).ClickAsync();
        if (!javaScript)
        {
            await Expect(frame.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("One more press of the button");
            await visit.LookAsync("foreign-frame-check");
            await Task.Delay(TimeSpan.FromSeconds(2), Cancelled);
            await frame.GetByRole(AriaRole.Button, new() { Name = "Sign up" }).ClickAsync();
        }
        await Expect(frame.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Now check your mail", new() { Timeout = 20_000 });
        Assert.Equal(new Uri(_site.Url, "/frame").ToString(), visit.Page.Url);
        await LeavesNothingAsync(visit);
        await MailComesAsync(visit, "flood@reader.example");
    }

    [Fact]
    public async Task What_cannot_be_reached_ends_in_a_link_to_our_own_form()
    {
        var visit = await VisitAsync("/script", javaScript: true);
        await visit.Page.RouteAsync("**/api/v1/subscriptions", route => route.AbortAsync());
        await SubmitAsync(visit.Page, "offline@reader.example");
        var link = visit.Page.GetByRole(AriaRole.Link, new() { Name = "Sign up on our own page" });
        await Expect(link).ToBeVisibleAsync();
        Assert.Equal(new Uri(_program.Url, "/subscribe").ToString(), await link.GetAttributeAsync("href"));
        await Expect(visit.Page.GetByLabel(Label)).ToHaveValueAsync("offline@reader.example");
        await visit.LookAsync("foreign-script-offline");
    }

    [Fact]
    public async Task A_changed_script_is_not_run_where_its_hash_is_pinned()
    {
        _site.Has("/changed", Snippet("script").Replace("integrity=\"sha384-", "integrity=\"sha384-AAAA", StringComparison.Ordinal));
        var visit = await VisitAsync("/changed", javaScript: true);
        await visit.Page.WaitForLoadStateAsync(LoadState.NetworkIdle);
        Assert.Equal(0, await visit.Page.GetByLabel(Label).CountAsync());
    }

    [Fact]
    public async Task On_our_own_form_the_next_page_knows_the_address_from_the_browser_alone()
    {
        var visit = await VisitAsync("/link", javaScript: true);
        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "Sign up" }).ClickAsync();
        await visit.Page.GetByLabel(Label).FillAsync("own@reader.example");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Sign up" }).ClickAsync();
        await Expect(visit.Page).ToHaveURLAsync(new Uri(_program.Url, "/subscribe/check-your-mail").ToString());
        await Expect(visit.Page.Locator("[data-typed]")).ToContainTextAsync("own@reader.example");
        await Expect(visit.Page.GetByLabel(Label)).ToHaveValueAsync("own@reader.example");
        await visit.LookAsync("check-your-mail-own");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Send it again" }).ClickAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Now check your mail");
    }

    /// <summary>Under our own content policy, which forbids workers from blobs and inline styles.</summary>
    [Fact]
    public async Task The_demos_paper_has_it_at_the_foot_of_its_stories()
    {
        var visit = await VisitAsync("/link", javaScript: true);
        await visit.Page.GotoAsync("/");
        var faults = new List<string>();
        visit.Page.Console += (_, line) => faults.AddRange(line.Type == "error" && !line.Text.Contains("404", StringComparison.Ordinal) ? [line.Text] : Array.Empty<string>());
        await visit.Page.GotoAsync(await visit.Page.Locator("article h2 a").First.GetAttributeAsync("href") ?? "");
        await visit.LookAsync("story");
        await SubmitAsync(visit.Page, "paper@reader.example");
        await Expect(visit.Page.GetByText("Now check your mail")).ToBeVisibleAsync();
        await MailComesAsync(visit, "paper@reader.example");
        Assert.Empty(faults);
    }

    private async Task<Visit> VisitAsync(string path, bool javaScript)
    {
        var visit = new Visit(await _chromium.OpenAsync(_program.Url, javaScript), javaScript);
        await visit.Page.GotoAsync(new Uri(_site.Url, path).ToString());
        return visit;
    }

    private string Snippet(string kind) => _snippets.GetProperty(kind).GetProperty("html").GetString()!;

    private static async Task SubmitAsync(IPage page, string email)
    {
        await page.GetByLabel(Label).FillAsync(email);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign up", Exact = true }).ClickAsync();
    }

    private static async Task MailComesAsync(Visit visit, string email)
    {
        await visit.Page.GotoAsync("/dev/inbox");
        await visit.OpenMailAsync(email, "confirm");
    }

    private static async Task LeavesNothingAsync(Visit visit)
    {
        Assert.Empty(await visit.Page.Context.CookiesAsync());
        if (visit.JavaScript)
            Assert.Equal(0, await visit.Page.EvaluateAsync<int>("localStorage.length + sessionStorage.length"));
    }

    private static Task FulfillAsync(IRoute route, int status, object body) => route.FulfillAsync(new()
    {
        Status = status,
        ContentType = "application/json",
        Headers = new Dictionary<string, string> { ["Access-Control-Allow-Origin"] = "*" },
        Body = JsonSerializer.Serialize(body),
    });

    private static void Proves(JsonElement body, string ticket, int difficulty)
    {
        Assert.Equal(ticket, body.GetProperty("ticket").GetString());
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{ticket}.{body.GetProperty("nonce").GetString()}"));
        Assert.True(BitOperations.LeadingZeroCount(System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(hash)) >= difficulty, Convert.ToHexString(hash));
    }

    /// <summary>A ring of at least two pixels around what has the focus (WCAG 2.2, 2.4.7).</summary>
    private static async Task IsFocusedAndSeenAsync(ILocator element)
    {
        await Expect(element).ToBeFocusedAsync();
        Assert.True(await element.EvaluateAsync<bool>("e => { const s = getComputedStyle(e); return s.outlineStyle != 'none' && parseFloat(s.outlineWidth) >= 2 }"));
    }

    /// <summary>Everything to press, shadow roots included, is at least 44 pixels high.</summary>
    private static async Task BigEnoughAsync(IPage page)
    {
        foreach (var target in await page.Locator("form button:visible, form input[type=email], form label:has(input)").AllAsync())
            Assert.True((await target.BoundingBoxAsync())!.Height >= 44, await target.EvaluateAsync<string>("e => e.outerHTML"));
    }

    private static Task EveryInputIsLabelledAsync(IPage page) => EveryInputIsLabelledAsync(page.MainFrame);

    private static async Task EveryInputIsLabelledAsync(IFrame frame)
    {
        var inputs = await frame.Locator("input:not([type=hidden]):visible").AllAsync();
        Assert.NotEmpty(inputs);
        foreach (var input in inputs)
            Assert.True(await input.EvaluateAsync<bool>("e => e.labels.length > 0 && e.labels[0].textContent.trim().length > 0"), await input.EvaluateAsync<string>("e => e.outerHTML"));
    }
}
