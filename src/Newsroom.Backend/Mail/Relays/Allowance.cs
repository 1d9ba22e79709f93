namespace Newsroom.Backend.Mail.Relays;

/// <summary>When the next message may go, and what it waits for.</summary>
/// <param name="Until">The first instant at which there is room.</param>
/// <param name="Limit">The limit in words: <c>1000 a day</c>.</param>
/// <param name="Interval">At that limit's rate, the time from one message to the next.</param>
internal readonly record struct Wait(DateTimeOffset Until, string Limit, TimeSpan Interval)
{
    /// <summary>For staff.</summary>
    public string Words => FormattableString.Invariant($"The allowance is used up ({Limit}); sending goes on at {Until:yyyy-MM-dd HH:mm} UTC.");
}

/// <summary>
/// What one relay or receiver may get in a second, a minute, an hour and a day. The urgent lanes can always use what is kept for them: digests leave a tenth
/// of each minute's, hour's and day's allowance alone, breaking news a twentieth. Thread-safe.
/// </summary>
internal sealed class Allowance(PaceOptions pace)
{
    internal static readonly TimeSpan Step = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1), Hour = TimeSpan.FromHours(1), Day = TimeSpan.FromDays(1);

    // A clock's alarm may ring some milliseconds late: that is made up for.
    private static readonly TimeSpan Late = TimeSpan.FromMilliseconds(20);

    private readonly Lock _lock = new();
    private readonly Tally _seconds = new(TimeSpan.FromSeconds(1), Minute);
    private readonly Tally _steps = new(Step, Day);
    private DateTimeOffset _next;

    public bool LastsLongerThanTheProgram => pace.MaxPerHour > 0 || pace.MaxPerDay > 0;

    /// <returns>Null: it may go now.</returns>
    public Wait? Before(DateTimeOffset now, MailLane lane)
    {
        lock (_lock)
        {
            // Further ahead than one message it is only when the clock was put back.
            if (pace.MaxPerSecond > 0 && _next > now + Spacing)
                _next = now + Spacing;
            Wait? longest = pace.MaxPerSecond > 0 && _next > now ? new Wait(_next, FormattableString.Invariant($"{pace.MaxPerSecond} a second"), Spacing) : null;
            longest = Later(longest, _seconds, now, Minute, pace.MaxPerMinute, lane, "minute");
            longest = Later(longest, _steps, now, Hour, pace.MaxPerHour, lane, "hour");
            return Later(longest, _steps, now, Day, pace.MaxPerDay, lane, "day");
        }
    }

    /// <param name="at">When its turn was.</param>
    /// <param name="count">1, or -1 for a turn in which nothing was sent after all.</param>
    public void Count(DateTimeOffset at, int count)
    {
        lock (_lock)
        {
            if (pace.MaxPerSecond > 0)
                _next = count < 0 ? _next - Spacing : (_next > at - Late ? _next : at) + Spacing;
            _seconds.Add(at, count);
            _steps.Add(at, count);
        }
    }

    /// <summary>Sets what is known of five minutes.</summary>
    public void Know(DateTimeOffset step, int count)
    {
        lock (_lock)
            _steps.Set(step, count);
    }

    public (int Minute, int Hour, int Day) Sent(DateTimeOffset now)
    {
        lock (_lock)
            return (_seconds.Count(now, Minute), _steps.Count(now, Hour), _steps.Count(now, Day));
    }

    /// <summary>What is kept from a lane for those more urgent than it. One of two is already a half.</summary>
    internal static int Open(int most, MailLane lane) => most <= 1 ? most : lane switch
    {
        MailLane.Digest => most - Math.Max(1, most / 10),
        MailLane.Breaking => most - Math.Max(1, most / 20),
        MailLane.Transactional => most,
        _ => throw new ArgumentOutOfRangeException(nameof(lane), lane, null),
    };

    private TimeSpan Spacing => TimeSpan.FromSeconds(1 / pace.MaxPerSecond);

    private static Wait? Later(Wait? longest, Tally tally, DateTimeOffset now, TimeSpan window, int most, MailLane lane, string name)
    {
        if (most <= 0)
            return longest;
        var until = tally.FreeAt(now, window, Open(most, lane));
        return until <= now || until <= longest?.Until ? longest : new Wait(until, FormattableString.Invariant($"{most} a {name}"), (window + tally.Slot) / most);
    }
}
