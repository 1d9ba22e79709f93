using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;

namespace Newsroom.Backend.Benchmarks;

/// <summary>Posts sign-ups of addresses that nobody has used.</summary>
internal sealed class Load(string url, string? apiKey) : IDisposable
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private readonly HttpClient _http = Client(apiKey);
    private static int _next;

    /// <summary>As many at once as <paramref name="connections"/>, for that long.</summary>
    /// <returns>Accepted ones per second.</returns>
    public async Task<double> AsFastAsItGoesAsync(int connections, TimeSpan length)
    {
        var started = Stopwatch.GetTimestamp();
        var accepted = 0;
        await Task.WhenAll(Enumerable.Range(0, connections).Select(async _ =>
        {
            while (Stopwatch.GetElapsedTime(started) < length)
            {
                await PostAsync();
                Interlocked.Increment(ref accepted);
            }
        }));
        return accepted / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    /// <summary>One each <c>1/perSecond</c>, whether those before are answered or not.</summary>
    /// <returns>The time of each answer in milliseconds, ascending.</returns>
    public async Task<double[]> AtAsync(int perSecond, TimeSpan length)
    {
        var started = Stopwatch.GetTimestamp();
        var posted = new List<Task<double>>();
        for (var i = 0; i < perSecond * length.TotalSeconds; i++)
        {
            var due = TimeSpan.FromSeconds((double)i / perSecond) - Stopwatch.GetElapsedTime(started);
            if (due > TimeSpan.Zero)
                await Task.Delay(due);
            posted.Add(TimedAsync());
        }
        return [.. (await Task.WhenAll(posted)).Order()];
    }

    public void Dispose() => _http.Dispose();

    private async Task<double> TimedAsync()
    {
        var started = Stopwatch.GetTimestamp();
        await PostAsync();
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    private async Task PostAsync()
    {
        var body = Encoding.ASCII.GetBytes($$"""{"email":"reader-{{Interlocked.Increment(ref _next)}}@readers.example.org"}""");
        using var content = new ByteArrayContent(body) { Headers = { ContentType = Json } };
        using var answer = await _http.PostAsync(url, content);
        if (answer.StatusCode != System.Net.HttpStatusCode.Accepted)
            throw new InvalidOperationException($"{url} answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
    }

    private static HttpClient Client(string? apiKey)
    {
#pragma warning disable RS0030 // One client for the whole run, of a program that is no service.
        var http = new HttpClient();
#pragma warning restore RS0030
        http.DefaultRequestHeaders.Authorization = apiKey is null ? null : new AuthenticationHeaderValue("Bearer", apiKey);
        return http;
    }
}
