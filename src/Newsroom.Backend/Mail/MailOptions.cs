using MimeKit;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Mail;

public enum MailTransport
{
    /// <summary>The newsroom's relay.</summary>
    Smtp,

    /// <summary>The demo's receiver on this machine: the same SMTP, to the host and port which the demo fills in.</summary>
    Capture,
}

public enum SmtpSecurity
{
    /// <summary>Clear text: for a relay on this machine. Credentials never go this way to another one (RFC 8314 §4.1).</summary>
    None,
    StartTls,

    /// <summary>TLS from the first octet (port 465).</summary>
    Tls,
}

/// <summary>Section <c>Mail</c>.</summary>
public sealed class MailOptions
{
    public const string Section = "Mail";

    public MailTransport Transport { get; set; } = MailTransport.Smtp;

    /// <summary>Display name and address of the sender: <c>The Harbour Gazette &lt;news@example.org&gt;</c>.</summary>
    public string From { get; set; } = "";
    public SmtpOptions Smtp { get; set; } = new();
    public DkimOptions Dkim { get; set; } = new();

    /// <summary><see cref="From"/> taken apart; null when it is empty or wrong.</summary>
    public Sender? Sender => Mail.Sender.TryParse(From);
}

/// <summary>Who a mail is from.</summary>
/// <param name="Name">Display name; null when <c>Mail:From</c> has only an address.</param>
/// <param name="Address">Also the envelope sender, and its domain the right side of every Message-ID.</param>
public sealed record Sender(string? Name, EmailAddress Address)
{
    internal static Sender? TryParse(string from) =>
        MailboxAddress.TryParse(from, out var mailbox) && EmailAddress.TryParse(mailbox.Address, out var address)
            ? new Sender(string.IsNullOrWhiteSpace(mailbox.Name) ? null : mailbox.Name, address)
            : null;
}

/// <summary>Section <c>Mail:Smtp</c>: the relay that takes the newsroom's mail.</summary>
public sealed class SmtpOptions
{
    public string Host { get; set; } = "";

    /// <summary>Null follows <see cref="Security"/>: 587, 465 or 25 (RFC 8314 §3.3, RFC 6409 §3.1).</summary>
    public int? Port { get; set; }
    public SmtpSecurity Security { get; set; } = SmtpSecurity.StartTls;
    public string? UserName { get; set; }
    public string? Password { get; set; }

    /// <summary>PEM file of the authority that signed the relay's certificate, or of the certificate itself, when no public one did.</summary>
    public string? TrustedCertificateFile { get; set; }

    /// <summary>Most connections at once.</summary>
    public int Connections { get; set; } = 8;

    /// <summary>Most messages a second over all connections of this process; 0 sets no limit.</summary>
    public double MaxPerSecond { get; set; }

    /// <summary>Messages after which a connection is closed and another one opened; 0 sets no limit. Some relays close theirs after 100.</summary>
    public int MaxPerConnection { get; set; } = 100;

    public int EffectivePort => Port ?? Security switch
    {
        SmtpSecurity.None => 25,
        SmtpSecurity.StartTls => 587,
        SmtpSecurity.Tls => 465,
        _ => throw new InvalidOperationException($"No port for {Security}."),
    };
}

/// <summary>Section <c>Mail:Dkim</c>. Without a key file messages go unsigned: then the relay must sign.</summary>
public sealed class DkimOptions
{
    /// <summary>The signing domain (<c>d=</c>); null: the domain of <c>Mail:From</c>.</summary>
    public string? Domain { get; set; }
    public string? Selector { get; set; }

    /// <summary>PEM file of an RSA key of 2048 bits or more.</summary>
    public string? PrivateKeyFile { get; set; }

    /// <summary>A second signature (RFC 8463), which not every receiver can check yet.</summary>
    public string? Ed25519Selector { get; set; }
    public string? Ed25519PrivateKeyFile { get; set; }

    /// <summary>The RSA key that follows.</summary>
    public DkimNextOptions Next { get; set; } = new();
}
