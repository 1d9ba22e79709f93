using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Stories;

namespace Newsroom.Backend.Tests;

public sealed partial class NewsroomApp
{
    /// <summary>A program that reads these feeds, on the tests' own network.</summary>
    public static Task<NewsroomApp> ReadingAsync(params string[] feeds)
    {
        var settings = feeds.Select((url, n) => ($"Stories:Feeds:{n}:Url", (string?)url)).ToDictionary(s => s.Item1, s => s.Item2);
        settings["Stories:AllowPrivateNetworks"] = "true";
        return StartAsync(settings);
    }

    /// <summary>Asks for every feed now, as staff do; gives the report's lines.</summary>
    public async Task<IReadOnlyList<JsonElement>> FetchStoriesAsync()
    {
        var response = await Api.PostAsync("/api/v1/stories/fetch", null);
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, body);
        return [.. JsonDocument.Parse(body).RootElement.GetProperty("feeds").EnumerateArray()];
    }

    /// <summary>Fetches, and expects the one feed to have been read.</summary>
    public async Task<JsonElement> FetchOneAsync()
    {
        var report = Assert.Single(await FetchStoriesAsync());
        Assert.True(report.GetProperty("outcome").GetString() == "read", report.ToString());
        return report;
    }

    /// <summary>Fetches, and expects the one feed to have failed; gives the sentence that says why.</summary>
    public async Task<string> FetchFailingAsync()
    {
        var report = Assert.Single(await FetchStoriesAsync());
        Assert.True(report.GetProperty("outcome").GetString() == "failed", report.ToString());
        return report.GetProperty("error").GetString()!;
    }

    /// <summary>In the order of intake.</summary>
    public Task<List<Story>> StoriesAsync() => ReadAsync(db => db.Stories.AsNoTracking().OrderBy(s => s.Id).ToListAsync());

    public Task<List<string>> OfferedAsync() =>
        ReadAsync(db => db.Stories.Where(s => !s.SeenBefore).OrderBy(s => s.Id).Select(s => s.Title).ToListAsync());

    public Task<HttpResponseMessage> PushStoryAsync(object story) => Api.PostAsJsonAsync("/api/v1/stories", story);
}
