using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Digests;

namespace Newsroom.Backend.Tests.Digests;

/// <summary>What another request or node does between any two reads of a step.</summary>
public sealed class BetweenTwoReads : IAsyncLifetime
{
    /// <summary>More than any of the steps has.</summary>
    private const int Reads = 14;
    private NewsroomApp _app = null!;

    public async ValueTask InitializeAsync() => _app = await NewsroomApp.StartAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task A_story_that_comes_in_while_a_digest_is_made_is_in_this_one_or_the_next()
    {
        await _app.AddNewsletterAsync();
        for (var read = 1; read <= Reads; read++)
        {
            await _app.PushStoriesAsync();
            _app.BeforeRead(read, () => _app.PushStoriesAsync());
            await _app.ComposeAsync();
            await _app.PushStoriesAsync();
            await _app.ComposeAsync();
            Assert.True(await TimesInDigestsAsync() is var times && times.All(t => t == 1), $"Before read {read}: {string.Join(' ', times)}");
        }
    }

    [Fact]
    public async Task Two_digests_made_at_once_share_no_story()
    {
        await _app.AddNewsletterAsync();
        for (var read = 1; read <= Reads; read++)
        {
            await _app.PushStoriesAsync(2);
            _app.BeforeRead(read, () => TryComposeAsync());
            await TryComposeAsync();
            Assert.True(await TimesInDigestsAsync() is var times && times.All(t => t == 1), $"Before read {read}: {string.Join(' ', times)}");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task A_digest_begun_by_hand_while_the_sweep_takes_it_up_goes_on(int hoursLater)
    {
        await _app.AddNewsletterAsync();
        await _app.AddReadersAsync(1);
        for (var read = 1; read <= Reads; read++)
        {
            await _app.PushStoriesAsync();
            var (digest, begun) = (await _app.ComposeAsync(), false);
            await ScheduleAsync(digest, 1);
            _app.Clock.Advance(TimeSpan.FromHours(hoursLater));
            _app.BeforeRead(read, async () => begun = (await _app.Api.PostAsync($"/api/v1/digests/{digest}/send", null)).IsSuccessStatusCode);
            await _app.RunOnlyAsync<TendDigests>();
            var status = (string)(await _app.DigestAsync(digest))["status"]!;
            Assert.True(status == (begun || hoursLater == 1 ? "sending" : "stopped"), $"Before read {read}: {status}");
        }
    }

    [Fact]
    public async Task A_digest_put_off_while_the_sweep_takes_it_up_waits()
    {
        await _app.AddNewsletterAsync();
        for (var read = 1; read <= Reads; read++)
        {
            await _app.PushStoriesAsync();
            var (digest, putOff) = (await _app.ComposeAsync(), false);
            await ScheduleAsync(digest, 1);
            _app.Clock.Advance(TimeSpan.FromHours(1));
            _app.BeforeRead(read, async () => putOff = (await ScheduleAsync(digest, 2)).IsSuccessStatusCode);
            await _app.RunOnlyAsync<TendDigests>();
            var status = (string)(await _app.DigestAsync(digest))["status"]!;
            Assert.True(status == (putOff ? "scheduled" : "sending"), $"Before read {read}: {status}");
            await _app.StepAsync(digest, "cancel");
        }
    }

    private Task<HttpResponseMessage> ScheduleAsync(string digest, int hours) => _app.Api.PostAsync($"/api/v1/digests/{digest}/schedule", JsonContent.Create(
        new { at = _app.Clock.GetUtcNow().AddHours(hours).ToString("s", CultureInfo.InvariantCulture), timeZone = "Etc/UTC" }));

    private async Task TryComposeAsync()
    {
        var answer = await _app.Api.PostAsync("/api/v1/digests", JsonContent.Create(new { newsletter = "this-week" }));
        Assert.True(answer.StatusCode is HttpStatusCode.Created or HttpStatusCode.Conflict, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>For each story, oldest first, how many digests it stands in.</summary>
    private Task<List<int>> TimesInDigestsAsync() => _app.ReadAsync(db => db.Stories.OrderBy(s => s.Id)
        .Select(s => db.DigestStories.Count(x => x.StoryId == s.Id)).ToListAsync());
}
