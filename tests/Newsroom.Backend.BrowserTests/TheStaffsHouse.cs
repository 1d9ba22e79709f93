using Microsoft.Playwright;
using Newsroom.Backend.Tests.Staff;
using static Microsoft.Playwright.Assertions;
using static Newsroom.Backend.BrowserTests.StaffSteps;

namespace Newsroom.Backend.BrowserTests;

/// <summary>From the console's set-up link to a newsroom that works: an administrator with a passkey, an editor with password and code, and what each may see.</summary>
public sealed class TheStaffsHouse
{
    private const string Password = "four quiet words here";

    [Fact(Timeout = 1_200_000)]
    public async Task Is_entered_by_a_passkey_and_an_invited_editor_comes_in_by_password_and_code()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var chromium = await Chromium.LaunchAsync();
        await using var program = await DemoProgram.StartAsync(cancellationToken, peopled: true);
        var anna = new Visit(await chromium.OpenAsync(SiteOf(program), javaScript: true), JavaScript: true);
        await HasAuthenticatorAsync(anna.Page);

        await anna.Page.GotoAsync(SetUpLinkOf(program));
        await anna.LookAsync("staff-setup");
        await anna.Page.GetByLabel("Where readers write to").FillAsync("hello@harbour-gazette.example.org");
        await PressAsync(anna.Page, "Go on");
        await anna.LookAsync("staff-setup-you");
        await anna.Page.GetByLabel("Your name").FillAsync("Anna Marsh");
        await anna.Page.GetByLabel("Your email address").FillAsync("anna@gazette.example");
        await PressAsync(anna.Page, "Go on");
        await anna.LookAsync("staff-sign-in-method");
        await PressAsync(anna.Page, "Make a passkey");
        await Expect(anna.Page).ToHaveURLAsync(Dashboard());
        await anna.LookAsync("staff-dashboard");

        await PressAsync(anna.Page, "Sign out");
        await anna.LookAsync("staff-sign-in");
        await PressAsync(anna.Page, "Sign in with a passkey");
        await Expect(anna.Page).ToHaveURLAsync(Dashboard());
        foreach (var (path, name) in new[]
        {
            ("/staff/people", "people"), ("/staff/keys", "keys"), ("/staff/audit", "audit"), ("/staff/account", "account"),
            ("/staff/digests", "digests"), ("/staff/subscribers", "subscribers"), ("/staff/donations", "donations"),
            ("/staff/newsletters", "newsletters"), ("/staff/forms", "forms"), ("/staff/forms/donate", "forms-donate"), ("/staff/suppressions", "suppressions"),
            ("/staff/bounces", "bounces"), ("/staff/imports", "imports-empty"), ("/staff/imports/export", "export"),
            ("/staff/stories", "stories"), ("/staff/plans", "plans"), ("/staff/ledger", "ledger"), ("/staff/payouts", "payouts"), ("/staff/unmatched", "unmatched"),
            ("/staff/campaigns", "campaigns"), ("/staff/campaigns/new", "campaign-new"), ("/staff/campaigns/year-end", "campaign"),
            ("/staff/status", "status"), ("/staff/settings", "settings"), ("/staff/settings/newsroom", "newsroom"), ("/staff/webhooks", "webhooks"),
        })
        {
            await anna.Page.GotoAsync(path);
            await anna.LookAsync("staff-" + name);
        }
        await anna.Page.GotoAsync("/donate?campaign=year-end");
        await anna.LookAsync("donate-campaign");
        foreach (var (list, name) in new[] { ("/staff/digests?status=Sent", "digest"), ("/staff/subscribers", "subscriber"), ("/staff/donations", "donation"), ("/staff/payouts", "payout") })
        {
            await anna.Page.GotoAsync(list);
            await anna.Page.Locator("tbody th a").First.ClickAsync();
            await anna.LookAsync("staff-" + name);
        }
        await anna.Page.GotoAsync("/staff/digests?status=Sent");
        await anna.Page.Locator("tbody th a").First.ClickAsync();
        await anna.Page.GetByRole(AriaRole.Link, new() { Name = "Each reader's copy" }).ClickAsync();
        await anna.LookAsync("staff-deliveries");

        await anna.Page.GotoAsync("/staff/people");
        await anna.Page.GetByLabel("Name", new() { Exact = true }).FillAsync("Mira Holt");
        await anna.Page.GetByLabel("Email address").FillAsync("mira@gazette.example");
        await anna.Page.GetByRole(AriaRole.Radio, new() { Name = "Editor" }).CheckAsync();
        await PressAsync(anna.Page, "Send the invitation");
        await Expect(anna.Page.GetByText("An invitation is on its way to Mira Holt.")).ToBeVisibleAsync();
        await anna.OpenMailAsync("mira@gazette.example", "invites you");
        await anna.LookAtMailAsync("staff-invitation");

        // At the address that the mail's link has.
        var mira = new Visit(await chromium.OpenAsync(program.Url, javaScript: true), JavaScript: true);
        await mira.OpenMailAsync("mira@gazette.example", "invites you");
        await mira.FollowMailLinkAsync("/staff/enter/");
        await PressAsync(mira.Page, "Go on");
        var key = await mira.Page.Locator("code.key").TextContentAsync() ?? "";
        await mira.Page.GetByLabel("New password").FillAsync(Password);
        await mira.Page.GetByLabel("The six digits").FillAsync(Totp.Now(key));
        await PressAsync(mira.Page, "Use password and app");
        await mira.LookAsync("staff-recovery-codes");
        await mira.Page.GetByRole(AriaRole.Link, new() { Name = "I have kept them" }).ClickAsync();
        await Expect(mira.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync("Today at");
        await Expect(mira.Page.GetByRole(AriaRole.Link, new() { Name = "People" })).ToHaveCountAsync(0);
        await mira.Page.GotoAsync("/staff/people");
        await Expect(mira.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync("not allowed");
        await mira.Page.GotoAsync("/subscribe");
        await Expect(mira.Page.GetByRole(AriaRole.Link, new() { Name = "hello@harbour-gazette.example.org" })).ToBeVisibleAsync();
        Assert.DoesNotContain("fail:", program.Output, StringComparison.Ordinal);
    }
}
