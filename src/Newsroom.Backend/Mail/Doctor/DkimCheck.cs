using System.Globalization;
using Microsoft.Extensions.Options;

namespace Newsroom.Backend.Mail.Doctor;

/// <summary>Whether receivers find in DNS the keys that sign the newsroom's mail (RFC 6376), of both selectors while one follows the other.</summary>
internal sealed class DkimCheck(PublishedKeys published, IOptions<MailOptions> mail) : ICheck
{
    public string Name => PublishedKeys.Check;

    public async Task<IReadOnlyList<Finding>> RunAsync(Examined examined, CancellationToken cancellationToken)
    {
        var domain = mail.Value.DkimDomain ?? examined.From.Domain;
        var keys = DkimKeys.Configured(mail.Value.Dkim);
        if (keys.Count == 0)
            return [Finding.Warn(Name, "Mail leaves here unsigned: the relay must sign it, List-Unsubscribe and List-Unsubscribe-Post too.",
                "Let doctor --mailbox show whether it does, or make a key of your own: mail dkim new --selector NAME.")];
        var next = mail.Value.Dkim.Next;
        var findings = new List<Finding>();
        // Once its record may go, whether it is still there does not matter.
        foreach (var key in keys.Where(k => !(k.Selector == mail.Value.Dkim.Selector && next.IsSet && examined.Now >= next.OldRecordMayGoAt)))
            findings.Add(await published.FindAsync(key, domain, cancellationToken));
        if (next.IsSet)
            findings.Add(Rotation(next, findings[^1].Result == CheckResult.Ok, domain, examined.Now));
        return findings;
    }

    private Finding Rotation(DkimNextOptions next, bool isPublished, string domain, DateTimeOffset now)
    {
        var old = mail.Value.Dkim.Selector;
        if (now < next.SignsFrom)
        {
            return isPublished
                ? Finding.Ok(Name, $"From {Day(next.SignsFrom)} UTC on the selector {next.Selector} signs in the place of {old}.")
                : Finding.Warn(Name, $"From {Day(next.SignsFrom)} UTC on the selector {next.Selector} signs, and its record is not right yet.",
                    "Publish it before that day, or move Mail:Dkim:Next:From.");
        }
        var oldRecord = $"{old}._domainkey.{domain}";
        var signs = $"The selector {next.Selector} signs since {Day(next.SignsFrom)}.";
        return now < next.OldRecordMayGoAt
            ? Finding.Ok(Name, $"{signs} Leave the record {oldRecord} until {Day(next.OldRecordMayGoAt)}: mail signed with it is still on its way.")
            : Finding.Warn(Name, $"The selector {old} has not signed since {Day(next.SignsFrom)}: its record may go.",
                $"Take {oldRecord} out of DNS, put Mail:Dkim:Next's selector and key file in the place of Mail:Dkim's, and take Mail:Dkim:Next away.");
    }

    private static string Day(DateTimeOffset at) => at.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
