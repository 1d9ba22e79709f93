using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Newsletters;
using Newsroom.Backend.Stories;

namespace Newsroom.Backend.Tests.Stories;

public sealed class PollingFeeds : IAsyncLifetime
{
    private FeedSite _site = null!;

    public async ValueTask InitializeAsync() => _site = await FeedSite.StartAsync();

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Fact]
    public async Task Asks_every_quarter_of_an_hour_and_says_who_it_is()
    {
        _site.Serves(Rss.Stories(1));
        await using var app = await NewsroomApp.ReadingAsync(_site.Feed);
        await app.RunDueJobsAsync();
        for (var minute = 0; minute < 44; minute++)
            await app.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(3, _site.Requests.Count);
        Assert.Matches(@"^Newsroom\.Backend/\d+\.\d+\.\d+ \(\+https://news\.example\.org/\)$", _site.Requests[0].Header("User-Agent"));
    }

    [Fact]
    public async Task Asks_conditionally_but_not_always_and_not_when_asked_by_hand()
    {
        _site.ServesConditionally(Rss.Stories(1), "W/\"0123\"", "Tue, 24 Nov 2026 11:00:00 GMT");
        await using var app = await NewsroomApp.ReadingAsync(_site.Feed);
        await app.RunDueJobsAsync();
        Assert.Null(_site.Requests[^1].Header("If-None-Match"));
        await app.AdvanceAsync(TimeSpan.FromMinutes(15));
        Assert.Equal("W/\"0123\"", _site.Requests[^1].Header("If-None-Match"));
        Assert.Equal("Tue, 24 Nov 2026 11:00:00 GMT", _site.Requests[^1].Header("If-Modified-Since"));

        // A scheduled story that WP-Cron published late: the feed has it, the validators did not move.
        _site.ServesConditionally(Rss.Stories(2, 1), "W/\"0123\"", "Tue, 24 Nov 2026 11:00:00 GMT");
        await app.AdvanceAsync(TimeSpan.FromMinutes(15));
        Assert.Empty(await app.OfferedAsync());
        await app.FetchOneAsync();
        Assert.Equal(["Story 2"], await app.OfferedAsync());

        _site.ServesConditionally(Rss.Stories(3, 2, 1), "W/\"0123\"", "Tue, 24 Nov 2026 11:00:00 GMT");
        await app.AdvanceAsync(TimeSpan.FromHours(5));
        Assert.DoesNotContain("Story 3", await app.OfferedAsync());
        await app.AdvanceAsync(TimeSpan.FromHours(1));
        Assert.Contains("Story 3", await app.OfferedAsync());
    }

    [Fact]
    public async Task Asks_a_failing_feed_ever_more_rarely_and_keeps_what_it_had()
    {
        _site.Serves(Rss.Stories(1));
        await using var app = await NewsroomApp.ReadingAsync(_site.Feed);
        await app.RunDueJobsAsync();
        _site.Fails(500);
        var asked = new List<int>();
        for (var minute = 1; minute <= 12 * 60; minute++)
        {
            var before = _site.Requests.Count;
            await app.AdvanceAsync(TimeSpan.FromMinutes(1));
            if (_site.Requests.Count > before)
                asked.Add(minute);
        }
        // Then 15, 30, 60, 120, 240 and 360 minutes apart.
        Assert.Equal([15, 30, 60, 120, 240, 480], asked);
        Assert.Single(await app.StoriesAsync());
        var feed = await app.ReadAsync(db => db.Feeds.AsNoTracking().SingleAsync());
        Assert.Equal((6, "The site is in trouble: it answered 500 Internal Server Error."), (feed.FailuresInARow, feed.LastError));

        _site.Serves(Rss.Stories(2, 1));
        await app.FetchOneAsync();
        Assert.Equal(["Story 2"], await app.OfferedAsync());
        Assert.Equal(0, await app.ReadAsync(db => db.Feeds.Select(f => f.FailuresInARow).SingleAsync()));
    }

    [Fact]
    public async Task Two_polls_at_once_ask_once()
    {
        var release = ServesWhenReleased(Rss.Stories(1));
        await using var app = await NewsroomApp.ReadingAsync(_site.Feed);
        var first = app.RunOnlyAsync<PollFeeds>();
        await AskedAsync();
        await app.RunOnlyAsync<PollFeeds>();
        release.SetResult();
        await first;
        Assert.Single(_site.Requests);
        Assert.Single(await app.StoriesAsync());
    }

    [Fact]
    public async Task Asked_by_hand_while_a_poll_is_under_way_it_waits_and_reads_the_feed_then()
    {
        var release = ServesWhenReleased(Rss.Stories(1));
        await using var app = await NewsroomApp.ReadingAsync(_site.Feed);
        var poll = app.RunOnlyAsync<PollFeeds>();
        await AskedAsync();
        var byHand = app.FetchOneAsync();
        await Task.WhenAny(byHand, Task.Delay(500, TestContext.Current.CancellationToken));
        Assert.False(byHand.IsCompleted);
        _site.Serves(Rss.Stories(2, 1));
        release.SetResult();
        await poll;
        await WithTheClockAsync(app, byHand);
        Assert.Equal(["Story 2"], await app.OfferedAsync());
    }

    [Fact]
    public async Task A_node_that_died_while_reading_holds_the_feed_for_two_minutes_only()
    {
        _site.Serves(Rss.Stories(1));
        await using var app = await NewsroomApp.ReadingAsync(_site.Feed);
        await app.FetchOneAsync();
        await app.ArrangeAsync(db => db.Feeds.ExecuteUpdateAsync(s => s.SetProperty(f => f.LeaseUntil, NewsroomApp.Start.AddMinutes(2))));
        var byHand = app.FetchStoriesAsync();
        await WithTheClockAsync(app, byHand);
        Assert.Equal("busy", Assert.Single(await byHand).GetProperty("outcome").GetString());
        Assert.InRange(app.Clock.GetUtcNow() - NewsroomApp.Start, TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(100));
        app.Clock.Advance(TimeSpan.FromMinutes(2));
        await app.FetchOneAsync();
    }

    private TaskCompletionSource ServesWhenReleased(string body)
    {
        var release = new TaskCompletionSource();
        _site.Answers("/feed/", async http =>
        {
            await release.Task;
            await http.Response.WriteAsync(body);
        });
        return release;
    }

    private Task AskedAsync() => NewsroomApp.UntilAsync(() => _site.Requests.Count > 0);

    /// <summary>Moves the clock by seconds until it is done.</summary>
    private static async Task WithTheClockAsync(NewsroomApp app, Task waiting)
    {
        while (await Task.WhenAny(waiting, Task.Delay(50, TestContext.Current.CancellationToken)) != waiting)
            app.Clock.Advance(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task One_story_in_two_feeds_is_one_row_and_for_the_wider_audience()
    {
        _site.Serves(Rss.Stories(1));
        _site.Serves(Rss.Stories(1), path: "/category/world/feed/");
        await using var app = await NewsroomApp.StartAsync(new()
        {
            ["Stories:AllowPrivateNetworks"] = "true",
            ["Stories:Feeds:0:Url"] = _site.Url + "/category/world/feed/",
            ["Stories:Feeds:0:Newsletter"] = "world",
            ["Stories:Feeds:1:Url"] = _site.Feed,
        });
        await app.ArrangeAsync(db =>
        {
            db.Add(new Newsletter { Slug = "world", Name = "World", CreatedAt = NewsroomApp.Start });
            return Task.CompletedTask;
        });
        await app.FetchStoriesAsync();
        _site.Serves(Rss.Of(Rss.Item(2, title: "Two (main feed)"), Rss.Item(1)));
        _site.Serves(Rss.Of(Rss.Item(3), Rss.Item(2), Rss.Item(1)), path: "/category/world/feed/");
        await app.FetchStoriesAsync();
        var stories = (await app.StoriesAsync()).ToDictionary(s => s.Title);
        Assert.Equal(["Story 1", "Story 3", "Two (main feed)"], stories.Keys.Order());
        Assert.Null(stories["Two (main feed)"].NewsletterId);
        Assert.NotNull(stories["Story 3"].NewsletterId);
        Assert.All(await app.FetchStoriesAsync(), r => Assert.Equal(0, r.GetProperty("updated").GetInt32()));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_story_of_two_newsletters_is_for_both_where_there_is_no_third(int newsletters)
    {
        _site.Serves(Rss.Stories(1));
        _site.Serves(Rss.Stories(9), path: "/category/world/feed/");
        await using var app = await NewsroomApp.StartAsync(new()
        {
            ["Stories:AllowPrivateNetworks"] = "true",
            ["Stories:Feeds:0:Url"] = _site.Feed,
            ["Stories:Feeds:0:Newsletter"] = "this-week",
            ["Stories:Feeds:1:Url"] = _site.Url + "/category/world/feed/",
            ["Stories:Feeds:1:Newsletter"] = "world",
        });
        foreach (var slug in new[] { "this-week", "world", "a-third" }.Take(newsletters))
            await app.AddNewsletterAsync(slug, slug);
        await app.FetchStoriesAsync();
        app.Clock.Advance(TimeSpan.FromMinutes(1));
        _site.Serves(Rss.Stories(3, 2, 1));
        _site.Serves(Rss.Stories(2, 9, 1), path: "/category/world/feed/");
        await app.FetchStoriesAsync();
        var stories = (await app.StoriesAsync()).ToDictionary(s => s.Title, s => s.NewsletterId);
        Assert.Equal(newsletters == 2, stories["Story 2"] is null);
        Assert.All([stories["Story 1"], stories["Story 3"], stories["Story 9"]], id => Assert.NotNull(id));
        Assert.All(await app.FetchStoriesAsync(), r => Assert.Equal(0, r.GetProperty("updated").GetInt32()));
    }

    [Fact]
    public async Task A_feed_for_a_newsletter_that_does_not_exist_says_so()
    {
        _site.Serves(Rss.Stories(1));
        await using var app = await NewsroomApp.StartAsync(new()
        {
            ["Stories:AllowPrivateNetworks"] = "true",
            ["Stories:Feeds:0:Url"] = _site.Feed,
            ["Stories:Feeds:0:Newsletter"] = "brekaing",
        });
        Assert.Equal("Stories:Feeds names the newsletter 'brekaing', which does not exist: add it or correct the name.", await app.FetchFailingAsync());
        Assert.Empty(_site.Requests);
    }
}
