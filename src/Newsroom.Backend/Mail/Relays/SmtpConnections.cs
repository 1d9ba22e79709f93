using System.Net.Sockets;

namespace Newsroom.Backend.Mail.Relays;

/// <summary>Opens connections to one relay and keeps those that wait for their next message.</summary>
internal sealed class SmtpConnections(SmtpOptions relay, TimeProvider clock) : IAsyncDisposable
{
    // RFC 5321 §4.5.3.2.7 lets servers close after 5 minutes; many do after 30 seconds or less.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly SmtpTrust _trust = relay.TrustedCertificateFile is { Length: > 0 } file ? SmtpTrust.Load(file) : new SmtpTrust(null);
    private readonly Stack<SmtpChannel> _idle = new();
    private readonly Queue<TaskCompletionSource<SmtpChannel?>> _wanted = new();
    private readonly Lock _lock = new();
    private int _open;
    private int _opening;

    /// <summary>Connections open now, waiting or in use.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>Connections that the relay has or will have: open, or being opened and not answered yet.</summary>
    public int OpenOrOpening => Volatile.Read(ref _opening) + Open;

    /// <summary>One that waits, the last used first.</summary>
    internal SmtpChannel? TryTakeIdle()
    {
        lock (_lock)
        {
            return _idle.TryPeek(out var channel) && !IsWornOut(channel, clock.GetUtcNow()) ? _idle.Pop() : null;
        }
    }

    /// <summary>The next line that somebody else gives back: for who is urgent and was refused one of his own. Null when none comes in time.</summary>
    internal async Task<SmtpChannel?> AwaitReturnAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        var wanted = new TaskCompletionSource<SmtpChannel?>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (TryTakeIdle() is { } waiting)
                return waiting;
            _wanted.Enqueue(wanted);
        }
        using var given = new CancellationTokenSource(patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(given.Token, cancellationToken);
        await using var ends = either.Token.Register(() => wanted.TrySetResult(null));
        return await wanted.Task;
    }

    /// <summary>Connects, secures the line and signs in.</summary>
    /// <exception cref="Exception">Whatever network, TLS or server have against it: no message was begun.</exception>
    internal async Task<SmtpChannel> OpenAsync(CancellationToken cancellationToken)
    {
        // One that nobody may use any more still counts among those that the relay grants.
        if (TryTakeWornOut() is { } wornOut)
            await CloseAsync(wornOut);
        // MailKit leaves Nagle's algorithm on, which against delayed acknowledgements costs 44 ms a message (measured 2026-11).
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        var channel = new SmtpChannel(_trust);
        Interlocked.Increment(ref _opening);
        try
        {
            await socket.ConnectAsync(relay.Host, relay.EffectivePort, cancellationToken);
            await channel.ConnectAsync(new GatheringStream(new NetworkStream(socket, ownsSocket: true)), relay.Host, relay.EffectivePort, relay.Security.ForMailKit(), cancellationToken);
            if (relay is { UserName.Length: > 0, Password: { } password })
                await channel.AuthenticateAsync(relay.UserName, password, cancellationToken);
            channel.OpenedAt = clock.GetUtcNow();
            Interlocked.Increment(ref _open);
            channel.Closed = () => Interlocked.Decrement(ref _open);
            return channel;
        }
        catch
        {
            channel.Dispose();
            socket.Dispose();
            throw;
        }
        finally
        {
            Interlocked.Decrement(ref _opening);
        }
    }

    /// <summary>Keeps a connection whose message went well for the next one.</summary>
    internal async ValueTask ReturnAsync(SmtpChannel channel)
    {
        var now = clock.GetUtcNow();
        if (!channel.IsConnected || (relay.MaxPerConnection > 0 && channel.Carried >= relay.MaxPerConnection) || IsTooOld(channel, now))
        {
            await CloseAsync(channel);
            return;
        }
        channel.IdleSince = now;
        Keep(channel);
    }

    /// <summary>For whoever wants one, or for the next message.</summary>
    internal void Keep(SmtpChannel channel)
    {
        lock (_lock)
        {
            while (_wanted.TryDequeue(out var wanted))
            {
                if (wanted.TrySetResult(channel))
                    return;
            }
            _idle.Push(channel);
        }
    }

    /// <summary>Says goodbye on those that nobody needed for a while.</summary>
    public async Task CloseIdleAsync()
    {
        var now = clock.GetUtcNow();
        await CloseWhereAsync(c => IsWornOut(c, now));
    }

    public async ValueTask DisposeAsync() => await CloseWhereAsync(_ => true);

    internal static async Task CloseAsync(SmtpChannel channel)
    {
        using (channel)
        {
            try
            {
                using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
                await channel.DisconnectAsync(quit: true, patience.Token);
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException
                or MailKit.ProtocolException or MailKit.CommandException or InvalidOperationException)
            {
                // A goodbye that fails is one all the same.
            }
        }
    }

    private async Task CloseWhereAsync(Predicate<SmtpChannel> old)
    {
        List<SmtpChannel> closing;
        lock (_lock)
        {
            closing = [.. _idle.Where(c => old(c))];
            var kept = _idle.Where(c => !old(c)).Reverse().ToList();
            _idle.Clear();
            kept.ForEach(_idle.Push);
        }
        // All at once: a relay that answers no QUIT holds nobody up for longer than one of them.
        await Task.WhenAll(closing.Select(CloseAsync));
    }

    private SmtpChannel? TryTakeWornOut()
    {
        lock (_lock)
            return _idle.TryPeek(out var channel) && IsWornOut(channel, clock.GetUtcNow()) ? _idle.Pop() : null;
    }

    private bool IsWornOut(SmtpChannel channel, DateTimeOffset now) => channel.IdleSince < now - Patience || IsTooOld(channel, now);

    private bool IsTooOld(SmtpChannel channel, DateTimeOffset now) => now - channel.OpenedAt >= relay.MaxConnectionAge;
}

/// <summary>Closes connections that nobody needs any more.</summary>
internal sealed class IdleConnectionsEnd(SmtpRelay relay, TimeProvider clock) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(10), clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            await relay.CloseIdleAsync();
    }
}
