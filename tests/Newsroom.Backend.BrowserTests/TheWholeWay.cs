using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Newsroom.Backend.BrowserTests;

/// <summary>What a visitor of the demo does in the first minutes, as one walk, with scripts and without.</summary>
public sealed partial class TheWholeWay
{
    private const string Reader = "robin@reader.example";
    private const string Donor = "dana@donor.example";

    [Theory(Timeout = 1_200_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Leads_from_the_front_page_to_both_receipts(bool javaScript)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var chromium = await Chromium.LaunchAsync();
        await using var program = await DemoProgram.StartAsync(cancellationToken);
        var visit = new Visit(await chromium.OpenAsync(program.Url, javaScript), javaScript);

        await SubscribeAsync(visit);
        await ConfirmAsync(visit);
        await SendDigestAsync(program, visit, cancellationToken);
        await ReadAndLeaveAsync(visit);
        await GiveAsync(visit, "once", 15, "Pay $15.00");
        await GiveAsync(visit, "monthly", 10, "Pay $10.00");
        Assert.DoesNotContain("fail:", program.Output, StringComparison.Ordinal);
    }

    [Fact(Timeout = 600_000)]
    public async Task Shows_faults_in_words()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var chromium = await Chromium.LaunchAsync();
        await using var program = await DemoProgram.StartAsync(cancellationToken);
        var visit = new Visit(await chromium.OpenAsync(program.Url, javaScript: true), JavaScript: true);
        var page = visit.Page;

        await page.GotoAsync("/no-such-page");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("There is no page here");
        await visit.LookAsync("error-404");

        await page.GotoAsync("/subscribe");
        await visit.LookAsync("subscribe");
        await page.GetByLabel("email address").FillAsync("not an address");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign up" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        await Expect(page).ToHaveTitleAsync(new Regex("^Error: ", RegexOptions.None, TimeSpan.FromSeconds(1)));
        await visit.LookAsync("subscribe-error");

        await page.GotoAsync("/donate?amount=1e3&frequency=once");
        await visit.LookAsync("donate-bad-amount");
        await page.GotoAsync("/donate/cancelled");
        await visit.LookAsync("donate-cancelled");
        await page.GotoAsync("/archive");
        await visit.LookAsync("archive");
        await page.GotoAsync("/confirm/not-a-token");
        await visit.LookAsync("confirm-unknown");
    }

    private static async Task SubscribeAsync(Visit visit)
    {
        await visit.Page.GotoAsync("/");
        await visit.LookAsync("front-page");
        var form = visit.Page.Locator("form[action$='/subscribe']").First;
        await form.GetByLabel("mail address").FillAsync(Reader);
        await form.GetByRole(AriaRole.Button, new() { Name = "Sign up" }).ClickAsync();
        await Expect(visit.Page).ToHaveURLAsync(CheckYourMail());
        await visit.LookAsync("check-your-mail");
    }

    private static async Task ConfirmAsync(Visit visit)
    {
        await visit.OpenMailAsync(Reader, "confirm");
        await visit.LookAtMailAsync("confirmation");
        await visit.FollowMailLinkAsync("/confirm/");
        await visit.LookAsync("confirm");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Confirm my subscription" }).ClickAsync();
        await Expect(visit.Page.GetByText("Thank you")).ToBeVisibleAsync();
        await visit.LookAsync("confirmed");
    }

    private static async Task SendDigestAsync(DemoProgram program, Visit visit, CancellationToken cancellationToken)
    {
        await visit.Page.GotoAsync("/");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Publish a story" }).ClickAsync();
        await program.TakeApiKeyAsync(cancellationToken);
        await program.PostAsync("/api/v1/stories/fetch", new { }, cancellationToken);
        var newsletters = await program.GetAsync("/api/v1/newsletters", cancellationToken);
        var slug = newsletters.GetProperty("items")[0].GetProperty("slug").GetString();
        var digest = await program.PostAsync("/api/v1/digests", new { newsletter = slug, subject = "What the harbour talks about" }, cancellationToken);
        var id = digest.GetProperty("id").GetString();
        await program.PostAsync($"/api/v1/digests/{id}/send", new { }, cancellationToken);
        for (var sent = digest; sent.GetProperty("status").GetString() != "sent"; sent = await program.GetAsync($"/api/v1/digests/{id}", cancellationToken))
            await Task.Delay(200, cancellationToken);
        await LedgerClosesAsync(program, id!, cancellationToken);
    }

    private static async Task LedgerClosesAsync(DemoProgram program, string id, CancellationToken cancellationToken)
    {
        var ledger = (await program.GetAsync($"/api/v1/digests/{id}", cancellationToken)).GetProperty("ledger");
        int Of(string name) => ledger.GetProperty(name).GetInt32();
        Assert.Equal(Of("planned"), Of("accepted") + Of("refused") + Of("withheld") + Of("uncertain"));
        Assert.Equal(0, Of("remaining"));
    }

    private static async Task ReadAndLeaveAsync(Visit visit)
    {
        await visit.OpenMailAsync(Reader, "What the harbour talks about");
        await visit.LookAtMailAsync("digest");
        await visit.FollowMailLinkAsync("/archive/");
        await visit.LookAsync("archive-edition");
        await visit.OpenMailAsync(Reader, "What the harbour talks about");
        await visit.FollowMailLinkAsync("/unsubscribe/");
        await visit.LookAsync("unsubscribe");
        await visit.Page.GetByRole(AriaRole.Button, new() { NameRegex = Leave() }).First.ClickAsync();
        await Expect(visit.Page.GetByText("We have stopped sending it to you")).ToBeVisibleAsync();
        await visit.LookAsync("unsubscribed");
    }

    private static async Task GiveAsync(Visit visit, string frequency, int amount, string pay)
    {
        var page = visit.Page;
        await page.GotoAsync($"/donate?amount={amount}&frequency={frequency}");
        await visit.LookAsync($"donate-{frequency}");
        await page.GetByLabel(Email()).First.FillAsync(Donor);
        await page.GetByRole(AriaRole.Button, new() { NameRegex = Give() }).First.ClickAsync();
        await visit.LookAsync($"checkout-{frequency}");
        await page.GetByRole(AriaRole.Button, new() { Name = pay, Exact = true }).ClickAsync();
        await Expect(page).ToHaveURLAsync(Thanks());
        // "Your gift is being confirmed" comes first and renews itself until then.
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Thank you", Exact = true })).ToBeVisibleAsync();
        await Expect(page.GetByText($"${amount}", new() { Exact = false }).First).ToBeVisibleAsync();
        await visit.LookAsync($"thanks-{frequency}");
        await visit.OpenMailAsync(Donor, "receipt", expected: frequency == "once" ? 1 : 2);
        await visit.LookAtMailAsync($"receipt-{frequency}");
        await Expect(page.FrameLocator("iframe").GetByText($"${amount}.00 USD").First).ToBeVisibleAsync();
    }

    [GeneratedRegex("/subscribe/check-your-mail", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex CheckYourMail();

    [GeneratedRegex("^Leave (?!all)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Leave();

    [GeneratedRegex("e-?mail", RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Email();

    [GeneratedRegex("^Give", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Give();

    [GeneratedRegex("/donate/thanks", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Thanks();
}
