namespace Newsroom.Backend.Mail.Relays;

/// <summary>
/// One sender's part in a lane: a digest that is being sent, the outbox. All that are open in a lane have turns in fairness, however many messages
/// each has.
/// </summary>
public sealed class LaneShare : IDisposable
{
    private readonly SmtpRelay _relay;

    internal LaneShare(SmtpRelay relay, MailLane lane) => (_relay, Lane) = (relay, lane);

    public MailLane Lane { get; }

    /// <summary>As many messages as can ever be under way at once in this lane, over all relays.</summary>
    public int MaxConnections => _relay.MaxConnections(Lane);

    /// <summary>
    /// Why nothing of this lane may leave for half a minute or more, and until when: an hour's, a day's or the warm-up's allowance is used up. Null when it may.
    /// Whoever takes a turn all the same gets one that says so.
    /// </summary>
    public (DateTimeOffset Until, string Why)? Held => _relay.Held(Lane);

    /// <summary>Waits for a place, for the pace, and for a connection. Whoever fails to get one holds a turn that says why.</summary>
    /// <param name="cancellationToken">Heard until the turn is had.</param>
    public Task<SmtpTurn> TakeTurnAsync(CancellationToken cancellationToken) => _relay.TakeTurnAsync(this, cancellationToken);

    /// <summary>
    /// The next message's turn on the same place and line as <paramref name="done"/>, which then holds nothing any more. Null, and nothing changes, when
    /// somebody else waits for a place, another relay may be next, the pace does not allow it now or the line was closed: give the place back and
    /// take a turn.
    /// </summary>
    public SmtpTurn? TryContinue(SmtpTurn done) => done.Continue(this);

    public void Dispose()
    {
    }

    /// <summary>Those of this sender who wait, in order.</summary>
    internal Queue<TaskCompletionSource<Place>> Waiting { get; } = new();
}
