using System.Net;
using System.Net.Http.Json;
using Microsoft.EntityFrameworkCore;

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

    private async Task TryComposeAsync()
    {
        var answer = await _app.Api.PostAsync("/api/v1/digests", JsonContent.Create(new { newsletter = "this-week" }));
        Assert.True(answer.StatusCode is HttpStatusCode.Created or HttpStatusCode.Conflict, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>For each story, oldest first, how many digests it stands in.</summary>
    private Task<List<int>> TimesInDigestsAsync() => _app.ReadAsync(db => db.Stories.OrderBy(s => s.Id)
        .Select(s => db.DigestStories.Count(x => x.StoryId == s.Id)).ToListAsync());
}
