using Microsoft.Extensions.Options;

namespace Newsroom.Backend.Mail.Relays;

/// <summary>
/// Hands messages to the newsroom's relays over lasting connections and says truthfully what became of each. Safe to call from many threads.
/// </summary>
public sealed class SmtpRelay : IAsyncDisposable
{
    /// <summary>Longest wait for a server, from the first byte of a message to the answer to its final dot.</summary>
    internal static readonly TimeSpan Deadline = TimeSpan.FromMinutes(5);

    // A relay that grants no further line: whoever is urgent takes the next that a digest gives back.
    private static readonly TimeSpan PatienceForALine = TimeSpan.FromSeconds(10);

    private readonly TimeProvider _clock;
    private readonly TurnQueue _queue;

    internal SmtpRelay(IOptions<MailOptions> mail, RelayCounts counts, MailMetrics metrics, TimeProvider clock)
    {
        _clock = clock;
        Counts = counts;
        Relays = [.. mail.Value.AllRelays.Where(r => r.Relay.Host.Length > 0).Select(r => new Relay(r.Relay, clock))];
        // Without a host nobody asks for turns (MailReadiness); should one all the same, it meets an empty name.
        if (Relays.Count == 0)
            Relays = [new Relay(mail.Value.Smtp, clock)];
        WarmUp = new WarmUp(mail.Value.WarmUp);
        _queue = new TurnQueue(Relays, WarmUp, metrics, clock);
        metrics.Watch(() => Relays.Sum(r => r.Lines.Open));
    }

    internal IReadOnlyList<Relay> Relays { get; }

    internal WarmUp WarmUp { get; }

    internal RelayCounts Counts { get; }

    /// <summary>Takes part in a lane until disposed.</summary>
    public LaneShare Join(MailLane lane) => new(this, lane);

    /// <summary>For a message of which no row tells.</summary>
    /// <param name="message">Its bytes are sent as they are.</param>
    /// <param name="cancellationToken">Heard until the message is begun, then no longer.</param>
    public async Task<HandOver> HandOverAsync(BuiltMessage message, CancellationToken cancellationToken)
    {
        using var share = Join(MailLane.Transactional);
        await using var turn = await share.TakeTurnAsync(cancellationToken);
        return turn.Unopened ?? await turn.SendAsync(message);
    }

    public async ValueTask DisposeAsync()
    {
        _queue.Dispose();
        foreach (var relay in Relays)
            await relay.Lines.DisposeAsync();
    }

    internal int MaxConnections(MailLane lane) => Relays.Where(r => r.Serves(lane)).Sum(r => r.MostPlaces(lane));

    internal (DateTimeOffset Until, string Why)? Held(MailLane lane) => _queue.Held(lane) is { } wait ? (wait.Until, wait.Words) : null;

    /// <summary>Reads the relays' state while nobody changes it.</summary>
    internal T Read<T>(Func<DateTimeOffset, T> read) => _queue.Read(read);

    internal async Task CloseIdleAsync()
    {
        foreach (var relay in Relays)
            await relay.Lines.CloseIdleAsync();
    }

    /// <summary>A place, then a line there; where none can be opened, at another relay before saying so.</summary>
    internal async Task<SmtpTurn> TakeTurnAsync(LaneShare share, CancellationToken cancellationToken)
    {
        await Counts.LoadAsync(this, cancellationToken);
        var place = await _queue.WaitAsync(share, cancellationToken);
        List<Relay> tried = [];
        while (true)
        {
            var turn = new SmtpTurn(place, _clock);
            try
            {
                await turn.OpenAsync(share.Lane == MailLane.Digest ? TimeSpan.Zero : PatienceForALine, cancellationToken);
            }
            catch
            {
                place.End();
                throw;
            }
            if (turn.Unopened is null || place.Relay is null)
                return turn;
            tried.Add(place.Relay);
            if (_queue.TryTake(share.Lane, tried) is not { } another)
                return turn;
            place.End();
            place = another;
        }
    }
}
