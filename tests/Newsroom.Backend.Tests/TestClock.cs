using Microsoft.Extensions.Time.Testing;

namespace Newsroom.Backend.Tests;

/// <summary>
/// Stands still until a test moves it. What ticks periodically ticks once for a jump over many periods, as a real timer does whose process was suspended:
/// <see cref="FakeTimeProvider"/> itself would tick 700,000 times for three months of every ten seconds.
/// </summary>
public sealed class TestClock(DateTimeOffset start) : FakeTimeProvider(start)
{
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new TickingTimer(this, callback, state, dueTime, period);

    private ITimer CreateOneShot(TimerCallback callback) => base.CreateTimer(callback, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    private sealed class TickingTimer : ITimer
    {
        private readonly ITimer _next;
        private TimeSpan _period;

        public TickingTimer(TestClock clock, TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _next = clock.CreateOneShot(_ => Tick(callback, state));
            Change(dueTime, period);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _period = period;
            return _next.Change(dueTime, Timeout.InfiniteTimeSpan);
        }

        public void Dispose() => _next.Dispose();

        public ValueTask DisposeAsync() => _next.DisposeAsync();

        private void Tick(TimerCallback callback, object? state)
        {
            if (_period > TimeSpan.Zero)
                _next.Change(_period, Timeout.InfiniteTimeSpan);
            callback(state);
        }
    }
}
