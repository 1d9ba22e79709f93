using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Newsroom.Backend.Tests.Stories;

/// <summary>A WordPress site that shows three stories a page: <c>/feed/</c>, <c>/feed/?paged=2</c> … and 404 after the last.</summary>
public sealed class ReadingOlderPages : IAsyncLifetime
{
    private const int Shown = 3;

    private readonly List<int> _asked = [];
    private readonly List<string?> _conditions = [];
    private FeedSite _site = null!;
    private NewsroomApp _app = null!;

    public async ValueTask InitializeAsync()
    {
        _site = await FeedSite.StartAsync();
        _app = await NewsroomApp.ReadingAsync(_site.Feed);
        Publishes(Items(3, 2, 1));
        await _app.FetchOneAsync();
        _asked.Clear();
        _app.Clock.Advance(TimeSpan.FromHours(12));
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _site.DisposeAsync();
    }

    [Fact]
    public async Task Finds_what_came_and_went_between_two_polls_in_its_order()
    {
        Publishes(Items(10, 9, 8, 7, 6, 5, 4, 3, 2, 1));
        var report = await _app.FetchOneAsync();
        Assert.Equal((7, null), (report.GetProperty("newStories").GetInt32(), report.GetProperty("warning").GetString()));
        Assert.Equal(Enumerable.Range(4, 7).Select(n => $"Story {n}"), await _app.OfferedAsync());
        // The third page ends with story 2.
        Assert.Equal([1, 2, 3], _asked);
        _asked.Clear();
        await _app.FetchOneAsync();
        Assert.Equal([1], _asked);
    }

    [Fact]
    public async Task Asks_for_no_more_where_the_page_ends_with_a_known_story()
    {
        Publishes(Items(5, 4, 3, 2, 1));
        await _app.FetchOneAsync();
        Assert.Equal([1], _asked);
    }

    [Fact]
    public async Task A_known_story_that_is_kept_on_top_hides_nothing()
    {
        Publishes([Rss.Item(1, published: NewsroomApp.Start.AddDays(-9)), .. Items(7, 6, 5, 4, 3, 2)]);
        await _app.FetchOneAsync();
        Assert.Equal(["Story 4", "Story 5", "Story 6", "Story 7"], await _app.OfferedAsync());
    }

    [Fact]
    public async Task Stops_after_five_pages_more()
    {
        Publishes(Items([.. Enumerable.Range(4, 40).Reverse()]));
        var report = await _app.FetchOneAsync();
        Assert.Equal([1, 2, 3, 4, 5, 6], _asked);
        Assert.Equal(18, report.GetProperty("newStories").GetInt32());
        Assert.StartsWith("Every item of the feed is new", report.GetProperty("warning").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stops_where_the_site_has_no_such_page_or_shows_the_same_again()
    {
        Publishes(Items(6, 5, 4));
        Assert.Equal(3, (await _app.FetchOneAsync()).GetProperty("newStories").GetInt32());
        Assert.Equal([1, 2], _asked);
        _asked.Clear();
        Publishes(Items(9, 8, 7), whateverIsAsked: true);
        Assert.Equal(3, (await _app.FetchOneAsync()).GetProperty("newStories").GetInt32());
        Assert.Equal([1, 2], _asked);
    }

    [Fact]
    public async Task What_was_there_before_the_first_read_is_not_news_on_an_older_page_either()
    {
        Publishes([.. Items(6, 5, 4), Rss.Item(102, published: NewsroomApp.Start.AddDays(-2)), Rss.Item(101, published: NewsroomApp.Start.AddDays(-3))]);
        await _app.FetchOneAsync();
        Assert.Equal(["Story 4", "Story 5", "Story 6"], await _app.OfferedAsync());
    }

    [Fact]
    public async Task Asks_conditionally_with_what_the_first_page_said()
    {
        Publishes(Items(7, 6, 5, 4, 3, 2));
        await _app.FetchOneAsync();
        _conditions.Clear();
        await _app.AdvanceAsync(TimeSpan.FromMinutes(15));
        Assert.Equal(["\"page-1\""], _conditions);
    }

    private void Publishes(string[] items, bool whateverIsAsked = false) => _site.Answers("/feed/", async http =>
    {
        var page = http.Request.Query["paged"] is [{ } number] ? int.Parse(number, CultureInfo.InvariantCulture) : 1;
        _asked.Add(page);
        _conditions.Add(http.Request.Headers.IfNoneMatch);
        var shown = items.Skip(whateverIsAsked ? 0 : (page - 1) * Shown).Take(Shown).ToList();
        http.Response.StatusCode = shown.Count == 0 ? StatusCodes.Status404NotFound : StatusCodes.Status200OK;
        http.Response.Headers.ETag = $"\"page-{page}\"";
        await http.Response.WriteAsync(Rss.Of(shown));
    });

    /// <summary>The higher the number the newer; by the site's clock all within the hour before the first read.</summary>
    private static string[] Items(params int[] numbers) => [.. numbers.Select(n => Rss.Item(n, published: NewsroomApp.Start.AddMinutes(n - 60)))];
}
