using System.Text;
using MailKit.Net.Smtp;
using MimeKit;
using MimeKit.IO;

namespace Newsroom.Backend.Mail.Relays;

/// <summary>Somebody said no before the final dot: the line was cut, and the server has no message (RFC 5321 §4.1.1.4).</summary>
internal sealed class NotLetGoException() : Exception("The message was not let go.");

/// <summary>One connection to the relay. Carries one message at a time.</summary>
internal sealed class SmtpChannel : SmtpClient
{
    /// <summary>
    /// What a server may offer and we leave alone: with SIZE MailKit writes each message twice, once to measure it; with CHUNKING there is no final dot
    /// to hold back.
    /// </summary>
    public const SmtpCapabilities LeftAlone = SmtpCapabilities.Size | SmtpCapabilities.Chunking | SmtpCapabilities.BinaryMime;

    private Carrier? _carrier;

    public SmtpChannel(SmtpTrust trust)
    {
        ServerCertificateValidationCallback = trust.Accepts;
        // A list of revoked certificates that a firewall keeps away would stop all mail; relays' certificates live for weeks.
        CheckCertificateRevocation = false;
    }

    /// <summary>Messages begun on this connection.</summary>
    public int Carried { get; private set; }

    public DateTimeOffset IdleSince { get; set; }
    public DateTimeOffset OpenedAt { get; set; }

    /// <summary>Runs once, when it is given up in whatever way.</summary>
    public Action? Closed { get; set; }

    /// <summary>
    /// True once all octets of the current message were written and it was let go: the final dot follows, so it may have left. Before, the
    /// server cannot have the message (RFC 5321 §4.1.1.4).
    /// </summary>
    public bool FinalDotMayHaveLeft => _carrier is { IsThrough: true };

    public bool Offers(SmtpCapabilities capability) => Capabilities.HasFlag(capability);

    /// <summary>Sends the bytes as they are; gives the server's words.</summary>
    /// <param name="message">Nothing of it changes.</param>
    /// <param name="mayGo">Awaited between the message's last octet and the final dot; null: it may.</param>
    /// <param name="cancellationToken">Cuts the line.</param>
    /// <exception cref="NotLetGoException"><paramref name="mayGo"/> says no.</exception>
    public async Task<string> SendAsync(BuiltMessage message, Task<bool>? mayGo, CancellationToken cancellationToken)
    {
        Carried++;
        Capabilities &= ~LeftAlone;
        var format = FormatOptions.Default.Clone();
        format.NewLineFormat = NewLineFormat.Dos;
        format.International = message.To.NeedsSmtpUtf8;
        using var mime = new MimeMessage();
        mime.Headers.Clear();
        mime.Headers.Add(Head(message.Fields));
        mime.Body = _carrier = new Carrier(message.Body, mayGo);
        return await SendAsync(format, mime, new MailboxAddress(null, message.Sender.Value), [new MailboxAddress(null, message.To.Value)], cancellationToken);
    }

    /// <summary>The bytes are prepared and signed: nothing may touch them.</summary>
    protected override void Prepare(FormatOptions options, MimeMessage message, EncodingConstraint constraint, int maxLineLength)
    {
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        var closed = Closed;
        Closed = null;
        closed?.Invoke();
    }

    /// <summary>
    /// The whole header as one field: MimeKit writes a raw value octet by octet, and one field of forty lines costs it less than twenty
    /// fields, each with its formatting and its listeners.
    /// </summary>
    private static Header Head(IReadOnlyList<HeaderField> fields)
    {
        var lines = new StringBuilder(2048).Append(fields[0].Value);
        for (var i = 1; i < fields.Count; i++)
            lines.Append("\r\n").Append(fields[i].Name).Append(':').Append(fields[i].Value);
        var header = new Header(fields[0].Name, "");
        header.SetRawValue(Encoding.UTF8.GetBytes(lines.Append("\r\n").ToString()));
        return header;
    }

    /// <summary>Content that MimeKit need not encode, and that is held back at its end until it may go.</summary>
    private sealed class Carrier : MimePart
    {
        private readonly FilledBody _body;
        private readonly Task<bool>? _mayGo;

        public Carrier(FilledBody body, Task<bool>? mayGo)
        {
            (_body, _mayGo) = (body, mayGo);
            // Its fields stand in the message's header.
            Headers.Clear();
        }

        public bool IsThrough { get; private set; }

        public override async Task WriteToAsync(FormatOptions options, Stream stream, bool contentOnly, CancellationToken cancellationToken = default)
        {
            // MailKit would look at each octet of each message for a dot at a line's start; the body has them doubled already. The filter, which has
            // seen the header's last line end, adds the final dot when MailKit flushes it.
            stream = ((FilteredStream)stream).Source;
            foreach (var segment in _body.Stuffed)
                await stream.WriteAsync(segment, cancellationToken);
            if (_mayGo is not null)
            {
                // The server reads on while the database still writes.
                if (!_mayGo.IsCompleted)
                    await stream.FlushAsync(cancellationToken);
                if (!await _mayGo.WaitAsync(cancellationToken))
                    throw new NotLetGoException();
            }
            IsThrough = true;
        }
    }
}
