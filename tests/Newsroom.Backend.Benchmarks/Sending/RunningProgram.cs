using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Newsroom.Backend.Benchmarks.Sending;

/// <summary>The program that is measured, in a process of its own, and its API.</summary>
internal sealed class RunningProgram : IAsyncDisposable
{
    private readonly HttpClient _http;
    private readonly string _url;

    private RunningProgram(Child process, string url, string key)
    {
        (Process, _url) = (process, url);
#pragma warning disable RS0030 // One client for the whole run, of a program that is no service.
        _http = new HttpClient { BaseAddress = new Uri(url), Timeout = TimeSpan.FromMinutes(2) };
#pragma warning restore RS0030
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    public Child Process { get; }

    /// <summary>Starts it; <see cref="ListensAsync"/> waits until it serves.</summary>
    public static RunningProgram Launch(string assembly, IReadOnlyDictionary<string, string> environment, string key)
    {
        var url = Child.FreeUrl();
        return new RunningProgram(Child.Launch(assembly, environment, "--urls", url), url, key);
    }

    public Task ListensAsync() => Process.ListensAsync(_url);

    public async Task<JsonNode> GetAsync(string path) => JsonNode.Parse(await _http.GetStringAsync(path))!;

    /// <exception cref="InvalidOperationException">It refused; the message has its words.</exception>
    public async Task<JsonNode> PostAsync(string path, object? body = null)
    {
        using var content = body is null ? null : JsonContent.Create(body);
        using var answer = await _http.PostAsync(path, content);
        var text = await answer.Content.ReadAsStringAsync();
        if (!answer.IsSuccessStatusCode)
            throw new InvalidOperationException($"{path} answered {(int)answer.StatusCode}: {text}");
        return text.Length == 0 ? new JsonObject() : JsonNode.Parse(text)!;
    }

    /// <summary>A draft with every story of <see cref="Paper"/>.</summary>
    /// <returns>Its id.</returns>
    public async Task<string> ComposeAsync()
    {
        var stories = new List<string>();
        foreach (var story in Paper.Stories)
            stories.Add((string)(await PostAsync("/api/v1/stories", story))["id"]!);
        return (string)(await PostAsync("/api/v1/digests", new { newsletter = Paper.Newsletter, subject = Paper.Subject, storyIds = stories }))["id"]!;
    }

    public Task<JsonNode> StepAsync(string digest, string verb) => PostAsync($"/api/v1/digests/{digest}/{verb}");

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Process.DisposeAsync();
    }
}
