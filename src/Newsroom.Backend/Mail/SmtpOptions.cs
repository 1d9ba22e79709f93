using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Mail;

/// <summary>How many messages in which time; 0 sets no limit. Of each one a tenth is kept for what is urgent, but for a second's: there the urgent goes first.</summary>
public abstract class PaceOptions
{
    /// <summary>Spaced evenly, so that the limit holds in the shortest window too.</summary>
    public double MaxPerSecond { get; set; }
    public int MaxPerMinute { get; set; }

    /// <summary>In any 60 minutes, counted in steps of five.</summary>
    public int MaxPerHour { get; set; }

    /// <summary>In any 24 hours, counted in steps of five minutes.</summary>
    public int MaxPerDay { get; set; }
}

/// <summary>Section <c>Mail:Smtp</c>, and <c>Mail:Relays:N</c> for further ones: a relay that takes the newsroom's mail.</summary>
public sealed class SmtpOptions : PaceOptions
{
    /// <summary>What staff read of it; null: the host.</summary>
    public string? Name { get; set; }
    public string Host { get; set; } = "";

    /// <summary>Null follows <see cref="Security"/>: 587, 465 or 25 (RFC 8314 §3.3, RFC 6409 §3.1).</summary>
    public int? Port { get; set; }
    public SmtpSecurity Security { get; set; } = SmtpSecurity.StartTls;
    public string? UserName { get; set; }
    public string? Password { get; set; }

    /// <summary>PEM file of the authority that signed the relay's certificate, or of the certificate itself, when no public one did.</summary>
    public string? TrustedCertificateFile { get; set; }

    /// <summary>
    /// Most connections at once for digests. Breaking news and single mails have an eighth of that number more each, at least two (one when
    /// this is 1): a digest that meets a slow server never makes them wait.
    /// </summary>
    public int Connections { get; set; } = 8;

    /// <summary>Messages after which a connection is closed and another one opened; 0 sets no limit. Some relays close theirs after 100.</summary>
    public int MaxPerConnection { get; set; } = 100;

    /// <summary>Age after which it is closed and another one opened: relays behind a load balancer are then shared anew.</summary>
    public TimeSpan MaxConnectionAge { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Its part among the relays that are up: one of weight 3 gets three messages where one of weight 1 gets one.</summary>
    public int Weight { get; set; } = 1;

    /// <summary>Only for these; empty: for all.</summary>
    public IList<MailLane> Lanes { get; set; } = [];

    public string DisplayName => string.IsNullOrWhiteSpace(Name) ? Host : Name.Trim();

    public int EffectivePort => Port ?? Security switch
    {
        SmtpSecurity.None => 25,
        SmtpSecurity.StartTls => 587,
        SmtpSecurity.Tls => 465,
        _ => throw new InvalidOperationException($"No port for {Security}."),
    };
}

/// <summary>Section <c>Mail:Receivers:N</c>: what a receiver can stand, of all relays together. One of <see cref="Domain"/> and <see cref="Mx"/>.</summary>
public sealed class ReceiverOptions : PaceOptions
{
    /// <summary>The addresses' own domain, <c>example.org</c>.</summary>
    public string? Domain { get; set; }

    /// <summary>
    /// All domains whose mail goes there: <c>google</c>, <c>microsoft</c>, <c>yahoo</c>, <c>apple</c>, or the end of the mail server's name, <c>pphosted.com</c>.
    /// </summary>
    public string? Mx { get; set; }

    /// <summary><see cref="Domain"/> as addresses have it; null when there is none, or it is no domain.</summary>
    internal string? AsciiDomain => EmailAddress.TryParse($"x@{Domain?.Trim()}", out var address) ? address.Domain : null;
}

/// <summary>
/// Section <c>Mail:WarmUp</c>: a sender whom nobody knows yet begins with few list mails a day and sends more each day, for 30 days. Single mails are not
/// counted. Days are UTC.
/// </summary>
public sealed class WarmUpOptions
{
    /// <summary>The first day; null: no warm-up.</summary>
    public DateOnly? StartedOn { get; set; }
    public int FirstDay { get; set; } = 200;

    /// <summary>Each day's allowance is that of the day before times this.</summary>
    public double Growth { get; set; } = 1.5;
}
