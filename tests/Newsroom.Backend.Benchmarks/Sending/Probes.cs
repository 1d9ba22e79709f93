using System.Collections.Concurrent;
using System.Diagnostics;

namespace Newsroom.Backend.Benchmarks.Sending;

/// <summary>Asks for the digest and for its progress in turn, one question each 50 ms whether those before are answered or not.</summary>
internal sealed class Probes(RunningProgram program, string digest) : IAsyncDisposable
{
    private const int Unmeasured = 40;
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(50);

    private readonly string[] _paths = [$"/api/v1/digests/{digest}", $"/api/v1/digests/{digest}/progress"];
    private readonly ConcurrentQueue<double> _times = new();
    private readonly CancellationTokenSource _end = new();
    private Task _asking = Task.CompletedTask;

    /// <summary>Asks a few times for what is not counted: the first answers of a started program wait for its compiler, whatever else it does.</summary>
    public async Task<Probes> BeginAsync()
    {
        for (var i = 0; i < Unmeasured; i++)
            await program.GetAsync(_paths[i % _paths.Length]);
        _asking = AskAsync();
        return this;
    }

    /// <summary>Of the answers since the last time this was asked.</summary>
    public Waits Take()
    {
        var times = new List<double>();
        while (_times.TryDequeue(out var time))
            times.Add(time);
        times.Sort();
        return times.Count == 0 ? new Waits(null, 0) : new Waits(Math.Round(times[times.Count * 99 / 100], 1), times.Count);
    }

    /// <summary>Asks no more, and waits for the answers.</summary>
    public async Task EndAsync()
    {
        await _end.CancelAsync();
        await _asking;
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
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

/// <param name="P99">Milliseconds; null: no answer came.</param>
/// <param name="Count">Answers.</param>
internal sealed record Waits(double? P99, int Count);
