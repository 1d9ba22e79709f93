using System.Net.Sockets;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Mail;

/// <summary>
/// Hands messages to the newsroom's relay over a few lasting connections and says truthfully what became of each. Safe to call from many
/// threads; at most <c>Mail:Smtp:Connections</c> messages are under way at once and <c>Mail:Smtp:MaxPerSecond</c> begun a second.
/// </summary>
public sealed class SmtpRelay(IOptions<MailOptions> mail, SmtpConnections connections, TimeProvider clock) : IDisposable
{
    /// <summary>Longest wait for a server, from the first byte of a message to the answer to its final dot.</summary>
    internal static readonly TimeSpan Deadline = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan ConnectDeadline = TimeSpan.FromSeconds(30);

    /// <summary>Longest hand-over, with a waiting line that turns out dead and a fresh one after it. A lease on a message must be longer.</summary>
    public static readonly TimeSpan LongestHandOver = Deadline + ConnectDeadline + Deadline;

    private readonly SemaphoreSlim _free = new(mail.Value.Smtp.Connections);
    private readonly Pace _pace = new(mail.Value.Smtp.MaxPerSecond, clock);

    public int MaxConnections => mail.Value.Smtp.Connections;

    /// <param name="message">Its bytes are sent as they are.</param>
    /// <param name="cancellationToken">Heard until the message is begun, then no longer: a half-sent message would be an unknown one.</param>
    public async Task<HandOver> HandOverAsync(BuiltMessage message, CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken);
        try
        {
            await _pace.WaitAsync(cancellationToken);
            if (connections.TryTakeIdle() is { } waiting)
            {
                var answer = await SendAsync(waiting, message);
                // The server may have closed the line while it waited (RFC 5321 §3.8): a fresh one tells whether it takes the message.
                if (answer is not ({ Result: HandOverResult.NotSent } or { Code: 421 }))
                    return answer;
            }
            return await SendOnFreshAsync(message, cancellationToken);
        }
        finally
        {
            _free.Release();
        }
    }

    public void Dispose() => _free.Dispose();

    private async Task<HandOver> SendOnFreshAsync(BuiltMessage message, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(ConnectDeadline, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        SmtpChannel channel;
        try
        {
            channel = await connections.OpenAsync(either.Token);
        }
        catch (Exception e) when (IsFailure(e) && !cancellationToken.IsCancellationRequested)
        {
            return NotSent(e, message.To, ConnectDeadline);
        }
        return await SendAsync(channel, message);
    }

    private async Task<HandOver> SendAsync(SmtpChannel channel, BuiltMessage message)
    {
        if (message.To.NeedsSmtpUtf8 && !channel.Offers(SmtpCapabilities.UTF8))
        {
            await connections.ReturnAsync(channel);
            return new HandOver(HandOverResult.Refused, null, null, "The mail server does not take addresses outside ASCII (no SMTPUTF8, RFC 6531).", FaultOwner.Reader);
        }
        HandOver answer;
        try
        {
            using var deadline = new CancellationTokenSource(Deadline, clock);
            var words = await channel.SendAsync(message, deadline.Token);
            answer = new HandOver(HandOverResult.Accepted, 250, null, SmtpAnswer.Words(words, message.To), FaultOwner.None);
        }
        catch (SmtpCommandException e)
        {
            answer = SmtpAnswer.Read(e, message.To);
        }
        catch (Exception e) when (IsFailure(e))
        {
            answer = channel.FinalDotMayHaveLeft
                ? new HandOver(HandOverResult.Unknown, null, null, SmtpAnswer.Words(Reason(e, Deadline), message.To), FaultOwner.Server)
                : NotSent(e, message.To, Deadline);
        }
        // After anything but success a server's idea of the dialogue is doubtful ("503 sender already specified"): begin anew.
        if (answer.Result == HandOverResult.Accepted)
            await connections.ReturnAsync(channel);
        else if (answer.Code is null or 421)
            channel.Dispose();
        else
            await SmtpConnections.CloseAsync(channel);
        return answer;
    }

    private static HandOver NotSent(Exception failure, EmailAddress to, TimeSpan deadline) => new(
        HandOverResult.NotSent, failure is SmtpCommandException answer ? (int)answer.StatusCode : null, null, SmtpAnswer.Words(Reason(failure, deadline), to), FaultOwner.Server);

    private static string Reason(Exception failure, TimeSpan deadline) =>
        failure is OperationCanceledException ? $"No answer within {deadline.TotalSeconds:0} seconds." : failure.Message;

    /// <summary>What network, TLS, sign-in and a server's odd words throw. Anything else is a fault of this program.</summary>
    private static bool IsFailure(Exception e) => e is IOException or SocketException or OperationCanceledException or ProtocolException or CommandException
        or SslHandshakeException or MailKit.Security.AuthenticationException or System.Security.Authentication.AuthenticationException
        or ServiceNotConnectedException or ServiceNotAuthenticatedException or NotSupportedException or ObjectDisposedException;

    /// <summary>Spaces beginnings evenly, so that a relay's limit of messages a second is kept also in its shortest window.</summary>
    private sealed class Pace(double perSecond, TimeProvider clock)
    {
        private readonly Lock _lock = new();
        private DateTimeOffset _next;

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
