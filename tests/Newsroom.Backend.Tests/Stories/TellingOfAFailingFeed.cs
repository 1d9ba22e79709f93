using System.Globalization;
using Microsoft.EntityFrameworkCore;

namespace Newsroom.Backend.Tests.Stories;

public sealed class TellingOfAFailingFeed : IAsyncLifetime
{
    private static readonly string[] EveryDay = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

    private FeedSite _site = null!;
    private NewsroomApp _app = null!;

    public async ValueTask InitializeAsync()
    {
        _site = await FeedSite.StartAsync();
        _app = await NewsroomApp.ReadingAsync(_site.Feed);
        _site.Serves(Rss.Stories(1));
        await _app.RunDueJobsAsync();
        _site.Fails(503);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _site.DisposeAsync();
    }

    [Fact]
    public async Task An_hour_after_it_was_last_read_staff_are_told_until_it_is_read_again()
    {
        // Asked after 15, 30 and 60 minutes.
        for (var minute = 0; minute < 59; minute++)
            await _app.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Empty(await _app.OpenAlertsAsync());
        await _app.AdvanceAsync(TimeSpan.FromMinutes(1));
        var (kind, message) = Assert.Single(await _app.OpenAlertsAsync());
        Assert.Matches("^stories\\.feed\\.[0-9]+$", kind);
        Assert.Contains(_site.Feed, message, StringComparison.Ordinal);
        Assert.Contains("The site is in trouble: it answered 503", message, StringComparison.Ordinal);
        _site.Serves(Rss.Stories(2, 1));
        await _app.FetchOneAsync();
        Assert.Empty(await _app.OpenAlertsAsync());
    }

    [Fact]
    public async Task Four_failures_in_a_row_are_enough_and_are_told_once()
    {
        for (var failure = 1; failure <= 3; failure++)
            await _app.FetchFailingAsync();
        Assert.Empty(await _app.OpenAlertsAsync());
        await _app.FetchFailingAsync();
        Assert.Single(await _app.OpenAlertsAsync());
        await _app.FetchFailingAsync();
        Assert.Single(await _app.ReadAsync(db => db.Alerts.ToListAsync(TestContext.Current.CancellationToken)));
    }

    [Fact]
    public async Task A_feed_that_is_not_configured_any_more_is_nobodys_trouble()
    {
        for (var failure = 1; failure <= 4; failure++)
            await _app.FetchFailingAsync();
        // As a start without it would find the rows.
        await _app.ArrangeAsync(db => db.Feeds.ExecuteUpdateAsync(s => s.SetProperty(f => f.Url, "https://old.example.org/feed/")));
        _site.Serves(Rss.Stories(1));
        await _app.FetchOneAsync();
        Assert.Empty(await _app.OpenAlertsAsync());
    }

    [Fact]
    public async Task A_digest_skipped_meanwhile_says_that_there_may_be_more()
    {
        await _app.AddNewsletterAsync(cadence: new { days = EveryDay, at = "07:30", timeZone = "America/New_York" });
        await _app.AdvanceAsync(TimeSpan.FromMinutes(30));
        var skipped = Assert.Single(await _app.DigestsAsync());
        Assert.Equal("skipped", (string)skipped["status"]!);
        var said = string.Create(CultureInfo.InvariantCulture, $"But the feed {_site.Feed} could not be read. The site is in trouble: it answered 503 Service Unavailable.");
        Assert.EndsWith(said, (string)skipped["reason"]!, StringComparison.Ordinal);
        Assert.EndsWith(said, await _app.ReadAsync(db => db.DigestSlots.Select(s => s.Outcome).SingleAsync(TestContext.Current.CancellationToken)), StringComparison.Ordinal);
    }
}
