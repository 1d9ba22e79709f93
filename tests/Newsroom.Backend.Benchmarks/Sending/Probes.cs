using System.Collections.Concurrent;
using System.Diagnostics;

namespace Newsroom.Backend.Benchmarks.Sending;

/// <summary>Asks for the digest and for its progress in turn, one question each 50 ms whether those before are answered or not.</summary>
internal sealed class Probes(RunningProgram program, string digest) : IAsyncDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(50);

    private readonly string[] _paths = [$"/api/v1/digests/{digest}", $"/api/v1/digests/{digest}/progress"];
    private readonly ConcurrentQueue<double> _times = new();
    private readonly CancellationTokenSource _end = new();
    private Task _asking = Task.CompletedTask;

    public Probes Begin()
    {
        _asking = AskAsync();
        return this;
    }

    /// <summary>The p99 since the last time this was asked, in milliseconds, and of how many.</summary>
    public (double P99, int Count) Take()
    {
        var times = new List<double>();
        while (_times.TryDequeue(out var time))
            times.Add(time);
        times.Sort();
        return times.Count == 0 ? (0, 0) : (Math.Round(times[Math.Min(times.Count - 1, times.Count * 99 / 100)], 1), times.Count);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _asking;
        _end.Dispose();
    }

    private async Task AskAsync()
    {
        var asked = new List<Task>();
        var began = Stopwatch.GetTimestamp();
        for (var i = 0; !_end.IsCancellationRequested; i++)
        {
            var wait = (Every * i) - Stopwatch.GetElapsedTime(began);
            if (wait > TimeSpan.Zero)
                await Task.Delay(wait);
            asked.Add(AskAsync(_paths[i % _paths.Length]));
        }
        await Task.WhenAll(asked);
    }

    private async Task AskAsync(string path)
    {
        var began = Stopwatch.GetTimestamp();
        await program.GetAsync(path);
        _times.Enqueue(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
    }
}
