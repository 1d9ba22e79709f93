using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Newsroom.Backend.BrowserTests;

/// <summary>The built program in demo mode, as the README's first command starts it, in a folder of its own.</summary>
internal sealed class DemoProgram : IAsyncDisposable
{
    private static readonly Dictionary<string, string> Environment = new() { ["DOTNET_ENVIRONMENT"] = "Development" };
    private readonly string _folder;
    private readonly RunningProgram _program;

    private DemoProgram(string folder, RunningProgram program) => (_folder, _program) = (folder, program);

    public Uri Url => _program.Http.BaseAddress!;

    public string Output => _program.Output;

    public static async Task<DemoProgram> StartAsync(CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("newsroom-browser-").FullName;
        return new DemoProgram(folder, await RunningProgram.ServeAsync(folder, Environment, cancellationToken));
    }

    /// <summary>Makes an API key as an operator does, beside the running program; the API takes it from now on.</summary>
    public async Task TakeApiKeyAsync(CancellationToken cancellationToken)
    {
        var (exit, output, errors) = await RunningProgram.CommandAsync(_folder, Environment, cancellationToken, "apikey", "add", "walk");
        Assert.True(exit == 0, errors);
        _program.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", output.TrimEnd().Split('\n')[^1]);
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
