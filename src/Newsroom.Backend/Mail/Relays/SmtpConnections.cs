using System.Net.Sockets;
using MailKit.Security;
using Microsoft.Extensions.Options;

namespace Newsroom.Backend.Mail.Relays;

/// <summary>Opens connections to the relay and keeps those that wait for their next message.</summary>
public sealed class SmtpConnections(IOptions<MailOptions> mail, TimeProvider clock) : IAsyncDisposable
{
    // RFC 5321 §4.5.3.2.7 lets servers close after 5 minutes; many do after 30 seconds or less.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly SmtpOptions _smtp = mail.Value.Smtp;
    private readonly SmtpTrust _trust = mail.Value.Smtp.TrustedCertificateFile is { Length: > 0 } file ? SmtpTrust.Load(file) : new SmtpTrust(null);
    private readonly Stack<SmtpChannel> _idle = new();
    private readonly Lock _lock = new();

    /// <summary>One that waits, the last used first.</summary>
    internal SmtpChannel? TryTakeIdle()
    {
        lock (_lock)
        {
            var oldest = clock.GetUtcNow() - Patience;
            return _idle.TryPeek(out var channel) && channel.IdleSince >= oldest ? _idle.Pop() : null;
        }
    }

    /// <summary>True when a line waits that can be used.</summary>
    internal bool HasIdle
    {
        get
        {
            lock (_lock)
                return _idle.TryPeek(out var channel) && channel.IdleSince >= clock.GetUtcNow() - Patience;
        }
    }

    /// <summary>Connects, secures the line and signs in.</summary>
    /// <exception cref="Exception">Whatever network, TLS or server have against it: no message was begun.</exception>
    internal async Task<SmtpChannel> OpenAsync(CancellationToken cancellationToken)
    {
        // MailKit leaves Nagle's algorithm on, which against delayed acknowledgements costs 44 ms a message (measured 2026-11).
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        var channel = new SmtpChannel(_trust);
        try
        {
            await socket.ConnectAsync(_smtp.Host, _smtp.EffectivePort, cancellationToken);
            await channel.ConnectAsync(socket, _smtp.Host, _smtp.EffectivePort, Security(), cancellationToken);
            if (_smtp is { UserName.Length: > 0, Password: { } password })
                await channel.AuthenticateAsync(_smtp.UserName, password, cancellationToken);
            return channel;
        }
        catch
        {
            channel.Dispose();
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Keeps a connection whose message went well for the next one.</summary>
    internal async ValueTask ReturnAsync(SmtpChannel channel)
    {
        if (!channel.IsConnected || (_smtp.MaxPerConnection > 0 && channel.Carried >= _smtp.MaxPerConnection))
        {
            await CloseAsync(channel);
            return;
        }
        channel.IdleSince = clock.GetUtcNow();
        lock (_lock)
        {
            _idle.Push(channel);
        }
    }

    /// <summary>Says goodbye on those that nobody needed for a while.</summary>
    public async Task CloseIdleAsync()
    {
        var oldest = clock.GetUtcNow() - Patience;
        await CloseWhereAsync(c => c.IdleSince < oldest);
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
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or MailKit.ProtocolException or MailKit.CommandException or InvalidOperationException)
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
        foreach (var channel in closing)
            await CloseAsync(channel);
    }

    private SecureSocketOptions Security() => _smtp.Security switch
    {
        SmtpSecurity.None => SecureSocketOptions.None,
        SmtpSecurity.StartTls => SecureSocketOptions.StartTls,
        SmtpSecurity.Tls => SecureSocketOptions.SslOnConnect,
        _ => throw new InvalidOperationException($"Mail:Smtp:Security {_smtp.Security}."),
    };
}

/// <summary>Closes connections that nobody needs any more.</summary>
internal sealed class IdleConnectionsEnd(SmtpConnections connections, TimeProvider clock) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(10), clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            await connections.CloseIdleAsync();
    }
}
