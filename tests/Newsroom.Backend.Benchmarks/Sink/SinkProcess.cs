using System.Globalization;
using System.Net.Http.Json;

namespace Newsroom.Backend.Benchmarks.Sink;

/// <summary>The sink as whoever measures sees it: started, asked, stopped.</summary>
internal sealed class SinkProcess : IAsyncDisposable
{
    private readonly Child _child;
    private readonly HttpClient _http;

    private SinkProcess(Child child, int port, string control)
    {
        (_child, Port) = (child, port);
#pragma warning disable RS0030 // One client for the whole run, of a program that is no service.
        _http = new HttpClient { BaseAddress = new Uri(control) };
#pragma warning restore RS0030
    }

    /// <summary>Where it takes mail, on 127.0.0.1.</summary>
    public int Port { get; }

    /// <param name="latency">Milliseconds from what it hears to its answer.</param>
    /// <param name="maxConnections">Open at once; 0 sets no limit.</param>
    /// <param name="seed">Of the script's chances.</param>
    /// <param name="script">Lines as <see cref="SinkScript"/> says.</param>
    public static async Task<SinkProcess> StartAsync(double latency = 0, int maxConnections = 0, int seed = 1, params IEnumerable<string> script)
    {
        var (port, control) = (Child.FreePort(), Child.FreePort());
        string[] numbers = [Text(port), Text(control), latency.ToString(CultureInfo.InvariantCulture), Text(maxConnections), Text(seed)];
        string[] names = ["--port", "--control", "--latency", "--max-connections", "--seed"];
        var arguments = names.Zip(numbers, (name, number) => $"{name}={number}").Concat(script.SelectMany(line => new[] { "--on", line }));
        var url = $"http://127.0.0.1:{control}";
        var child = await Child.ServeAsync(typeof(SinkProcess).Assembly.Location, url, new Dictionary<string, string>(), [SinkVerb.Name, .. arguments]);
        return new SinkProcess(child, port, url);
    }

    public async Task<SinkCounts> CountAsync() => (await _http.GetFromJsonAsync<SinkCounts>("/"))!;

    /// <summary>Times it took a message for the readers 1 to <paramref name="count"/>; 255 stands for more.</summary>
    public Task<byte[]> ReadersAsync(int count) => _http.GetByteArrayAsync($"/readers?first=1&count={Text(count)}");

    /// <summary>When it first took a message for somebody who is no reader; null: not yet.</summary>
    public async Task<DateTimeOffset?> ArrivalAsync(string address)
    {
        using var answer = await _http.GetAsync("/arrival?to=" + Uri.EscapeDataString(address));
        return answer.IsSuccessStatusCode ? await answer.Content.ReadFromJsonAsync<DateTimeOffset>() : null;
    }

    public Task ResetAsync() => PostAsync("/reset", "");

    /// <summary>How it misbehaves from now on; no line: not at all.</summary>
    public Task FollowAsync(params IEnumerable<string> script) => PostAsync("/script", string.Join('\n', script));

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _child.DisposeAsync();
    }

    private async Task PostAsync(string path, string body)
    {
        using var content = new StringContent(body);
        using var answer = await _http.PostAsync(path, content);
        answer.EnsureSuccessStatusCode();
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
