using System.Net.Sockets;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;

namespace Newsroom.Backend.Mail.Relays;

/// <summary>
/// One message's place at a relay, held until disposed: its share of the connections, its moment in the pace, an open connection. Who commits
/// "handing over" inside a turn, and its outcome too, leaves no more rows in doubt than there are connections.
/// </summary>
public sealed class SmtpTurn : IAsyncDisposable
{
    private static readonly TimeSpan ConnectDeadline = TimeSpan.FromSeconds(30);

    private readonly Place _place;
    private readonly TimeProvider _clock;
    private bool _waited;
    private SmtpChannel? _channel;

    /// <summary>True: the next turn has the place now.</summary>
    private bool _goesOn;

    internal SmtpTurn(Place place, TimeProvider clock)
        : this(place, place.Relay?.Lines.TryTakeIdle(), clock)
    {
    }

    private SmtpTurn(Place place, SmtpChannel? channel, TimeProvider clock)
    {
        (_place, _channel, _clock) = (place, channel, clock);
        _waited = channel is not null;
        Unopened = place.Relay is null ? place.WhyNone : null;
    }

    /// <summary>Longest hand-over, with a waiting line that turns out dead and a fresh one after it. A lease on a message must be longer.</summary>
    public static TimeSpan LongestHandOver => SmtpRelay.Deadline + ConnectDeadline + SmtpRelay.Deadline;

    /// <summary>Why there is no connection; null when there is one. Nothing may be sent then, and no message was begun.</summary>
    public HandOver? Unopened { get; private set; }

    /// <param name="message">Its bytes are sent as they are. Nothing cancels it: a half-sent message would be an unknown one.</param>
    /// <param name="mayGo">
    /// Awaited before the final dot, which makes it the server's: what must be committed by then may be under way until then. False, and the line is
    /// cut before the dot and the answer is <see cref="HandOverResult.NotSent"/>; its exception comes through as it is, with the line cut as well.
    /// </param>
    public async Task<HandOver> SendAsync(BuiltMessage message, Task<bool>? mayGo = null)
    {
        var answer = await SendOnceAsync(message, mayGo);
        // The server may have closed the line while it waited (RFC 5321 §3.8): a fresh one tells whether it takes the message.
        // One that names a pause has heard us, and gets it.
        if (!_waited || answer is not ({ Result: HandOverResult.Later, Code: null } or { Code: 421, RetryAfter: null }))
            return answer;
        await OpenAsync(TimeSpan.Zero, CancellationToken.None);
        return Unopened ?? await SendOnceAsync(message, mayGo);
    }

    public async ValueTask DisposeAsync()
    {
        if (_channel is { } unused)
            await Lines.ReturnAsync(unused);
        if (!_goesOn)
            _place.End();
    }

    /// <summary>Another turn on this one's place, over a line that waits; null, and this one keeps its place, when none does or it is another's turn.</summary>
    internal SmtpTurn? Continue(LaneShare share)
    {
        if (_place.Relay is null || Lines.TryTakeIdle() is not { } channel)
            return null;
        if (_place.TryContinue(share) is not { } place)
        {
            Lines.Keep(channel);
            return null;
        }
        place.Reached(anew: false);
        _goesOn = true;
        return new SmtpTurn(place, channel, _clock);
    }

    /// <param name="patience">How long to wait for a line that another gives back, when the relay grants no further one.</param>
    /// <param name="cancellationToken">Heard until there is a line.</param>
    internal async Task OpenAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        if (_place.Relay is null)
            return;
        if (_channel is not null)
        {
            _place.Reached(anew: false);
            return;
        }
        using var deadline = new CancellationTokenSource(ConnectDeadline, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            _channel = await Lines.OpenAsync(either.Token);
            _place.Reached(anew: true);
        }
        catch (Exception e) when (IsFailure(e) && !cancellationToken.IsCancellationRequested)
        {
            Unopened = SmtpAnswer.NoConnection(e, Reason(e, ConnectDeadline));
            if (!_place.Unreached(Unopened) || patience == TimeSpan.Zero)
                return;
            _channel = await Lines.AwaitReturnAsync(patience, cancellationToken);
            if (_channel is null)
                return;
            _waited = true;
            Unopened = null;
            _place.Reached(anew: false);
        }
    }

    private SmtpConnections Lines => _place.Relay!.Lines;

    private async Task<HandOver> SendOnceAsync(BuiltMessage message, Task<bool>? mayGo)
    {
        var channel = _channel ?? throw new InvalidOperationException("One turn, one message, and only over an open connection.");
        if (message.To.NeedsSmtpUtf8 && !channel.Offers(SmtpCapabilities.UTF8))
        {
            // With the code that servers have for it (RFC 6531 §3.5): 5.6.7 is never counted against the mailbox.
            return new HandOver(
                HandOverResult.Refused, null, "5.6.7", "The mail server does not take addresses outside ASCII (no SMTPUTF8, RFC 6531).", FaultOwner.Reader);
        }
        _channel = null;
        HandOver answer;
        try
        {
            using var deadline = new CancellationTokenSource(SmtpRelay.Deadline, _clock);
            var words = await channel.SendAsync(message, mayGo, deadline.Token);
            answer = new HandOver(HandOverResult.Accepted, 250, null, SmtpAnswer.Words(words, message.To), FaultOwner.None);
        }
        catch (NotLetGoException)
        {
            answer = new HandOver(HandOverResult.NotSent, null, null, null, FaultOwner.None);
        }
        catch (SmtpCommandException e)
        {
            answer = channel.FinalDotMayHaveLeft ? SmtpAnswer.ReadFinal(e, message.To) : SmtpAnswer.Read(e, message.To);
        }
        catch (ServiceNotAuthenticatedException e)
        {
            // MailKit's word for 530: it wants a sign-in that we did not give (RFC 4954 §6).
            answer = new HandOver(HandOverResult.Refused, 530, null, SmtpAnswer.Words(e.Message, message.To), FaultOwner.Server);
        }
        catch (Exception e) when (IsFailure(e))
        {
            // Lost before the final dot the server cannot have it; but it was asked, and may hang up on this message each time.
            var result = channel.FinalDotMayHaveLeft ? HandOverResult.Unknown : HandOverResult.Later;
            answer = new HandOver(result, null, null, SmtpAnswer.Words(Reason(e, SmtpRelay.Deadline), message.To), FaultOwner.Server);
        }
        catch
        {
            channel.Dispose();
            throw;
        }
        // After anything but success a server's idea of the dialogue is doubtful ("503 sender already specified"): begin anew.
        _place.Answered(answer);
        if (answer.Result == HandOverResult.Accepted)
            await Lines.ReturnAsync(channel);
        else if (answer.Code is null or 421)
            channel.Dispose();
        else
            await SmtpConnections.CloseAsync(channel);
        return answer;
    }

    private static string Reason(Exception failure, TimeSpan deadline) =>
        failure is OperationCanceledException ? $"No answer within {deadline.TotalSeconds:0} seconds." : failure.Message;

    /// <summary>What network, TLS, sign-in and a server's odd words throw. Anything else is a fault of this program.</summary>
    private static bool IsFailure(Exception e) => e is IOException or SocketException or OperationCanceledException or ProtocolException or CommandException
        or SslHandshakeException or MailKit.Security.AuthenticationException or System.Security.Authentication.AuthenticationException
        or ServiceNotConnectedException or NotSupportedException or ObjectDisposedException;
}
