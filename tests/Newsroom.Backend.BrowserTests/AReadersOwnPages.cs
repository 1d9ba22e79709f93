using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Newsroom.Backend.BrowserTests;

/// <summary>Everything a reader can do by mail and web, page by page, with scripts and without.</summary>
public sealed partial class AReadersOwnPages : IAsyncLifetime
{
    private const string Reader = "robin@reader.example";
    private const string NewAddress = "robin.new@reader.example";
    private Chromium _chromium = null!;
    private DemoProgram _program = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _chromium = await Chromium.LaunchAsync();
        _program = await DemoProgram.StartAsync(Cancelled);
    }

    public async ValueTask DisposeAsync()
    {
        await _program.DisposeAsync();
        await _chromium.DisposeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Lead_from_the_confirmation_to_the_last_byte_erased(bool javaScript)
    {
        var visit = await VisitAsync(javaScript);
        await ConfirmAsync(visit);
        await visit.OpenMailAsync(Reader, "Welcome");
        await visit.LookAtMailAsync("welcome");
        await visit.FollowMailLinkAsync("/preferences/");
        var preferences = visit.Page.Url;
        await visit.LookAsync("preferences");

        await ChooseAsync(visit);
        await PauseAsync(visit);
        await ChangeAddressAsync(visit, preferences);
        await AskHowMailStandsAsync(visit);
        await visit.Page.GotoAsync(preferences);
        await LeaveAndReturnAsync(visit);
        await visit.Page.GotoAsync(preferences);
        await EraseAsync(visit, preferences);
        Assert.DoesNotContain("fail:", _program.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Offer_fewer_mails_to_who_would_leave_a_newsletter(bool javaScript)
    {
        var visit = await VisitAsync(javaScript);
        await SignUpAsync(visit, Reader);
        await ConfirmAsync(visit, look: false);
        await SendDigestAsync();
        await visit.OpenMailAsync(Reader, "What the harbour talks about");
        await visit.FollowMailLinkAsync("/preferences/");
        await HeadlineIsAsync(visit, "Your preferences");
        await visit.OpenMailAsync(Reader, "What the harbour talks about");
        await visit.FollowMailLinkAsync("/unsubscribe/");
        await visit.Page.GetByRole(AriaRole.Button, new() { NameRegex = Leave() }).ClickAsync();
        await visit.LookAsync("unsubscribe-less-often");
        await visit.Page.Locator(".second-thought").GetByRole(AriaRole.Button).ClickAsync();
        await HeadlineIsAsync(visit, Again());
        await visit.LookAsync("unsubscribe-less-often-done");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Take_a_no_and_take_it_back(bool javaScript)
    {
        var visit = await VisitAsync(javaScript);
        await SignUpAsync(visit, "stranger@gmial.com");
        await Expect(visit.Page.GetByText("If you meant gmail.com")).ToBeVisibleAsync();
        await visit.LookAsync("check-your-mail-hint");
        await visit.OpenMailAsync("stranger@gmial.com", "confirm");
        await visit.FollowMailLinkAsync("/never/");
        await visit.LookAsync("never");
        await PressAsync(visit, "Never write to me again");
        await HeadlineIsAsync(visit, "We will not write to you again");
        await visit.LookAsync("never-done");
        await PressAsync(visit, "That was a mistake: bring it back");
        await HeadlineIsAsync(visit, "Taken back");
        await visit.LookAsync("never-undone");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Say_what_to_do_where_a_link_or_an_address_is_wrong(bool javaScript)
    {
        var visit = await VisitAsync(javaScript);
        foreach (var path in (string[])["confirm", "preferences", "preferences/address", "preferences/address/undo", "unsubscribe", "my-data", "never"])
        {
            await visit.Page.GotoAsync($"/{path}/cut-off");
            await HeadlineIsAsync(visit, "We do not know this link");
            await visit.LookAsync("unknown-" + path.Replace('/', '-'));
        }
        await visit.Page.GotoAsync("/subscribe");
        await PressAsync(visit, "Sign up");
        await Expect(visit.Page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        await visit.LookAsync("sign-up-error");
        await visit.Page.GotoAsync("/embed/subscribe");
        await visit.LookAsync("embed-subscribe");
        await visit.Page.GetByLabel("Your email address").FillAsync("framed@gmial.com");
        await PressAsync(visit, "Sign up");
        await HeadlineIsAsync(visit, "Now check your mail");
        await visit.LookAsync("embed-subscribe-sent");
        await visit.Page.GotoAsync("/privacy");
        await visit.LookAsync("privacy");
    }

    private async Task<Visit> VisitAsync(bool javaScript) => new(await _chromium.OpenAsync(_program.Url, javaScript), javaScript);

    private static async Task SignUpAsync(Visit visit, string address)
    {
        await visit.Page.GotoAsync("/subscribe");
        await visit.Page.GetByLabel("Your email address").FillAsync(address);
        await PressAsync(visit, "Sign up");
        await HeadlineIsAsync(visit, "Now check your mail");
    }

    private static async Task ConfirmAsync(Visit visit, bool look = true)
    {
        if (look)
            await SignUpAsync(visit, Reader);
        await visit.OpenMailAsync(Reader, "confirm");
        if (look)
            await visit.LookAtMailAsync("confirmation");
        await visit.FollowMailLinkAsync("/confirm/");
        await PressAsync(visit, "Confirm my subscription");
        await Expect(visit.Page.GetByText("Thank you")).ToBeVisibleAsync();
        if (look)
            await visit.LookAsync("confirmed");
    }

    private async Task SendDigestAsync()
    {
        await _program.TakeApiKeyAsync(Cancelled);
        await _program.PostAsync("/api/v1/stories/fetch", new { }, Cancelled);
        var newsletters = await _program.GetAsync("/api/v1/newsletters", Cancelled);
        var slug = newsletters.GetProperty("items")[0].GetProperty("slug").GetString();
        var digest = await _program.PostAsync("/api/v1/digests", new { newsletter = slug, subject = "What the harbour talks about" }, Cancelled);
        await _program.PostAsync($"/api/v1/digests/{digest.GetProperty("id").GetString()}/send", new { }, Cancelled);
    }

    private static async Task ChooseAsync(Visit visit)
    {
        var page = visit.Page;
        await page.GetByLabel("How often").First.SelectOptionAsync("weekly");
        await PressAsync(visit, "Save");
        await Expect(page.GetByRole(AriaRole.Status)).ToHaveTextAsync("Saved.");
        await Expect(page.GetByLabel("How often").First).ToHaveValueAsync("weekly");
        await page.GetByLabel("Your name").FillAsync("Robin");
        await PressAsync(visit, "Save the name");
        await Expect(page.GetByLabel("Your name")).ToHaveValueAsync("Robin");
        await page.GetByLabel("Your language").SelectOptionAsync("de");
        await PressAsync(visit, "Save the language");
        await Expect(page.GetByLabel("Your language")).ToHaveValueAsync("de");
        await page.GetByLabel("Your language").SelectOptionAsync("");
        await PressAsync(visit, "Save the language");
    }

    private static async Task PauseAsync(Visit visit)
    {
        await PressAsync(visit, "Pause for 30 days");
        await Expect(visit.Page.GetByText("You have paused everything")).ToBeVisibleAsync();
        await visit.LookAsync("preferences-paused");
        await PressAsync(visit, "Go on now");
        await Expect(visit.Page.GetByRole(AriaRole.Status)).ToContainTextAsync("come again");
    }

    private static async Task ChangeAddressAsync(Visit visit, string preferences)
    {
        await visit.Page.GotoAsync(preferences);
        await visit.Page.GetByLabel("New email address").FillAsync(NewAddress);
        await PressAsync(visit, "Change the address");
        await Expect(visit.Page.GetByRole(AriaRole.Status)).ToContainTextAsync("to the new address");
        await visit.OpenMailAsync(NewAddress, "new address");
        await visit.LookAtMailAsync("new-address");
        await visit.FollowMailLinkAsync("/preferences/address/");
        await visit.LookAsync("new-address");
        await PressAsync(visit, "Use this address");
        await HeadlineIsAsync(visit, "Your newsletters come here now");
        await visit.LookAsync("new-address-done");
        await visit.OpenMailAsync(Reader, "has changed");
        await visit.LookAtMailAsync("old-address");
        await visit.FollowMailLinkAsync("/preferences/address/undo/");
        await visit.LookAsync("old-address");
        await PressAsync(visit, "Keep the old address");
        await HeadlineIsAsync(visit, "Your newsletters come to the old address again");
        await visit.LookAsync("old-address-kept");
    }

    private static async Task AskHowMailStandsAsync(Visit visit)
    {
        await visit.Page.GotoAsync("/help/mail");
        await visit.LookAsync("help-mail");
        await visit.Page.GetByLabel("Your email address").FillAsync(Reader);
        await PressAsync(visit, "Mail me how it stands");
        await Expect(visit.Page.GetByRole(AriaRole.Status)).ToBeVisibleAsync();
        await visit.LookAsync("help-mail-asked");
        await visit.OpenMailAsync(Reader, "stands");
        await visit.LookAtMailAsync("mail-state");
    }

    private static async Task LeaveAndReturnAsync(Visit visit)
    {
        await PressAsync(visit, "Leave all newsletters");
        await Expect(visit.Page.GetByRole(AriaRole.Status)).ToContainTextAsync("You have left all");
        await visit.LookAsync("preferences-left");
        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "Bring it back" }).ClickAsync();
        await visit.LookAsync("unsubscribe-left");
        await PressAsync(visit, "That was a mistake: bring it back");
        await HeadlineIsAsync(visit, Again());
        await visit.LookAsync("unsubscribe-undone");
    }

    private static async Task EraseAsync(Visit visit, string preferences)
    {
        var page = visit.Page;
        await PressAsync(visit, "Mail me the link");
        await visit.OpenMailAsync(Reader, "Your data");
        await visit.LookAtMailAsync("my-data");
        await visit.FollowMailLinkAsync("/my-data/");
        var data = page.Url;
        await visit.LookAsync("my-data");
        var file = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Link, new() { Name = "Download my data" }).ClickAsync());
        Assert.Equal("my-data.json", file.SuggestedFilename);
        Assert.Contains(Reader, await File.ReadAllTextAsync(await file.PathAsync(), Cancelled), StringComparison.Ordinal);
        await PressAsync(visit, "Erase everything about me");
        await HeadlineIsAsync(visit, "Your data are erased");
        await visit.LookAsync("erased");
        await page.GotoAsync(data);
        await HeadlineIsAsync(visit, "Your data are erased");
        await visit.LookAsync("my-data-erased");
        await page.GotoAsync(preferences);
        await HeadlineIsAsync(visit, "We do not know this link");
    }

    private static Task PressAsync(Visit visit, string button) => visit.Page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).ClickAsync();

    private static Task HeadlineIsAsync(Visit visit, string words) => Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync(words);

    private static Task HeadlineIsAsync(Visit visit, Regex words) => Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync(words);

    [GeneratedRegex("^Leave (?!all)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Leave();

    [GeneratedRegex("^You get .* again$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Again();
}
