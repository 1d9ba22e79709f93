namespace Newsroom.Backend.Mail.Relays;

/// <summary>
/// A relay that cannot be reached or refuses the sign-in three times running is left alone for a while, which grows from five seconds to a minute:
/// the others carry on, and nobody waits for it. Not thread-safe.
/// </summary>
internal sealed class RelayHealth
{
    private const int Patience = 3;
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(5);

    // Whoever could not be sent comes back after a minute: by then it is tried again.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(50);

    private int _failures;
    private TimeSpan _pause = Shortest;
    private DateTimeOffset _until;
    private HandOver? _failed;
    private (DateTimeOffset Until, HandOver? Why) _asked;

    /// <summary>Since when no connection could be opened; null when the last one could.</summary>
    public DateTimeOffset? DownSince { get; private set; }

    public bool IsLeftAlone(DateTimeOffset now) => _until > now || _asked.Until > now;

    /// <summary>What the last failed opening met, or the words in which it asked for a pause; null when it is up.</summary>
    public HandOver? Why(DateTimeOffset now) => _asked.Until > now ? _asked.Why : _failed;

    public void Failed(HandOver why, DateTimeOffset now)
    {
        _failed = why;
        DownSince ??= now;
        // Those that were on their way when it was found down say nothing new.
        if (_until > now || ++_failures < Patience)
            return;
        _until = now + _pause;
        _pause = _pause * 2 < Longest ? _pause * 2 : Longest;
    }

    public void Reached() => (_failures, _pause, _until, DownSince, _failed) = (0, Shortest, default, null, null);

    /// <summary>It asked for a pause itself ("try again in 300 seconds"). A line that was on its way then, and is open now, does not end it.</summary>
    public void AskedToWait(HandOver why, DateTimeOffset until) => _asked = until > _asked.Until ? (until, why) : _asked;
}
