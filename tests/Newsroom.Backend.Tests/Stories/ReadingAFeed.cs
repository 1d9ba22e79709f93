using Microsoft.EntityFrameworkCore;

namespace Newsroom.Backend.Tests.Stories;

public sealed class ReadingAFeed : IAsyncLifetime
{
    private FeedSite _site = null!;
    private NewsroomApp _app = null!;

    public async ValueTask InitializeAsync()
    {
        _site = await FeedSite.StartAsync();
        _app = await NewsroomApp.ReadingAsync(_site.Feed);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _site.DisposeAsync();
    }

    [Fact]
    public async Task What_is_there_at_the_first_read_is_not_news()
    {
        _site.Serves(Rss.Stories(3, 2, 1));
        var report = await _app.FetchOneAsync();
        Assert.Equal((0, 3), (report.GetProperty("newStories").GetInt32(), report.GetProperty("seenBefore").GetInt32()));
        Assert.Equal(["Story 1", "Story 2", "Story 3"], (await _app.StoriesAsync()).Select(s => s.Title));
        Assert.Empty(await _app.OfferedAsync());
    }

    [Fact]
    public async Task What_appears_later_is_news_once()
    {
        await ReadFirstAsync();
        _site.Serves(Rss.Stories(3, 2, 1));
        Assert.Equal(2, (await _app.FetchOneAsync()).GetProperty("newStories").GetInt32());
        Assert.Equal(0, (await _app.FetchOneAsync()).GetProperty("newStories").GetInt32());
        Assert.Equal(["Story 2", "Story 3"], await _app.OfferedAsync());
    }

    [Fact]
    public async Task A_first_read_broken_off_is_a_first_read_again()
    {
        _site.Serves(Rss.Stories(3, 2, 1));
        await _app.ArrangeAsync(db => db.Database.ExecuteSqlAsync(
            $"CREATE TRIGGER crash BEFORE INSERT ON Stories WHEN NEW.Title = 'Story 3' BEGIN SELECT RAISE(ABORT, 'the power fails'); END"));
        await Assert.ThrowsAsync<DbUpdateException>(_app.RunDueJobsAsync);
        Assert.Empty(await _app.StoriesAsync());

        await _app.ArrangeAsync(db => db.Database.ExecuteSqlAsync($"DROP TRIGGER crash"));
        await _app.AdvanceAsync(TimeSpan.FromMinutes(3));
        Assert.Equal(3, (await _app.StoriesAsync()).Count);
        Assert.Empty(await _app.OfferedAsync());
    }

    [Fact]
    public async Task An_edited_story_is_the_same_story_in_new_words()
    {
        await ReadFirstAsync();
        _site.Serves(Rss.Of(Rss.Item(2), Rss.Item(1)));
        await _app.FetchOneAsync();
        _site.Serves(Rss.Of(Rss.Item(2, title: "Story 2, corrected", link: "https://gazette.example.org/2026/11/better-name/",
            published: NewsroomApp.Start.AddHours(-1), description: "Corrected."), Rss.Item(1)));
        var report = await _app.FetchOneAsync();
        Assert.Equal((0, 1), (report.GetProperty("newStories").GetInt32(), report.GetProperty("updated").GetInt32()));
        var story = (await _app.StoriesAsync())[1];
        Assert.Equal(("Story 2, corrected", "https://gazette.example.org/2026/11/better-name/", "Corrected."), (story.Title, story.Link, story.Summary));
        Assert.Equal(NewsroomApp.Start.AddHours(-1), story.PublishedAt);
    }

    [Fact]
    public async Task A_guid_used_again_for_this_years_edition_is_not_news()
    {
        await ReadFirstAsync();
        _site.Serves(Rss.Of(Rss.Item(1, title: "Gift guide 2027", published: NewsroomApp.Start.AddMinutes(-1))));
        Assert.Equal(0, (await _app.FetchOneAsync()).GetProperty("newStories").GetInt32());
    }

    [Theory]
    [InlineData("http://gazette.example.org/?p=2")]
    [InlineData("https://gazette.example.org/?p=2&preview=true")]
    [InlineData("https://gazette.example.org/?p=2#respond")]
    [InlineData("https://GAZETTE.example.org:443/?utm_source=rss&p=2")]
    public async Task A_guid_in_another_dress_is_the_same_story(string guid)
    {
        await ReadFirstAsync();
        _site.Serves(Rss.Of(Rss.Item(2), Rss.Item(1)));
        await _app.FetchOneAsync();
        _site.Serves(Rss.Of(Rss.Item(2, guid: guid, link: "https://gazette.example.org/elsewhere/"), Rss.Item(1)));
        Assert.Equal(0, (await _app.FetchOneAsync()).GetProperty("newStories").GetInt32());
    }

    [Theory]
    [InlineData("http://gazette.example.org/2026/11/story-2")]
    [InlineData("https://gazette.example.org/2026/11/story-2/?utm_campaign=x&fbclid=1&mc_cid=2&share=twitter&gclid=3#comments")]
    public async Task A_link_in_another_dress_is_the_same_story_whatever_its_guid(string link)
    {
        await ReadFirstAsync();
        _site.Serves(Rss.Of(Rss.Item(2), Rss.Item(1)));
        await _app.FetchOneAsync();
        _site.Serves(Rss.Of(Rss.Item(2, guid: "tag:other-system,2026:2", link: link), Rss.Item(1)));
        Assert.Equal(0, (await _app.FetchOneAsync()).GetProperty("newStories").GetInt32());
    }

