using System.Collections.Concurrent;

namespace Newsroom.Backend.Web;

/// <summary>How much of something one may do.</summary>
/// <param name="AtOnce">After a rest.</param>
/// <param name="Then">In each <paramref name="Period"/> from then on, evenly.</param>
/// <param name="Period">How long <paramref name="Then"/> is for.</param>
public sealed record Allowance(int AtOnce, int Then, TimeSpan Period);

/// <summary>
/// Who has used how much of an allowance: the generic cell rate algorithm (ITU-T I.371), one instant a key. In memory, each process its own.
/// Who has rested is forgotten, and beyond <paramref name="mostKeys"/> those who have used least: a flood of keys cannot fill the memory.
/// </summary>
public sealed class AllowanceBook(Allowance allowance, int mostKeys = 100_000)
{
    private const int LeastBetweenSweeps = 256;

    // The instant, in UTC ticks, at which everything is given back.
    private readonly ConcurrentDictionary<string, long> _restedAt = new(StringComparer.Ordinal);
    private readonly long _each = Math.Max(1, allowance.Period.Ticks / allowance.Then);
    private readonly Lock _sweeping = new();
    private int _addsUntilSweep = LeastBetweenSweeps;

    /// <summary>Keys that are remembered.</summary>
    public int Count => _restedAt.Count;

    private long Ahead => _each * (allowance.AtOnce - 1);

    /// <summary>Takes one more, now, unless it is used up.</summary>
    /// <param name="key">Who asks.</param>
    /// <param name="now">When.</param>
    /// <param name="wait">After which time to ask again when it is refused; zero otherwise.</param>
    public bool Takes(string key, DateTimeOffset now, out TimeSpan wait)
    {
        while (true)
        {
            var known = _restedAt.TryGetValue(key, out var stored);
            var from = known ? Math.Max(stored, now.UtcTicks) : now.UtcTicks;
            wait = TimeSpan.FromTicks(Math.Max(0, from - now.UtcTicks - Ahead));
            if (wait > TimeSpan.Zero)
                return false;
            if (known && _restedAt.TryUpdate(key, from + _each, stored))
                return true;
            if (!known && _restedAt.TryAdd(key, from + _each))
            {
                if (Interlocked.Decrement(ref _addsUntilSweep) <= 0)
                    Sweep(now.UtcTicks);
                return true;
            }
        }
    }

    public bool Takes(string key, DateTimeOffset now) => Takes(key, now, out _);

    /// <summary>Whether <see cref="Takes(string, DateTimeOffset)"/> would; takes nothing.</summary>
    public bool HasLeft(string key, DateTimeOffset now) => !_restedAt.TryGetValue(key, out var restedAt) || restedAt - now.UtcTicks <= Ahead;

    /// <summary>True when more than half of what may be done at once is used.</summary>
    public bool IsHalfUsed(string key, DateTimeOffset now) => _restedAt.TryGetValue(key, out var restedAt) && restedAt - now.UtcTicks > _each * allowance.AtOnce / 2;

    private void Sweep(long now)
    {
        lock (_sweeping)
        {
            if (_addsUntilSweep > 0)
                return;
            foreach (var rested in _restedAt.Where(k => k.Value <= now))
                _restedAt.TryRemove(rested);
            var tooMany = _restedAt.Count - (mostKeys / 2);
            if (tooMany > 0)
            {
                foreach (var leastUsed in _restedAt.ToArray().OrderBy(k => k.Value).Take(tooMany))
                    _restedAt.TryRemove(leastUsed);
            }
            _addsUntilSweep = Math.Max(LeastBetweenSweeps, _restedAt.Count);
        }
    }
}
