using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.BrowserTests;

/// <summary>The built program in demo mode, as the README's first command starts it, in a folder of its own.</summary>
internal sealed class DemoProgram : IAsyncDisposable
{
    private readonly string _folder;
    private readonly Dictionary<string, string> _environment;
    private readonly RunningProgram _program;

    private DemoProgram(string folder, Dictionary<string, string> environment, RunningProgram program) =>
        (_folder, _environment, _program) = (folder, environment, program);

    public Uri Url => _program.Http.BaseAddress!;

    public string Output => _program.Output;

    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <param name="otherSite">An origin whose pages may post, frame and be returned to, besides our own.</param>
    /// <param name="peopled">With sample people from <c>demo seed</c>.</param>
    /// <param name="settings">What is configured beside.</param>
    public static async Task<DemoProgram> StartAsync(
        CancellationToken cancellationToken, string? otherSite = null, bool peopled = false, Dictionary<string, string>? settings = null)
    {
        var folder = Directory.CreateTempSubdirectory("newsroom-browser-").FullName;
        var environment = new Dictionary<string, string>(settings ?? []) { ["DOTNET_ENVIRONMENT"] = "Development" };
        if (otherSite is not null)
            environment["Site:AllowedOrigins:1"] = otherSite;
        if (peopled)
        {
            var (exit, _, errors) = await RunningProgram.CommandAsync(folder, environment, cancellationToken, "demo", "seed");
            Assert.True(exit == 0, errors);
        }
        return new DemoProgram(folder, environment, await RunningProgram.ServeAsync(folder, environment, cancellationToken));
    }

    /// <summary>Makes an API key as an operator does, beside the running program; the API takes it from now on.</summary>
    public async Task TakeApiKeyAsync(CancellationToken cancellationToken)
    {
        var (exit, output, errors) = await RunningProgram.CommandAsync(_folder, _environment, cancellationToken, "apikey", "add", "walk");
        Assert.True(exit == 0, errors);
        _program.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", output.TrimEnd().Split('\n')[^1]);
    }

    /// <summary>Signs up so many from this machine's network that its browser must show a proof too: for the next twenty seconds.</summary>
    public async Task UseUpNetworkAsync(CancellationToken cancellationToken)
    {
        // A few more than the limit, for what is given back meanwhile. Without the key: with it there is no limit.
        var key = _program.Http.DefaultRequestHeaders.Authorization;
        _program.Http.DefaultRequestHeaders.Authorization = null;
        for (var i = 0; i < SignUpPolicy.PerNetwork.AtOnce + 10; i++)
            await PostAsync("/api/v1/subscriptions", new { email = $"r{i}@d{i}.example" }, cancellationToken);
        _program.Http.DefaultRequestHeaders.Authorization = key;
    }

    public async Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken) =>
        await _program.Http.GetFromJsonAsync<JsonElement>(path, cancellationToken);

    public async Task<JsonElement> PostAsync(string path, object body, CancellationToken cancellationToken)
    {
        using var answer = await _program.Http.PostAsJsonAsync(path, body, cancellationToken);
        var text = await answer.Content.ReadAsStringAsync(cancellationToken);
        Assert.True(answer.IsSuccessStatusCode, $"POST {path}: {(int)answer.StatusCode} {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    public async ValueTask DisposeAsync()
    {
        await _program.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
