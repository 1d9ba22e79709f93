using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;
using Newsroom.Backend.Mail.Relays;

namespace Newsroom.Backend.Mail.Doctor;

/// <param name="Protocol">The version agreed on.</param>
/// <param name="Names">Whom the certificate is for.</param>
/// <param name="NotAfter">When it ends.</param>
internal sealed record TlsSeen(SslProtocols Protocol, IReadOnlyList<string> Names, DateTimeOffset NotAfter);

/// <summary>
/// One line to a relay with its real settings, apart from the pool and with every word kept: for who wants to know why, not for mail to readers.
/// </summary>
internal sealed class RelayVisit : IDisposable
{
    private readonly SmtpOptions _relay;
    private readonly Client _client;
    private X509Certificate2? _certificate;
    private SslProtocols _protocol;

    public RelayVisit(SmtpOptions relay)
    {
        _relay = relay;
        var trust = relay.TrustedCertificateFile is { Length: > 0 } file ? SmtpTrust.Load(file) : new SmtpTrust(null);
        _client = new Client(Transcript)
        {
            CheckCertificateRevocation = false,
            ServerCertificateValidationCallback = (sender, certificate, chain, errors) =>
            {
                _certificate = certificate is null ? null : X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
                Errors = errors;
                return trust.Accepts(sender, certificate, chain, errors);
            },
        };
    }

    public Transcript Transcript { get; } = new();

    /// <summary>What was wrong with the certificate that was shown last.</summary>
    public SslPolicyErrors Errors { get; private set; }

    /// <summary>Null before TLS.</summary>
    public TlsSeen? Tls => _certificate is null ? null : new TlsSeen(_protocol, NamesOf(_certificate), new DateTimeOffset(_certificate.NotAfter));

    /// <summary>What network, TLS, sign-in and a server's odd words throw. Anything else is a fault of this program.</summary>
    public static bool IsFailure(Exception e) => e is IOException or SocketException or ProtocolException or CommandException or SslHandshakeException
        or MailKit.Security.AuthenticationException or System.Security.Authentication.AuthenticationException or ServiceNotConnectedException
        or ServiceNotAuthenticatedException or NotSupportedException or ObjectDisposedException or TimeoutException;

    /// <summary>Connects, greets, secures the line and signs in.</summary>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        // ConnectAsync owns the socket once it has it.
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(_relay.Host, _relay.EffectivePort, cancellationToken);
            await _client.ConnectAsync(socket, _relay.Host, _relay.EffectivePort, _relay.Security.ForMailKit(), cancellationToken);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
        _protocol = _client.SslProtocol;
        if (_client.IsSecure)
            Transcript.Note($"{_protocol}, certificate for {string.Join(", ", Tls?.Names ?? [])}");
        if (_relay is { UserName.Length: > 0, Password: { } password })
            await _client.AuthenticateAsync(_relay.UserName, password, cancellationToken);
    }

    /// <summary>Sends the bytes as they are, in the words that readers' mail is sent in; gives the server's.</summary>
    public async Task<string> SendAsync(BuiltMessage message, CancellationToken cancellationToken)
    {
        _client.Capabilities &= ~SmtpChannel.LeftAlone;
        var format = FormatOptions.Default.Clone();
        format.International = message.To.NeedsSmtpUtf8;
        using var bytes = new MemoryStream(message.ToBytes(), writable: false);
        using var parsed = await MimeMessage.LoadAsync(bytes, persistent: true, cancellationToken);
        return await _client.SendAsync(format, parsed, new MailboxAddress(null, message.Sender.Value), [new MailboxAddress(null, message.To.Value)], cancellationToken);
    }

    public async Task CloseAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _client.DisconnectAsync(quit: true, cancellationToken);
        }
        catch (Exception e) when (IsFailure(e))
        {
            // A goodbye that fails is one all the same.
        }
    }

    public void Dispose()
    {
        _client.Dispose();
        _certificate?.Dispose();
    }

    private static List<string> NamesOf(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(e => e.EnumerateDnsNames()).ToList() is { Count: > 0 } names
            ? names : [certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false)];

    /// <summary>Leaves a prepared and signed message as it is.</summary>
    private sealed class Client(IProtocolLogger transcript) : SmtpClient(transcript)
    {
        protected override void Prepare(FormatOptions options, MimeMessage message, EncodingConstraint constraint, int maxLineLength)
        {
        }
    }
}
