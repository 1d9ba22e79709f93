using System.Collections.Concurrent;
using System.Diagnostics;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Digests;

/// <summary>
/// What counting a digest's rows gave. Few rows are counted anew for everybody who asks. Many are counted once for all who ask at the same time,
/// and what was found serves for a second, or ten times as long as the count took, so that ten people looking cost no more than one and
/// counting never takes more than a tenth of the machine. Measured by the machine's own clock.
/// </summary>
/// <param name="scopes">Where a shared count gets its database from: it outlives the request that began it.</param>
/// <param name="count">Counts the rows of one digest.</param>
/// <param name="rowsOf">How many rows that was.</param>
internal sealed class CountedLately<T>(IServiceScopeFactory scopes, Func<NewsroomDb, int, CancellationToken, Task<T>> count, Func<T, int> rowsOf)
{
    /// <summary>Below, a count takes some 5 ms.</summary>
    private const int Many = 50_000;

    private const int MostKept = 100;

    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(1);

    // Somebody who looks again within this time gets the last figures rather than wait for new ones.
    private static readonly TimeSpan StillOf = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(40);

    private readonly ConcurrentDictionary<int, Kept> _kept = new();

    public async Task<T> OfAsync(NewsroomDb db, int digestId, CancellationToken cancellationToken)
    {
        if (_kept.TryGetValue(digestId, out var kept))
            return await ReadAsync(kept, digestId, cancellationToken);
        var began = Stopwatch.GetTimestamp();
        var value = await count(db, digestId, cancellationToken);
        if (rowsOf(value) >= Many)
        {
            if (_kept.Count >= MostKept)
                _kept.Clear();
            _kept[digestId] = new Kept(value, Stopwatch.GetTimestamp(), Stopwatch.GetElapsedTime(began));
        }
        return value;
    }

    private async Task<T> ReadAsync(Kept kept, int digestId, CancellationToken cancellationToken)
    {
        var age = Stopwatch.GetElapsedTime(kept.At);
        var freshFor = kept.Took * 10 > KeptFor ? kept.Took * 10 : KeptFor;
        if (age < freshFor)
            return kept.Value;
        // Nobody's cancellation ends what others wait for.
        var counting = kept.CountOnce(() => Task.Run(() => CountAnewAsync(digestId), CancellationToken.None));
        if (age < freshFor + StillOf && await Task.WhenAny(counting, Task.Delay(Patience, cancellationToken)) != counting)
            return kept.Value;
        return await counting.WaitAsync(cancellationToken);
    }

    private async Task<T> CountAnewAsync(int digestId)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var began = Stopwatch.GetTimestamp();
            var value = await count(scope.ServiceProvider.GetRequiredService<NewsroomDb>(), digestId, CancellationToken.None);
            _kept[digestId] = new Kept(value, Stopwatch.GetTimestamp(), Stopwatch.GetElapsedTime(began));
            return value;
        }
        catch
        {
            // Whoever asks next counts for himself, and hears what is wrong.
            _kept.TryRemove(digestId, out _);
            throw;
        }
    }

    private sealed class Kept(T value, long at, TimeSpan took)
    {
        private readonly Lock _lock = new();
        private Task<T>? _counting;

        public T Value => value;

        public long At => at;

        public TimeSpan Took => took;

        public Task<T> CountOnce(Func<Task<T>> count)
        {
            lock (_lock)
                return _counting ??= count();
        }
    }
}
