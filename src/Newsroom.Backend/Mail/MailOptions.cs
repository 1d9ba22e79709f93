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

/// <summary>Section <c>Mail</c>.</summary>
public sealed class MailOptions
{
    public const string Section = "Mail";

    private Sender? _sender;

    public MailTransport Transport { get; set; } = MailTransport.Smtp;

    /// <summary>Display name and address of the sender: <c>The Harbour Gazette &lt;news@example.org&gt;</c>.</summary>
    public string From
    {
        get;
        set => (field, _sender) = (value, Mail.Sender.TryParse(value));
    } = "";

    /// <summary>The first relay, and for most newsrooms the only one.</summary>
    public SmtpOptions Smtp { get; set; } = new();

    /// <summary>Further relays: they share the mail by weight, and carry it alone when another one is down.</summary>
    public IList<SmtpOptions> Relays { get; set; } = [];
    public IList<ReceiverOptions> Receivers { get; set; } = [];
    public WarmUpOptions WarmUp { get; set; } = new();

    /// <summary>
    /// Who is asked for DNS records, receivers' mail servers, the newsroom's own records and doubtful sign-ups' domains: an IP address, with a port where it
    /// is not 53. Null: the system's own name servers.
    /// </summary>
    public string? NameServer { get; set; }
    public DkimOptions Dkim { get; set; } = new();
    public Bounces.BouncesOptions Bounces { get; set; } = new();
    public Bounces.MailWebhooksOptions Webhooks { get; set; } = new();

    /// <summary>All relays, each with the key of its section. What is captured leaves by none but the first.</summary>
    public IEnumerable<(string Key, SmtpOptions Relay)> AllRelays => (Transport == MailTransport.Capture ? [] : Relays)
        .Select((relay, n) => (FormattableString.Invariant($"{Section}:Relays:{n}"), relay)).Prepend(($"{Section}:Smtp", Smtp));

    /// <summary><see cref="From"/> taken apart; null when it is empty or wrong.</summary>
    public Sender? Sender => _sender;

    /// <summary>The domain that signs (<c>d=</c>); null while neither <c>Mail:Dkim:Domain</c> nor <c>Mail:From</c> is set.</summary>
    public string? DkimDomain => Dkim.Domain is { Length: > 0 } own ? own : Sender?.Address.Domain;
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
