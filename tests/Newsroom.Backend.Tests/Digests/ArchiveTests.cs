using System.Net;
using System.Xml.Linq;
using Microsoft.EntityFrameworkCore;

namespace Newsroom.Backend.Tests.Digests;

public sealed class TheArchive : IAsyncLifetime
{
    private NewsroomApp _app = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _app = await NewsroomApp.StartAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Shows_what_was_sent_and_nothing_of_its_readers()
    {
        var digest = await _app.ReadyDigestAsync(3);
        foreach (var path in new[] { "/archive/this-week/1", "/archive/nothing", "/archive/this-week/2", "/archive/this-week/x" })
            Assert.Equal(HttpStatusCode.NotFound, (await _app.Http.GetAsync(path, Stop)).StatusCode);
        Assert.Contains("Nothing has been sent yet", await PageAsync("/archive"), StringComparison.Ordinal);
        await _app.StepAsync(digest, "send");
        await _app.RunDueJobsAsync();

        foreach (var path in new[] { "/archive", "/archive/this-week", "/archive/this-week/1" })
        {
            var page = await PageAsync(path);
            Assert.Contains("Story 1: the harbour’s “new” bridge", WebUtility.HtmlDecode(page), StringComparison.Ordinal);
            Assert.DoesNotContain("readers.example.org", page, StringComparison.Ordinal);
            Assert.DoesNotContain("/unsubscribe/", page, StringComparison.Ordinal);
            Assert.DoesNotContain("Reader 1", page, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Is_where_every_mail_links_to()
    {
        await _app.StepAsync(await _app.ReadyDigestAsync(1), "send");
        await _app.RunDueJobsAsync();
        var mail = Assert.Single(_app.Mails);
        Assert.Equal($"<{NewsroomApp.PublicUrl}/archive/this-week/1>", Assert.Single(mail.Header("List-Archive")));
        Assert.Equal(HttpStatusCode.OK, (await _app.Http.GetAsync(mail.Link("/archive/"), Stop)).StatusCode);
        Assert.Contains($"{NewsroomApp.PublicUrl}/archive/this-week/1", mail.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Has_a_feed_of_its_own()
    {
        await _app.StepAsync(await _app.ReadyDigestAsync(1), "send");
        await _app.RunDueJobsAsync();
        var response = await _app.Http.GetAsync("/archive/feed.xml", Stop);
        Assert.Equal("application/rss+xml", response.Content.Headers.ContentType!.MediaType);
        var item = Assert.Single(XDocument.Parse(await response.Content.ReadAsStringAsync(Stop)).Descendants("item"));
        Assert.Equal($"{NewsroomApp.PublicUrl}/archive/this-week/1", (string)item.Element("link")!);
        Assert.Equal("This Week: Story 1: the harbour’s “new” bridge", (string)item.Element("title")!);
        Assert.Equal("Tue, 24 Nov 2026 12:00:00 GMT", (string)item.Element("pubDate")!);
    }

    [Fact]
    public async Task Says_which_story_was_withdrawn_since()
    {
        await _app.StepAsync(await _app.ReadyDigestAsync(1), "send");
        await _app.RunDueJobsAsync();
        await _app.ArrangeAsync(async db => (await db.Stories.SingleAsync()).WithdrawnAt = NewsroomApp.Start);
        var page = await PageAsync("/archive/this-week/1");
        Assert.Contains("has been withdrawn since", page, StringComparison.Ordinal);
        Assert.DoesNotContain("https://www.example.org/stories/1", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Opening_every_link_of_a_mail_twenty_times_changes_nothing()
    {
        await _app.StepAsync(await _app.ReadyDigestAsync(1), "send");
        await _app.RunDueJobsAsync();
        var before = await StateAsync();
        var links = Assert.Single(_app.Mails).HtmlLinks.Where(l => l.StartsWith(NewsroomApp.PublicUrl, StringComparison.Ordinal)).ToList();
        Assert.Contains(links, l => l.Contains("/unsubscribe/", StringComparison.Ordinal));
        for (var time = 0; time < 20; time++)
        {
            foreach (var link in links)
                Assert.Equal(HttpStatusCode.OK, (await _app.Http.GetAsync(new Uri(link).PathAndQuery, Stop)).StatusCode);
        }
        Assert.Equal(before, await StateAsync());
    }

    private async Task<string> PageAsync(string path)
    {
        var response = await _app.Http.GetAsync(path, Stop);
        var page = await response.Content.ReadAsStringAsync(Stop);
        Assert.True(response.StatusCode == HttpStatusCode.OK, page);
        return page;
    }

    private Task<string> StateAsync() => _app.ReadAsync(async db => string.Join(';',
        await db.Subscriptions.Select(s => s.State).ToListAsync(), await db.Subscribers.Select(s => s.Status).SingleAsync(),
        await db.Consents.CountAsync(), await db.Deliveries.Select(d => d.State).SingleAsync(), await db.Suppressions.CountAsync()));
}
