using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Newsroom.Backend.Tests.Stories;

public sealed class PushingAndListing : IAsyncLifetime
{
    private NewsroomApp _app = null!;

    public async ValueTask InitializeAsync() => _app = await NewsroomApp.StartAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task A_pushed_story_is_new_once_and_updated_after_that()
    {
        var first = await _app.PushStoryAsync(new { url = "https://gazette.example.org/a/?utm_source=x", title = "A &amp; B", summary = "<p>Text</p>", section = "World" });
        var again = await _app.PushStoryAsync(new { url = "http://gazette.example.org/a", title = "A & B, corrected" });
        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.OK), (first.StatusCode, again.StatusCode));
        var (created, known) = (await JsonAsync(first), await JsonAsync(again));
        Assert.Equal("https://gazette.example.org/a/", created.GetProperty("url").GetString());
        Assert.Equal(("A & B", "Text", false), (created.GetProperty("title").GetString(), created.GetProperty("summary").GetString(), created.GetProperty("seenBefore").GetBoolean()));
        Assert.Equal(created.GetProperty("id").GetString(), known.GetProperty("id").GetString());
        Assert.Equal(("A & B, corrected", "World"), (known.GetProperty("title").GetString(), known.GetProperty("section").GetString()));
    }

    [Fact]
    public async Task A_pushed_story_is_the_same_when_the_feed_shows_it_and_renames_it()
    {
        await using var site = await FeedSite.StartAsync();
        await using var app = await NewsroomApp.ReadingAsync(site.Feed);
        site.Serves(Rss.Stories(1));
        await app.FetchOneAsync();
        await app.PushStoryAsync(new { url = "https://gazette.example.org/2026/11/story-2/", title = "Story 2" });
        site.Serves(Rss.Stories(2, 1));
        Assert.Equal(0, (await app.FetchOneAsync()).GetProperty("newStories").GetInt32());
        site.Serves(Rss.Of(Rss.Item(2, link: "https://gazette.example.org/renamed/"), Rss.Item(1)));
        Assert.Equal(0, (await app.FetchOneAsync()).GetProperty("newStories").GetInt32());
        Assert.Equal("https://gazette.example.org/renamed/", (await app.StoriesAsync())[1].Link);
    }

    [Fact]
    public async Task Two_pushes_at_once_make_one_story()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(n => _app.PushStoryAsync(new { url = "https://gazette.example.org/a", title = $"A {n}" })));
        Assert.Equal(1, answers.Count(a => a.StatusCode == HttpStatusCode.Created));
        Assert.Equal(7, answers.Count(a => a.StatusCode == HttpStatusCode.OK));
        Assert.Single(await _app.StoriesAsync());
    }

    [Fact]
    public async Task A_withdrawn_story_is_in_no_new_digest_until_it_is_brought_back()
    {
        await _app.AddNewsletterAsync();
        var id = (await _app.PushStoriesAsync())[0];
        var withdrawn = await _app.PostAsync($"/api/v1/stories/{id}/withdraw", null, HttpStatusCode.OK);
        Assert.Equal((id, NewsroomApp.Start), ((string)withdrawn["id"]!, (DateTimeOffset)withdrawn["withdrawnAt"]!));
        _app.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(NewsroomApp.Start, (DateTimeOffset)(await _app.PostAsync($"/api/v1/stories/{id}/withdraw", null, HttpStatusCode.OK))["withdrawnAt"]!);
        await _app.PostAsync("/api/v1/digests", new { newsletter = "this-week" }, HttpStatusCode.Conflict);
        var back = await _app.PostAsync($"/api/v1/stories/{id}/bring-back", null, HttpStatusCode.OK);
        Assert.Null(back["withdrawnAt"]);
        await _app.ComposeAsync();
        await _app.PostAsync("/api/v1/stories/sto_none/withdraw", null, HttpStatusCode.NotFound);
        await _app.PostAsync("/api/v1/stories/sto_none/bring-back", null, HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("url", """{"title":"T"}""")]
    [InlineData("url", """{"url":"javascript:alert(1)","title":"T"}""")]
    [InlineData("url", """{"url":"/relative","title":"T"}""")]
    [InlineData("title", """{"url":"https://a.example.org/"}""")]
    [InlineData("title", """{"url":"https://a.example.org/","title":"<b></b> "}""")]
    [InlineData("imageUrl", """{"url":"https://a.example.org/","title":"T","imageUrl":"data:x"}""")]
    [InlineData("publishedAt", """{"url":"https://a.example.org/","title":"T","publishedAt":"2026-11-25T12:00:00Z"}""")]
    public async Task What_is_wrong_is_named(string field, string body)
    {
        var answer = await _app.Api.PostAsync("/api/v1/stories", new StringContent(body, System.Text.Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Equal([field], (await JsonAsync(answer)).GetProperty("errors").EnumerateObject().Select(e => e.Name));
        Assert.Empty(await _app.StoriesAsync());
    }

    [Fact]
    public async Task The_list_begins_with_the_last_story_and_pages_without_gaps_while_stories_come_in()
    {
        for (var n = 1; n <= 5; n++)
            await _app.PushStoryAsync(new { url = $"https://gazette.example.org/{n}", title = $"Story {n}" });
        var first = await ListAsync("?limit=2");
        await _app.PushStoryAsync(new { url = "https://gazette.example.org/6", title = "Story 6" });
        var second = await ListAsync($"?limit=2&after={first.Next}");
        var third = await ListAsync($"?limit=2&after={second.Next}");
        Assert.Equal(["Story 5", "Story 4", "Story 3", "Story 2", "Story 1"], [.. first.Titles, .. second.Titles, .. third.Titles]);
        Assert.Null(third.Next);
        var wrong = await _app.Api.GetAsync("/api/v1/stories?after=nonsense", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, wrong.StatusCode);
    }

    [Fact]
    public async Task Without_a_key_nothing_is_told_or_taken()
    {
        Assert.Equal(HttpStatusCode.Unauthorized, (await _app.Http.GetAsync("/api/v1/stories", TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await _app.Http.PostAsJsonAsync("/api/v1/stories", new { }, TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await _app.Http.PostAsync("/api/v1/stories/fetch", null, TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await _app.Http.PostAsync("/api/v1/stories/sto_none/withdraw", null, TestContext.Current.CancellationToken)).StatusCode);
    }

    private async Task<(List<string?> Titles, string? Next)> ListAsync(string query)
    {
        var page = await JsonAsync(await _app.Api.GetAsync("/api/v1/stories" + query, TestContext.Current.CancellationToken));
        return ([.. page.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("title").GetString())], page.GetProperty("next").GetString());
    }

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage response) =>
        (await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken));
}
