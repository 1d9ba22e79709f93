using Newsroom.Backend.Primitives;

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

    /// <summary>As many messages as can be under way at once in this lane.</summary>
    public int MaxConnections => _relay.MaxConnections;

    /// <summary>Why nothing of this lane may leave for a while, and until when: a day's allowance is used up. Null when it may.</summary>
    public (DateTimeOffset Until, string Why)? Held => null;

    /// <summary>Waits for a place, for the pace, and for a connection. Whoever fails to get one holds a turn that says why.</summary>
    /// <param name="cancellationToken">Heard until the turn is had.</param>
    public Task<SmtpTurn> TakeTurnAsync(CancellationToken cancellationToken) => _relay.TakeTurnAsync(cancellationToken);

    /// <summary>
    /// The next message's turn on the same place and line as <paramref name="done"/>, which then holds nothing any more. Null, and nothing changes, when
    /// somebody else waits for a place, the pace does not allow it now or the line was closed: give the place back and take a turn.
    /// </summary>
    public SmtpTurn? TryContinue(SmtpTurn done) => _relay.TryContinue(done);

    public void Dispose()
    {
    }
}

/// <summary>What the receiving ends can stand: how many a second, minute, hour and day, and who has asked us to wait.</summary>
public sealed class ReceivingLimits
{
    /// <returns>Null: it may go now. Otherwise the instant to come again, and no attempt was made.</returns>
    public DateTimeOffset? PutOffUntil(EmailAddress to, DateTimeOffset now) => null;

    /// <summary>Hears every answer about a recipient: a delay that is meant for all of us there holds the others to the same receiver too.</summary>
    public void Heard(EmailAddress to, HandOver answer, DateTimeOffset now)
    {
    }
}