    [Fact]
    public async Task A_real_query_makes_another_story_and_campaign_tags_do_not_reach_readers()
    {
        await ReadFirstAsync();
        _site.Serves(Rss.Of(
            Rss.Item(2, link: "https://gazette.example.org/read?id=2&utm_source=rss"), Rss.Item(3, link: "https://gazette.example.org/read?id=3"), Rss.Item(1)));
        Assert.Equal(2, (await _app.FetchOneAsync()).GetProperty("newStories").GetInt32());
        Assert.Contains(await _app.StoriesAsync(), s => s.Link == "https://gazette.example.org/read?id=2");
    }

    [Fact]
    public async Task A_story_dated_ahead_waits_for_its_time_even_behind_a_304()
    {
        await ReadFirstAsync();
        var embargo = NewsroomApp.Start.AddHours(1);
        _site.ServesConditionally(Rss.Of(Rss.Item(2, published: embargo), Rss.Item(1)), "\"v2\"", "Tue, 24 Nov 2026 11:00:00 GMT");
        Assert.Equal(1, (await _app.FetchOneAsync()).GetProperty("held").GetInt32());
        await _app.AdvanceAsync(TimeSpan.FromMinutes(30));
        Assert.Empty(await _app.OfferedAsync());
        await _app.AdvanceAsync(TimeSpan.FromMinutes(31));
        Assert.Equal(["Story 2"], await _app.OfferedAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("<pubDate>yesterday or so</pubDate>")]
    [InlineData("<pubDate>Mon, 01 Jan 2090 00:00:00 +0000</pubDate>")]
    public async Task A_story_without_a_usable_date_is_news_when_it_is_seen(string pubDate)
    {
        await ReadFirstAsync();
        _site.Serves(Rss.Of($"<item><title>No date</title><link>https://gazette.example.org/no-date/</link>{pubDate}</item>", Rss.Item(1)));
        await _app.FetchOneAsync();
        var story = (await _app.StoriesAsync())[^1];
        Assert.Equal((false, null, NewsroomApp.Start), (story.SeenBefore, story.PublishedAt, story.FirstSeenAt));
    }

    [Fact]
    public async Task A_heap_of_old_stories_is_taken_in_with_a_warning_and_not_offered()
    {
        await ReadFirstAsync();
        _site.Serves(Rss.Of([.. Enumerable.Range(10, 12).Select(n => Rss.Item(n, published: NewsroomApp.Start.AddDays(-n))), Rss.Item(2), Rss.Item(1)]));
        var report = await _app.FetchOneAsync();
        Assert.Equal((1, 12), (report.GetProperty("newStories").GetInt32(), report.GetProperty("seenBefore").GetInt32()));
        Assert.StartsWith("12 new items are older than 7 days", report.GetProperty("warning").GetString(), StringComparison.Ordinal);
        Assert.Equal(["Story 2"], await _app.OfferedAsync());
    }

    [Fact]
    public async Task A_few_stories_published_late_are_news()
    {
        await ReadFirstAsync();
        _site.Serves(Rss.Of(Rss.Item(2, published: NewsroomApp.Start.AddDays(-9)), Rss.Item(1)));
        await _app.FetchOneAsync();
        Assert.Equal(["Story 2"], await _app.OfferedAsync());
    }

    [Fact]
    public async Task A_feed_that_repeats_an_item_gives_one_story()
    {
        await ReadFirstAsync();
        _site.Serves(Rss.Of(Rss.Item(2, title: "Sticky"), Rss.Item(3), Rss.Item(2), Rss.Item(1)));
        Assert.Equal(2, (await _app.FetchOneAsync()).GetProperty("newStories").GetInt32());
        Assert.Equal(["Sticky", "Story 3"], (await _app.OfferedAsync()).Order());
        Assert.Equal(0, (await _app.FetchOneAsync()).GetProperty("updated").GetInt32());
    }

    [Fact]
    public async Task A_new_story_under_the_old_link_of_a_renamed_one_is_a_story_of_its_own()
    {
        await ReadFirstAsync();
        const string link = "https://gazette.example.org/election/";
        _site.Serves(Rss.Of(Rss.Item(2, title: "Election 2025", link: link), Rss.Item(1)));
        await _app.FetchOneAsync();
        _site.Serves(Rss.Of(Rss.Item(3, title: "Election 2026", link: link), Rss.Item(2, title: "Election 2025", link: "https://gazette.example.org/election-2025/"), Rss.Item(1)));
        Assert.Equal(1, (await _app.FetchOneAsync()).GetProperty("newStories").GetInt32());
        Assert.Equal(["Election 2025", "Election 2026"], await _app.OfferedAsync());
        Assert.Equal(["https://gazette.example.org/election-2025/", link], (await _app.StoriesAsync()).Skip(1).Select(s => s.Link));
    }

    [Fact]
    public async Task A_feed_whose_every_item_is_new_may_have_had_more()
    {
        await ReadFirstAsync();
        _site.Serves(Rss.Stories(13, 12, 11));
        var report = await _app.FetchOneAsync();
        Assert.Equal(3, report.GetProperty("newStories").GetInt32());
        Assert.StartsWith("Every item of the feed is new", report.GetProperty("warning").GetString(), StringComparison.Ordinal);
    }

    private async Task ReadFirstAsync()
    {
        _site.Serves(Rss.Stories(1));
        await _app.FetchOneAsync();
    }
}
