namespace Newsroom.Backend.Mail.Relays;

/// <summary>
/// How many connections digests use at a relay. Begins with eight and doubles while that brings a tenth more messages a second; a step that does not is taken back
/// and tried again later. Fewer when the relay says "too many", refuses further lines, or takes three times as long as it once did. Not thread-safe.
/// </summary>
internal sealed class PoolSize
{
    private const int Start = 8;
    private const double WorthIt = 1.1;

    // Windows of four messages a connection; a step that failed is tried again after so many.
    private const int Rest = 20;

    // Below that a longer answer is the machine's own business.
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan CeilingLasts = TimeSpan.FromMinutes(10);

    private readonly int _most;
    private readonly TimeProvider _clock;
    private int _ceiling;
    private DateTimeOffset _ceilingUntil;
    private (int Size, double Rate)? _trial;
    private int _rest;
    private int _answers;
    private bool _full = true;
    private TimeSpan _taken;
    private TimeSpan _best = TimeSpan.MaxValue;
    private long _since;
    private long? _askedForLessAt;

    public PoolSize(int most, TimeProvider clock)
    {
        (_most, _clock, Now) = (most, clock, Math.Min(most, Start));
        Forget();
    }

    public int Now { get; private set; }

    /// <summary>Hears of each answer.</summary>
    /// <param name="took">From the open line to the answer.</param>
    /// <param name="full">Whether all connections were in use.</param>
    public void Answered(TimeSpan took, bool full)
    {
        _answers++;
        _taken += took;
        _full &= full;
        if (_answers < 4 * Now)
            return;
        var (elapsed, mean) = (_clock.GetElapsedTime(_since), _taken / _answers);
        if (elapsed > TimeSpan.Zero)
            Judge(_answers / elapsed.TotalSeconds, mean);
        Forget();
    }

    /// <summary>A further line was refused while <paramref name="open"/> others were open: that many it is, for ten minutes.</summary>
    public void Refused(int open)
    {
        _ceiling = Math.Clamp(open, 1, _most);
        _ceilingUntil = _clock.GetUtcNow() + CeilingLasts;
        Now = Math.Min(Now, _ceiling);
        Forget();
    }

    /// <summary>It asked for less on an open line. Those that were under way when it did so first hear the same, and it is said once.</summary>
    /// <param name="begun">When the message was begun, by the clock's timestamp.</param>
    public void AskedForLess(long begun)
    {
        if (begun <= _askedForLessAt)
            return;
        _askedForLessAt = _clock.GetTimestamp();
        Refused(Math.Max(1, Now * 3 / 4));
    }

    private void Judge(double rate, TimeSpan mean)
    {
        _best = mean < _best ? mean : _best;
        if (mean > Slow && mean > _best * 3)
        {
            (Now, _trial, _rest) = (Math.Max(1, Now * 2 / 3), null, Rest);
            return;
        }
        if (_trial is { } before)
        {
            _trial = null;
            if (rate < before.Rate * WorthIt)
                (Now, _rest) = (before.Size, Rest);
        }
        if (_rest > 0)
            _rest--;
        else if (_full && Now < Ceiling)
            (_trial, Now) = ((Now, rate), Math.Min(Now * 2, Ceiling));
    }

    private int Ceiling => _clock.GetUtcNow() < _ceilingUntil ? _ceiling : _most;

    private void Forget() => (_answers, _full, _taken, _since) = (0, true, TimeSpan.Zero, _clock.GetTimestamp());
}
