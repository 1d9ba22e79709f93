using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Mail.Relays;

namespace Newsroom.Backend.Mail;

/// <summary>What the section <c>Mail</c> must fulfil. An absent host is no fault: mail then waits, and <see cref="MailReadiness"/> says for what.</summary>
internal sealed class MailOptionsRules : IValidateOptions<MailOptions>
{
    public ValidateOptionsResult Validate(string? name, MailOptions options)
    {
        List<string> faults = [.. SenderFaults(options), .. SmtpFaults(options.Smtp), .. DkimFaults(options.Dkim)];
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static IEnumerable<string> SenderFaults(MailOptions options)
    {
        if (!Enum.IsDefined(options.Transport))
            yield return $"Mail:Transport '{options.Transport}' is unknown: give Smtp or Capture.";
        if (options.From.Length > 0 && options.Sender is null)
            yield return $"Mail:From '{options.From}' is not a sender: give a name and an address, for example The Harbour Gazette <news@example.org>.";
    }

    private static IEnumerable<string> SmtpFaults(SmtpOptions smtp)
    {
        if (!Enum.IsDefined(smtp.Security))
            yield return $"Mail:Smtp:Security '{smtp.Security}' is unknown: give None, StartTls or Tls.";
        if (smtp.Port is < 1 or > 65535)
            yield return $"Mail:Smtp:Port {smtp.Port} is no port: give 1 to 65535, or leave it out.";
        if (smtp.Connections is < 1 or > 500)
            yield return $"Mail:Smtp:Connections {smtp.Connections} is out of range: give 1 to 500.";
        if (!(smtp.MaxPerSecond >= 0 && double.IsFinite(smtp.MaxPerSecond)))
            yield return $"Mail:Smtp:MaxPerSecond {smtp.MaxPerSecond} is out of range: give the messages a second, or 0 for no limit.";
        if (smtp.MaxPerConnection < 0)
            yield return $"Mail:Smtp:MaxPerConnection {smtp.MaxPerConnection} is out of range: give a number of messages, or 0 for no limit.";
        if (string.IsNullOrEmpty(smtp.UserName) != string.IsNullOrEmpty(smtp.Password))
            yield return $"Mail:Smtp:{(string.IsNullOrEmpty(smtp.UserName) ? "UserName" : "Password")} is empty: give both a user name and a password, or neither.";
        if (!string.IsNullOrEmpty(smtp.UserName) && smtp.Security == SmtpSecurity.None && !IsThisMachine(smtp.Host))
            yield return $"Mail:Smtp:Security is None: the password would travel to {smtp.Host} in clear; give StartTls or Tls.";
        if (smtp.TrustedCertificateFile is { Length: > 0 } file && Fault(() => SmtpTrust.Load(file)) is { } fault)
            yield return $"Mail:Smtp:TrustedCertificateFile '{file}' cannot be used: {fault}";
    }

    private static IEnumerable<string> DkimFaults(DkimOptions dkim)
    {
        if (string.IsNullOrEmpty(dkim.PrivateKeyFile) != string.IsNullOrEmpty(dkim.Selector))
            yield return $"Mail:Dkim:{(string.IsNullOrEmpty(dkim.Selector) ? "Selector" : "PrivateKeyFile")} is empty: a signature needs both a selector and a key file.";
        if (string.IsNullOrEmpty(dkim.Ed25519PrivateKeyFile) != string.IsNullOrEmpty(dkim.Ed25519Selector))
            yield return $"Mail:Dkim:Ed25519{(string.IsNullOrEmpty(dkim.Ed25519Selector) ? "Selector" : "PrivateKeyFile")} is empty: a signature needs both a selector and a key file.";
        if (dkim.PrivateKeyFile is { Length: > 0 } rsa && Fault(() => DkimKeys.ReadRsa(rsa).Dispose()) is { } rsaFault)
            yield return $"Mail:Dkim:PrivateKeyFile '{rsa}' cannot be used: {rsaFault}";
        if (dkim.Ed25519PrivateKeyFile is { Length: > 0 } ed25519 && Fault(() => DkimKeys.ReadEd25519(ed25519)) is { } ed25519Fault)
            yield return $"Mail:Dkim:Ed25519PrivateKeyFile '{ed25519}' cannot be used: {ed25519Fault}";
    }

    internal static string? Fault(Action load)
    {
        try
        {
            load();
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            return e.Message;
        }
    }

    private static bool IsThisMachine(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}
