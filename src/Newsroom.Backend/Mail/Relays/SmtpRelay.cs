using Microsoft.Extensions.Options;

namespace Newsroom.Backend.Mail.Relays;

/// <summary>
/// Hands messages to the newsroom's relay over a few lasting connections and says truthfully what became of each. Safe to call from many
/// threads; at most <c>Mail:Smtp:Connections</c> messages are under way at once and <c>Mail:Smtp:MaxPerSecond</c> begun a second.
/// </summary>
public sealed class SmtpRelay(IOptions<MailOptions> mail, SmtpConnections connections, TimeProvider clock) : IDisposable
{
    /// <summary>Longest wait for a server, from the first byte of a message to the answer to its final dot.</summary>
    internal static readonly TimeSpan Deadline = TimeSpan.FromMinutes(5);

    private readonly SemaphoreSlim _free = new(mail.Value.Smtp.Connections);
    private readonly Pace _pace = new(mail.Value.Smtp.MaxPerSecond, clock);

    private int _waiting;

    public int MaxConnections => mail.Value.Smtp.Connections;

    /// <summary>Takes part in a lane until disposed.</summary>
    public LaneShare Join(MailLane lane) => new(this, lane);

    internal SmtpTurn? TryContinue(SmtpTurn done) => Volatile.Read(ref _waiting) == 0 ? done.Continue(_pace.TryTake) : null;

    internal async Task<SmtpTurn> TakeTurnAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _waiting);
        try
        {
            await _free.WaitAsync(cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
        try
        {
            await _pace.WaitAsync(cancellationToken);
            var turn = new SmtpTurn(connections, clock, () => _free.Release());
            await turn.OpenAsync(cancellationToken);
            return turn;
        }
        catch
        {
            _free.Release();
            throw;
        }
    }

    /// <summary>For a message of which no row tells.</summary>
    /// <param name="message">Its bytes are sent as they are.</param>
    /// <param name="cancellationToken">Heard until the message is begun, then no longer.</param>
    public async Task<HandOver> HandOverAsync(BuiltMessage message, CancellationToken cancellationToken)
    {
        using var share = Join(MailLane.Transactional);
        await using var turn = await share.TakeTurnAsync(cancellationToken);
        return turn.Unopened ?? await turn.SendAsync(message);
    }

    public void Dispose() => _free.Dispose();

    /// <summary>Spaces beginnings evenly, so that a relay's limit of messages a second is kept also in its shortest window.</summary>
    private sealed class Pace(double perSecond, TimeProvider clock)
    {
        private readonly Lock _lock = new();
        private DateTimeOffset _next;

        /// <summary>True when a message may begin at this moment: then it has.</summary>
        public bool TryTake()
        {
            if (perSecond <= 0)
                return true;
            lock (_lock)
            {
                var now = clock.GetUtcNow();
                if (_next > now)
                    return false;
                _next = now + TimeSpan.FromSeconds(1 / perSecond);
                return true;
            }
        }

        public Task WaitAsync(CancellationToken cancellationToken)
        {
            if (perSecond <= 0)
                return Task.CompletedTask;
            TimeSpan wait;
            lock (_lock)
            {
                var now = clock.GetUtcNow();
                var mine = _next > now ? _next : now;
                _next = mine + TimeSpan.FromSeconds(1 / perSecond);
                wait = mine - now;
            }
            return wait > TimeSpan.Zero ? Task.Delay(wait, clock, cancellationToken) : Task.CompletedTask;
        }
    }
}
