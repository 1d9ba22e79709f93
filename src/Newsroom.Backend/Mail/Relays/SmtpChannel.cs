using MailKit;
using MailKit.Net.Smtp;
using MimeKit;

namespace Newsroom.Backend.Mail.Relays;

/// <summary>One connection to the relay. Carries one message at a time.</summary>
internal sealed class SmtpChannel : SmtpClient
{
    private Progress _progress = new(0);

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
    /// True once all octets of the current message were written: the final dot follows them, so it may have left. Before, the server cannot have
    /// the message (RFC 5321 §4.1.1.4).
    /// </summary>
    public bool FinalDotMayHaveLeft => _progress.AllWritten;

    public bool Offers(SmtpCapabilities capability) => Capabilities.HasFlag(capability);

    /// <summary>Sends the bytes as they are; gives the server's words.</summary>
    public async Task<string> SendAsync(BuiltMessage message, CancellationToken cancellationToken)
    {
        Carried++;
        _progress = new Progress(message.Bytes.Length);
        var format = FormatOptions.Default.Clone();
        format.International = message.To.NeedsSmtpUtf8;
        using var stream = new MemoryStream(message.Bytes, writable: false);
        // MimeKit writes a message that it parsed as it read it, octet by octet.
        using var parsed = await MimeMessage.LoadAsync(stream, persistent: true, CancellationToken.None);
        return await SendAsync(format, parsed, new MailboxAddress(null, message.Sender.Value), [new MailboxAddress(null, message.To.Value)], cancellationToken, _progress);
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

    private sealed class Progress(int length) : ITransferProgress
    {
        public bool AllWritten { get; private set; }

        public void Report(long bytesTransferred, long totalSize) => Report(bytesTransferred);

        public void Report(long bytesTransferred) => AllWritten |= bytesTransferred >= length;
    }
}
