using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;

namespace Newsroom.Backend.Benchmarks;

/// <summary>Posts to one address; each request is another one.</summary>
/// <param name="make">The request with that number.</param>
/// <param name="expected">What each must be answered.</param>
internal sealed class Load(Func<int, HttpRequestMessage> make, HttpStatusCode expected) : IDisposable
{
    private static readonly MediaTypeHeaderValue JsonType = new("application/json");
    private static int _next;
#pragma warning disable RS0030 // One client for the whole run, of a program that is no service.
    private readonly HttpClient _http = new();
#pragma warning restore RS0030

    public static HttpContent Json(byte[] body) => new ByteArrayContent(body) { Headers = { ContentType = JsonType } };

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
        using var request = make(Interlocked.Increment(ref _next));
        using var answer = await _http.SendAsync(request);
        if (answer.StatusCode != expected)
            throw new InvalidOperationException($"{request.RequestUri} answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
    }
}
