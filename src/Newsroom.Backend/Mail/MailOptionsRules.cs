using System.Security.Cryptography;
using Microsoft.Extensions.Options;

namespace Newsroom.Backend.Mail;

/// <summary>What the section <c>Mail</c> must fulfil. An absent host is no fault: mail then waits, and <see cref="MailReadiness"/> says for what.</summary>
internal sealed class MailOptionsRules : IValidateOptions<MailOptions>
{
    public ValidateOptionsResult Validate(string? name, MailOptions options)
    {
        List<string> faults = [.. SenderFaults(options), .. RelayRules.Faults(options), .. DkimNames.Faults(options.Dkim), .. DkimFaults(options.Dkim)];
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static IEnumerable<string> SenderFaults(MailOptions options)
    {
        if (!Enum.IsDefined(options.Transport))
            yield return $"Mail:Transport '{options.Transport}' is unknown: give Smtp or Capture.";
        if (options.From.Length > 0 && options.Sender is null)
            yield return $"Mail:From '{options.From}' is not a sender: give a name and an address, for example The Harbour Gazette <news@example.org>.";
    }

    private static IEnumerable<string> DkimFaults(DkimOptions dkim)
    {
        if (string.IsNullOrEmpty(dkim.PrivateKeyFile) != string.IsNullOrEmpty(dkim.Selector))
            yield return $"Mail:Dkim:{(string.IsNullOrEmpty(dkim.Selector) ? "Selector" : "PrivateKeyFile")} is empty: a signature needs both a selector and a key file.";
        if (string.IsNullOrEmpty(dkim.Ed25519PrivateKeyFile) != string.IsNullOrEmpty(dkim.Ed25519Selector))
            yield return "Mail:Dkim:Ed25519" + (string.IsNullOrEmpty(dkim.Ed25519Selector) ? "Selector" : "PrivateKeyFile") + " is empty: a signature needs both a selector and a key file.";
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
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException or FormatException)
        {
            return e.Message;
        }
    }
}
