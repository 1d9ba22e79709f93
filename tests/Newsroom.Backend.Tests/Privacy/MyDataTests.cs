using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Subscribers.Privacy;

namespace Newsroom.Backend.Tests.Privacy;

public sealed class MyData : IAsyncLifetime
{
    private const string Browser = "text/html,application/xhtml+xml,*/*;q=0.8";
    private NewsroomApp _app = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _app = await NewsroomApp.StartAsync();
        await _app.AddNewsletterAsync();
        await _app.SubscribeAsync("ada@example.org");
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Theory]
    [InlineData("*/*")]
    [InlineData("application/json")]
    [InlineData("")]
    public async Task Comes_as_a_file_of_JSON_to_programs(string accept)
    {
        var answer = await _app.GetAsync(await _app.MyDataLinkAsync("ada@example.org"), accept);
        var body = await answer.Content.ReadAsStringAsync(Cancelled);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, body);
        Assert.Equal("attachment", answer.Content.Headers.ContentDisposition?.DispositionType);
        Assert.Equal("no-store", answer.Headers.CacheControl?.ToString());
        Assert.Equal("no-referrer", string.Join(',', answer.Headers.GetValues("Referrer-Policy")));
        var reader = JsonDocument.Parse(body).RootElement.GetProperty("reader");
        Assert.Equal("ada@example.org", reader.GetProperty("address").GetString());
        Assert.Equal("active", reader.GetProperty("newsletters")[0].GetProperty("state").GetString());
        Assert.Equal("intact", reader.GetProperty("consentChain").GetProperty("state").GetString());
        Assert.Equal(2, reader.GetProperty("consents").GetArrayLength());
    }

    [Fact]
    public async Task Comes_as_a_page_with_the_file_and_the_erasure_to_browsers()
    {
        var link = await _app.MyDataLinkAsync("ada@example.org");
        var answer = await _app.GetAsync(link, Browser);
        var page = await answer.Content.ReadAsStringAsync(Cancelled);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, page);
        Assert.Contains("What comes to you: This Week.", page, StringComparison.Ordinal);
        Assert.Contains($"action=\"{link}/erase\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("attachment", (await _app.GetAsync(link + "?file", Browser)).Content.Headers.ContentDisposition?.DispositionType);
    }

    [Fact]
    public async Task Is_not_opened_by_links_of_other_mails()
    {
        var id = await _app.ReadAsync(db => db.Subscribers.Select(s => s.PublicId).SingleAsync(Cancelled));
        foreach (var token in new[]
        {
            await _app.SignAsync("preferences", id), (await _app.LeaveLinkAsync("ada@example.org", "this-week")).Split('/')[^1], "nonsense", "a.b.c",
            (await _app.SignAsync(MyDataLink.Purpose, id))[..^1] + "!",
        })
        {
            Assert.Equal(HttpStatusCode.NotFound, (await _app.GetAsync("/my-data/" + token, Browser)).StatusCode);
            Assert.Equal(HttpStatusCode.SeeOther, (await _app.PostFormAsync($"/my-data/{token}/erase")).StatusCode);
        }
        Assert.Equal("confirmed", await _app.StatusAsync("ada@example.org"));
    }

    [Theory]
    [InlineData("%0A", "%0A")]
    [InlineData("é", "%C3%A9")]
    [InlineData("a%20b", "a%20b")]
    public async Task Is_led_back_to_from_its_erasure_whatever_somebody_made_of_the_link(string token, string escaped)
    {
        Assert.Equal("/my-data/" + escaped, (await _app.GetAsync($"/my-data/{token}/erase", Browser)).Headers.Location?.OriginalString);
        var posted = await _app.PostFormAsync($"/my-data/{token}/erase");
        Assert.Equal((HttpStatusCode.SeeOther, "/my-data/" + escaped), (posted.StatusCode, posted.Headers.Location?.OriginalString));
    }

    [Fact]
    public async Task Erases_by_its_button_and_says_what_stays()
    {
        var link = await _app.MyDataLinkAsync("ada@example.org");
        foreach (var _ in Enumerable.Range(0, 2))
        {
            var answer = await _app.PostFormAsync(link + "/erase");
            var page = await answer.Content.ReadAsStringAsync(Cancelled);
            Assert.True(answer.StatusCode == HttpStatusCode.OK, page);
            Assert.Contains("A keyed hash of your address", page, StringComparison.Ordinal);
        }
        Assert.Null(await _app.SubscriberAsync("ada@example.org"));
    }

    [Fact]
    public async Task Opens_for_a_week_and_then_says_how_to_get_a_new_link()
    {
        var link = await _app.MyDataLinkAsync("ada@example.org");
        await _app.AdvanceAsync(DataRequest.LinkLifetime - TimeSpan.FromMinutes(1));
        Assert.Equal(HttpStatusCode.OK, (await _app.GetAsync(link, Browser)).StatusCode);
        await _app.AdvanceAsync(TimeSpan.FromMinutes(1));
        var expired = await _app.GetAsync(link, Browser);
        Assert.Equal(HttpStatusCode.Gone, expired.StatusCode);
        Assert.Contains("To get a new one", await expired.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.SeeOther, (await _app.PostFormAsync(link + "/erase")).StatusCode);
        Assert.Equal("confirmed", await _app.StatusAsync("ada@example.org"));
    }

    [Fact]
    public async Task Opened_again_and_again_changes_nothing()
    {
        var link = await _app.MyDataLinkAsync("ada@example.org");
        var before = await _app.DumpAsync();
        foreach (var path in new[] { link, link + "?file", link + "/erase", link + "/erase?confirm=yes", "/privacy" })
        {
            Assert.True((int)(await _app.GetAsync(path, Browser)).StatusCode < 400);
            Assert.True((int)(await _app.GetAsync(path, "*/*")).StatusCode < 400);
        }
        Assert.Equal(before, await _app.DumpAsync());
    }

    [Fact]
    public async Task Is_mailed_three_times_a_day_at_most()
    {
        for (var time = 0; time < SendMyDataLink.MostADay; time++)
            Assert.Equal(MyDataLinkOutcome.Sent, await _app.AskForMyDataAsync("ada@example.org"));
        Assert.Equal(MyDataLinkOutcome.EnoughForToday, await _app.AskForMyDataAsync("ada@example.org"));
        await _app.AdvanceAsync(TimeSpan.FromDays(1));
        Assert.Equal(MyDataLinkOutcome.Sent, await _app.AskForMyDataAsync("ada@example.org"));
    }

    [Fact]
    public async Task Has_the_gifts_of_the_same_address_and_nobody_elses()
    {
        await using var giving = await GivingApp.StartAsync();
        await giving.Newsroom.AddNewsletterAsync();
        await giving.Newsroom.SubscribeAsync("ada@example.org");
        await giving.DeliverAsync(giving.Pay(await giving.OpenCheckoutAsync("15", more: [("name", "Ada Reader"), ("message", "For the harbour")])));
        await giving.DeliverAsync(giving.Pay(await giving.OpenCheckoutAsync("20", email: "bob@example.org")));
        await giving.Newsroom.RunDueJobsAsync();
        var answer = await giving.Newsroom.GetAsync(await giving.Newsroom.MyDataLinkAsync("ada@example.org"), "*/*");
        var gift = Assert.Single(JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancelled)).RootElement.GetProperty("gifts").GetProperty("gifts").EnumerateArray());
        Assert.Equal((1500, "Ada Reader", "For the harbour", "2026-000001"),
            (gift.GetProperty("amountMinor").GetInt64(), gift.GetProperty("name").GetString(), gift.GetProperty("message").GetString(), gift.GetProperty("receipt").GetString()));
    }

    [Fact]
    public async Task The_privacy_page_is_the_rules_that_the_jobs_keep()
    {
        var page = WebUtility.HtmlDecode(await _app.Http.GetStringAsync("/privacy", Cancelled));
        var rules = _app.RetentionRules();
        Assert.True(rules.Count >= 8, $"{rules.Count}");
        Assert.All(rules, r => Assert.Contains($"<td>{r.What}</td><td>{r.Why}</td><td>{r.HowLong}</td>", page, StringComparison.Ordinal));
        Assert.Contains("href=\"/privacy\"", await _app.Http.GetStringAsync("/", Cancelled), StringComparison.Ordinal);
    }
}
