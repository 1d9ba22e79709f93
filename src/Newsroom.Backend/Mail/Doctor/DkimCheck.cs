using System.Globalization;
using Microsoft.Extensions.Options;

namespace Newsroom.Backend.Mail.Doctor;

/// <summary>Whether receivers find in DNS the keys that sign the newsroom's mail (RFC 6376), of both selectors while one follows the other.</summary>
internal sealed class DkimCheck(DoctorDns dns, IOptions<MailOptions> mail) : ICheck
{
    public string Name => "dkim";

    public async Task<IReadOnlyList<Finding>> RunAsync(Examined examined, CancellationToken cancellationToken)
    {
        var domain = mail.Value.Dkim.Domain is { Length: > 0 } own ? own : examined.From.Domain;
        var keys = DkimKeys.Configured(mail.Value.Dkim);
        if (keys.Count == 0)
            return [Finding.Warn(Name, "Mail leaves here unsigned: the relay must sign it, List-Unsubscribe and List-Unsubscribe-Post too.", "Let doctor --mailbox show whether it does, or make a key of your own: mail dkim new --selector NAME.")];
        var findings = new List<Finding>();
        foreach (var key in keys)
            findings.Add(await KeyAsync(key, domain, cancellationToken));
        if (mail.Value.Dkim.Next is { IsSet: true } next)
            findings.Add(Rotation(next, findings[^1].Result == CheckResult.Ok, domain, examined.Now));
        return findings;
    }

    private async Task<Finding> KeyAsync(DkimPublicKey key, string domain, CancellationToken cancellationToken)
    {
        var name = key.NameUnder(domain);
        var publish = $"Publish: {key.ZoneLine(domain)}";
        var answer = await dns.TxtAsync(name, cancellationToken);
        if (answer.State == DnsState.Failed)
            return Finding.Warn(Name, $"The record {name} could not be read: {answer.Fault}", "Look again; when it stays so, ask who keeps the domain's name servers.");
        if (answer.IsVoid)
            return Finding.Fail(Name, $"There is no record {name}: receivers cannot check the signature.", publish);
        // RFC 6376 §3.6.2.2: with several records, what a receiver makes of them is undefined.
        if (answer.Records.Count > 1)
            return Finding.Fail(Name, $"There are {answer.Records.Count} records {name}, and receivers may take any.", $"Keep one. {publish}");
        if (DkimRecord.Fault(answer.Records[0], key) is { } fault)
            return Finding.Fail(Name, $"The record {name} {fault}.", publish);
        if (DkimRecord.IsTest(answer.Records[0]))
            return Finding.Warn(Name, $"The record {name} says t=y, a test: receivers may treat the mail as unsigned.", publish);
        return key is { KeyType: "rsa", Bits: < 2048 }
            ? Finding.Warn(Name, $"The record {name} is right, but the key has {key.Bits} bits.", "Make one of 2048 bits, mail dkim new, and change over to it by Mail:Dkim:Next.")
            : Finding.Ok(Name, $"The record {name} holds our {key.KeyType} key of {key.Bits} bits.");
    }

    private Finding Rotation(DkimNextOptions next, bool isPublished, string domain, DateTimeOffset now)
    {
        var old = mail.Value.Dkim.Selector;
        var mayGoAt = next.SignsFrom + DkimNextOptions.OldRecordStays;
        if (now < next.SignsFrom)
        {
            return isPublished
                ? Finding.Ok(Name, $"From {Day(next.SignsFrom)} UTC on the selector {next.Selector} signs in the place of {old}.")
                : Finding.Warn(Name, $"From {Day(next.SignsFrom)} UTC on the selector {next.Selector} signs, and its record is not right yet.", "Publish it before that day, or move Mail:Dkim:Next:From.");
        }
        return now < mayGoAt
            ? Finding.Ok(Name, $"The selector {next.Selector} signs since {Day(next.SignsFrom)}. Leave the record {old}._domainkey.{domain} until {Day(mayGoAt)}: mail signed with it is still on its way.")
            : Finding.Warn(Name, $"The selector {old} has not signed since {Day(next.SignsFrom)}: its record may go.",
                $"Take {old}._domainkey.{domain} out of DNS, put Mail:Dkim:Next's selector and key file in the place of Mail:Dkim's, and take Mail:Dkim:Next away.");
    }

    private static string Day(DateTimeOffset at) => at.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
