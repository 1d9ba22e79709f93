using Microsoft.Extensions.Options;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Mail.Bounces;

/// <summary>Section <c>Mail:Bounces</c>: where mail that cannot be delivered comes back to.</summary>
public sealed class BouncesOptions
{
    /// <summary>
    /// A mailbox that takes sub-addresses (RFC 5233), such as <c>bounces@bounces.example.org</c>: each mail's envelope sender is then that with
    /// <c>+MARK</c>. Null: mail comes back to <c>Mail:From</c>.
    /// </summary>
    public string? Address { get; set; }

    public BounceImapOptions Imap { get; set; } = new();
}

/// <summary>Section <c>Mail:Bounces:Imap</c>: where that mailbox is read. Without a host it is not.</summary>
public sealed class BounceImapOptions
{
    public string? Host { get; set; }

    /// <summary>Null follows <see cref="Security"/>: 993 or 143 (RFC 8314 §3.2).</summary>
    public int? Port { get; set; }
    public SmtpSecurity Security { get; set; } = SmtpSecurity.Tls;
    public string? UserName { get; set; }
    public string? Password { get; set; }

    /// <summary>PEM file of the authority that signed the server's certificate, or of the certificate itself, when no public one did.</summary>
    public string? TrustedCertificateFile { get; set; }
    public string Folder { get; set; } = "INBOX";

    /// <summary>Whole minutes.</summary>
    public TimeSpan PollEvery { get; set; } = TimeSpan.FromMinutes(5);

    public int EffectivePort => Port ?? (Security == SmtpSecurity.Tls ? 993 : 143);
}

/// <summary>Section <c>Mail:Webhooks</c>: each provider's <c>POST /webhooks/mail/NAME</c> is there once its secret is.</summary>
public sealed class MailWebhooksOptions
{
    public SesWebhookOptions Ses { get; set; } = new();
    public PostmarkWebhookOptions Postmark { get; set; } = new();
    public SendGridWebhookOptions SendGrid { get; set; } = new();
    public MailgunWebhookOptions Mailgun { get; set; } = new();
}

public sealed class SesWebhookOptions
{
    /// <summary>The SNS topics that are heard, separated by commas: <c>arn:aws:sns:us-east-1:123456789012:bounces</c>.</summary>
    public string? TopicArn { get; set; }

    public IReadOnlyList<string> Topics => TopicArn?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
}

public sealed class PostmarkWebhookOptions
{
    public string? UserName { get; set; }
    public string? Password { get; set; }
}

public sealed class SendGridWebhookOptions
{
    /// <summary>The verification key of the signed event webhook, base64.</summary>
    public string? PublicKey { get; set; }
}

public sealed class MailgunWebhookOptions
{
    /// <summary>The HTTP webhook signing key.</summary>
    public string? SigningKey { get; set; }
}

internal sealed class BouncesOptionsRules : IValidateOptions<MailOptions>
{
    /// <summary>RFC 5321 §4.5.3.1.1: 64 octets before the @, of which "+" and the mark need theirs.</summary>
    private const int LongestLocalPart = 64 - 1 - MailMarks.Length;

    public ValidateOptionsResult Validate(string? name, MailOptions options)
    {
        List<string> faults = [.. AddressFaults(options.Bounces), .. ImapFaults(options.Bounces.Imap), .. WebhookFaults(options.Webhooks)];
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static IEnumerable<string> AddressFaults(BouncesOptions bounces)
    {
        if (string.IsNullOrEmpty(bounces.Address))
            yield break;
        if (!EmailAddress.TryParse(bounces.Address, out var address) || address.NeedsSmtpUtf8)
            yield return $"Mail:Bounces:Address '{bounces.Address}' is no address in ASCII: give one such as bounces@bounces.example.org.";
        else if (address.Value.IndexOf('@', StringComparison.Ordinal) > LongestLocalPart || address.Value.Contains('+', StringComparison.Ordinal))
            yield return $"Mail:Bounces:Address '{bounces.Address}' leaves no room for the mark that tells which mail came back: "
                + $"give at most {LongestLocalPart} characters, without a +, before the @.";
    }

    private static IEnumerable<string> ImapFaults(BounceImapOptions imap)
    {
        if (string.IsNullOrEmpty(imap.Host))
            yield break;
        if (!Enum.IsDefined(imap.Security))
            yield return $"Mail:Bounces:Imap:Security '{imap.Security}' is unknown: give StartTls, Tls or, on this machine only, None.";
        if (imap.Security == SmtpSecurity.None && !RelayRules.IsThisMachine(imap.Host))
            yield return $"Mail:Bounces:Imap:Security is None: the password would travel to {imap.Host} in clear; give StartTls or Tls.";
        if (imap.Port is < 1 or > 65535)
            yield return $"Mail:Bounces:Imap:Port {imap.Port} is no port: give 1 to 65535, or leave it out.";
        if (string.IsNullOrEmpty(imap.UserName) || string.IsNullOrEmpty(imap.Password))
            yield return $"Mail:Bounces:Imap:{(string.IsNullOrEmpty(imap.UserName) ? "UserName" : "Password")} is empty: give both, or leave Mail:Bounces:Imap:Host out.";
        if (string.IsNullOrWhiteSpace(imap.Folder))
            yield return "Mail:Bounces:Imap:Folder is empty: give the folder that bounces arrive in, INBOX as a rule.";
        if (imap.PollEvery < TimeSpan.FromMinutes(1) || imap.PollEvery > TimeSpan.FromDays(1))
            yield return $"Mail:Bounces:Imap:PollEvery {imap.PollEvery} is out of range: give 00:01:00 to 1.00:00:00.";
        if (imap.TrustedCertificateFile is { Length: > 0 } file && MailOptionsRules.Fault(() => Relays.SmtpTrust.Load(file)) is { } fault)
            yield return $"Mail:Bounces:Imap:TrustedCertificateFile '{file}' cannot be used: {fault}";
    }

    private static IEnumerable<string> WebhookFaults(MailWebhooksOptions webhooks)
    {
        foreach (var topic in webhooks.Ses.Topics.Where(t => !t.StartsWith("arn:aws", StringComparison.Ordinal) || !t.Contains(":sns:", StringComparison.Ordinal)))
            yield return $"Mail:Webhooks:Ses:TopicArn '{topic}' is no SNS topic: give its ARN, such as arn:aws:sns:us-east-1:123456789012:bounces.";
        if (string.IsNullOrEmpty(webhooks.Postmark.UserName) != string.IsNullOrEmpty(webhooks.Postmark.Password))
            yield return $"Mail:Webhooks:Postmark:{(string.IsNullOrEmpty(webhooks.Postmark.UserName) ? "UserName" : "Password")} is empty: "
                + "give both, as in the webhook's address at Postmark.";
        if (webhooks.SendGrid.PublicKey is { Length: > 0 } key && MailOptionsRules.Fault(() => Webhooks.SendGridEvents.ReadKey(key).Dispose()) is { } fault)
            yield return $"Mail:Webhooks:SendGrid:PublicKey cannot be used: give the verification key of SendGrid's signed event webhook. {fault}";
    }
}
