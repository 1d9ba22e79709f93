using Microsoft.Extensions.Options;

namespace Newsroom.Backend.Mail;

/// <summary>
/// Section <c>Mail:Dkim:Next</c>: the RSA key that takes over on a day, so that its record is in DNS, and checked, before anything is signed with it.
/// </summary>
public sealed class DkimNextOptions
{
    /// <summary>How long the old key's record stays after its last signature: a relay tries for five days (RFC 5321 §4.5.4.1), and mailboxes check late.</summary>
    public static readonly TimeSpan OldRecordStays = TimeSpan.FromDays(7);

    public string? Selector { get; set; }
    public string? PrivateKeyFile { get; set; }

    /// <summary>The day, UTC, from whose beginning on it signs.</summary>
    public DateOnly? From { get; set; }

    public bool IsSet => !string.IsNullOrEmpty(Selector);

    public DateTimeOffset SignsFrom => new(From ?? DateOnly.MaxValue, TimeOnly.MinValue, TimeSpan.Zero);

    public DateTimeOffset OldRecordMayGoAt => SignsFrom + OldRecordStays;

    /// <summary>Which key a message gets hangs on its own date alone, so that it has the same bytes whenever it is composed again.</summary>
    public bool Signs(DateTimeOffset messageDate) => IsSet && messageDate >= SignsFrom;
}

internal sealed class DkimNextRules : IValidateOptions<MailOptions>
{
    public ValidateOptionsResult Validate(string? name, MailOptions options)
    {
        List<string> faults = [.. Faults(options.Dkim)];
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static IEnumerable<string> Faults(DkimOptions dkim)
    {
        var next = dkim.Next;
        if (string.IsNullOrEmpty(next.Selector) && string.IsNullOrEmpty(next.PrivateKeyFile) && next.From is null)
            yield break;
        if (string.IsNullOrEmpty(next.Selector) || string.IsNullOrEmpty(next.PrivateKeyFile) || next.From is null)
            yield return "Mail:Dkim:Next needs Selector, PrivateKeyFile and From, the day it begins to sign: give all three, or none.";
        if (string.IsNullOrEmpty(dkim.PrivateKeyFile))
            yield return "Mail:Dkim:Next follows Mail:Dkim:PrivateKeyFile, which is empty: a first key belongs there.";
        if (next.IsSet && ((string?[])[dkim.Selector, dkim.Ed25519Selector]).Contains(next.Selector, StringComparer.OrdinalIgnoreCase))
            yield return $"Mail:Dkim:Next:Selector '{next.Selector}' is in use: two keys cannot share a record; give the new one its own selector.";
        if (next.PrivateKeyFile is { Length: > 0 } file && MailOptionsRules.Fault(() => DkimKeys.ReadRsa(file).Dispose()) is { } fault)
            yield return $"Mail:Dkim:Next:PrivateKeyFile '{file}' cannot be used: {fault}";
    }
}
