using Microsoft.Playwright;

namespace Newsroom.Backend.BrowserTests;

/// <summary>One person at one browser.</summary>
internal sealed record Visit(IPage Page, bool JavaScript)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public Task LookAsync(string name) => Look.AtAsync(Page, name, JavaScript);

    /// <summary>Opens the newest mail to an address whose line in the demo's inbox holds these words, once that many are there.</summary>
    public async Task OpenMailAsync(string to, string words, int expected = 1)
    {
        var mails = Page.Locator("main li").GetByRole(AriaRole.Link).Filter(new() { HasText = words });
        await UntilAsync(async () =>
        {
            await Page.GotoAsync("/dev/inbox?to=" + Uri.EscapeDataString(to));
            return await mails.CountAsync() >= expected;
        });
        await mails.First.ClickAsync();
    }

    /// <summary>Looks at the open mail in the inbox, and at its HTML as a page of its own.</summary>
    public async Task LookAtMailAsync(string name)
    {
        await LookAsync("inbox-" + name);
        var source = await Page.Locator("iframe").GetAttributeAsync("src");
        var html = await Page.APIRequest.GetAsync(new Uri(new Uri(Page.Url), source).ToString());
        var mail = await Page.Context.NewPageAsync();
        await mail.SetContentAsync(await html.TextAsync());
        await Look.AtAsync(mail, "mail-" + name, JavaScript, isMail: true);
        await mail.CloseAsync();
    }

    /// <summary>Goes where the open mail's link leads.</summary>
    public async Task FollowMailLinkAsync(string pathPart)
    {
        var link = Page.FrameLocator("iframe").Locator($"a[href*='{pathPart}']").First;
        await Page.GotoAsync(await link.GetAttributeAsync("href") ?? throw new InvalidOperationException("The link leads nowhere."));
    }

    public async Task UntilAsync(Func<Task<bool>> happened)
    {
        var deadline = TimeProvider.System.GetTimestamp();
        while (!await happened())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(deadline) < Patience, $"Waited in vain at {Page.Url}.");
            await Task.Delay(250);
        }
    }
}
