using System.Net;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Mail.Relays;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Mail.Doctor;

/// <summary>Section <c>Mail:Doctor</c>: what the deliverability check may use. Nothing in it changes how mail is sent.</summary>
public sealed class DoctorOptions
{
    public const string Section = MailOptions.Section + ":Doctor";

    /// <summary>The IP addresses from which mail goes out to readers' servers, where they are known. Empty: those of the relay's host are taken.</summary>
    public IList<string> Addresses { get; } = [];

    /// <summary>A mailbox of the newsroom's own, at a big provider best, to which <c>doctor --mailbox</c> sends a test.</summary>
    public DoctorMailboxOptions Mailbox { get; set; } = new();
}

public sealed class DoctorMailboxOptions
{
    public string? Address { get; set; }
    public DoctorImapOptions Imap { get; set; } = new();
}

public sealed class DoctorImapOptions
{
    public string Host { get; set; } = "";

    /// <summary>Null follows <see cref="Security"/>: 993 or 143.</summary>
    public int? Port { get; set; }
    public SmtpSecurity Security { get; set; } = SmtpSecurity.Tls;
    public string UserName { get; set; } = "";
    public string Password { get; set; } = "";

    /// <summary>PEM file, when the server's certificate is the newsroom's own.</summary>
    public string? TrustedCertificateFile { get; set; }

    public int EffectivePort => Port ?? (Security == SmtpSecurity.Tls ? 993 : 143);
}

internal sealed class DoctorOptionsRules : IValidateOptions<DoctorOptions>
{
    public ValidateOptionsResult Validate(string? name, DoctorOptions options)
    {
        List<string> faults = [.. AddressFaults(options), .. MailboxFaults(options.Mailbox)];
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static IEnumerable<string> AddressFaults(DoctorOptions options)
    {
        for (var i = 0; i < options.Addresses.Count; i++)
        {
            if (!IPAddress.TryParse(options.Addresses[i], out _))
                yield return $"Mail:Doctor:Addresses:{i} '{options.Addresses[i]}' is not an IP address: give one that mail goes out from, such as 192.0.2.25.";
        }
    }

    private static IEnumerable<string> MailboxFaults(DoctorMailboxOptions mailbox)
    {
        if (string.IsNullOrEmpty(mailbox.Address))
            yield break;
        if (!EmailAddress.TryParse(mailbox.Address, out _))
            yield return "Mail:Doctor:Mailbox:Address is not a mail address: give the one of the mailbox that the test is sent to, or leave it out.";
        if (mailbox.Imap.Host.Length == 0 || mailbox.Imap.UserName.Length == 0 || mailbox.Imap.Password.Length == 0)
            yield return "Mail:Doctor:Mailbox:Imap needs Host, UserName and Password: without them nobody can look what arrived.";
        if (mailbox.Imap.Port is < 1 or > 65535)
            yield return $"Mail:Doctor:Mailbox:Imap:Port {mailbox.Imap.Port} is no port: give 1 to 65535, or leave it out.";
        if (!Enum.IsDefined(mailbox.Imap.Security))
            yield return $"Mail:Doctor:Mailbox:Imap:Security '{mailbox.Imap.Security}' is unknown: give None, StartTls or Tls.";
        if (mailbox.Imap.Security == SmtpSecurity.None && !RelayRules.IsThisMachine(mailbox.Imap.Host))
            yield return $"Mail:Doctor:Mailbox:Imap:Security is None: the password would travel to {mailbox.Imap.Host} in clear; give StartTls or Tls.";
        if (mailbox.Imap.TrustedCertificateFile is { Length: > 0 } file && MailOptionsRules.Fault(() => SmtpTrust.Load(file)) is { } fault)
            yield return $"Mail:Doctor:Mailbox:Imap:TrustedCertificateFile '{file}' cannot be used: {fault}";
    }
}
