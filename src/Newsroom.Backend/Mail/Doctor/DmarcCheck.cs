using MimeKit;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Mail.Doctor;

/// <summary>Which policy receivers find for the From domain, and whether SPF and DKIM speak for that same domain (RFC 9989).</summary>
internal sealed class DmarcCheck(DmarcTree tree, DoctorDns dns) : ICheck
{
    private const string Alignment = "alignment";

    public string Name => "dmarc";

    public async Task<IReadOnlyList<Finding>> RunAsync(Examined examined, CancellationToken cancellationToken)
    {
        var domain = examined.From.Domain;
        var walk = await tree.WalkAsync(domain, cancellationToken);
        // What could not be heard is not what is not there.
        if (walk.Unanswered is { } unanswered)
        {
            const string Again = "Look again; when it stays so, ask who keeps the domain's name servers.";
            return [Finding.Unheard(Name, $"The policy of {domain} could not be read: {unanswered}", Again),
                Finding.Skipped(Alignment, "Who speaks for From cannot be told without it.")];
        }
        var policy = walk.Records.FirstOrDefault(r => r.Domain == domain) ?? walk.Records.FirstOrDefault(r => r.Domain == walk.OrganizationalDomain)
            ?? (walk.Records.Count > 0 ? walk.Records[^1] : null);
        var findings = new List<Finding> { Policy(domain, policy, walk) };
        if (policy is not null)
            findings.AddRange(await ReportsAsync(policy, walk, cancellationToken));
        findings.AddRange(await AlignmentAsync(examined, policy, walk, cancellationToken));
        return findings;
    }

    private Finding Policy(string domain, DmarcRecord? policy, DmarcWalk walk)
    {
        if (walk.Fault is { } fault)
            return Finding.Fail(Name, fault.Words, $"Keep one record, in this form: _dmarc.{fault.Domain}. TXT \"v=DMARC1; p=none; rua=mailto:dmarc@{fault.Domain}\"");
        if (policy is null)
            return Finding.Fail(Name, $"There is no DMARC record for {domain}: the big mailbox providers refuse newsletters without one.",
                $"Publish: _dmarc.{domain}. TXT \"v=DMARC1; p=none; rua=mailto:dmarc@{domain}\"");
        var wish = policy.Domain == domain ? policy.Policy : policy.SubdomainPolicy;
        if (policy.Oddities.Count > 0)
            return Finding.Warn(Name, $"The record _dmarc.{policy.Domain} asks for {wish}, but {string.Join("; ", policy.Oddities)}.",
                "Take these out of the record, or put them right.");
        if (policy.IsTest)
            return Finding.Warn(Name, $"The record _dmarc.{policy.Domain} says t=y: its policy {wish} is only tried.",
                "Take t=y out once the reports show that all your mail passes.");
        var more = wish == "none" ? "; quarantine protects readers from forgeries, once reports show that all your mail passes" : "";
        return Finding.Ok(Name, $"{domain} has the policy {wish} (_dmarc.{policy.Domain}){more}.");
    }

    private async Task<IReadOnlyList<Finding>> ReportsAsync(DmarcRecord policy, DmarcWalk walk, CancellationToken cancellationToken)
    {
        if (policy.ReportsTo.Count == 0)
            return [Finding.Warn(Name, $"The record _dmarc.{policy.Domain} asks nobody for reports: forgeries, and mail of yours that fails, go unseen.",
                $"Add rua=mailto:dmarc@{policy.Domain}, a mailbox that somebody reads.")];
        var findings = new List<Finding>();
        foreach (var uri in policy.ReportsTo)
        {
            if (!Uri.TryCreate(uri.Split('!')[0], UriKind.Absolute, out var to) || to.Scheme != "mailto"
                || !EmailAddress.TryParse(to.AbsoluteUri["mailto:".Length..], out var mailbox))
            {
                findings.Add(Finding.Warn(Name, $"rua={uri} is no mail address: no report comes.", "Give mailto: and an address."));
                continue;
            }
            if (mailbox.Domain == policy.Domain || mailbox.Domain == walk.OrganizationalDomain
                || mailbox.Domain.EndsWith("." + walk.OrganizationalDomain, StringComparison.Ordinal))
                continue;
            // RFC 9990 §4: another domain must say that it wants our reports.
            var name = $"{policy.Domain}._report._dmarc.{mailbox.Domain}";
            var answer = await dns.TxtAsync(name, cancellationToken);
            if (answer.IsVoid)
                findings.Add(Finding.Warn(Name, $"Reports go to {mailbox.Domain}, which has not said that it takes them.",
                    $"Ask {mailbox.Domain} to publish: {name}. TXT \"v=DMARC1\""));
        }
        return findings;
    }

    private async Task<IReadOnlyList<Finding>> AlignmentAsync(Examined examined, DmarcRecord? policy, DmarcWalk from, CancellationToken cancellationToken)
    {
        var domain = examined.From.Domain;
        string[] signers = [.. SignersOf(examined.Sample.ToBytes()).Distinct(StringComparer.OrdinalIgnoreCase)];
        var spf = await AgreeAsync(domain, examined.Envelope.Domain, policy?.StrictSpf == true, from, cancellationToken);
        bool? dkim = false;
        foreach (var signer in signers)
            dkim |= await AgreeAsync(domain, signer, policy?.StrictDkim == true, from, cancellationToken);
        var signed = signers.Length == 0 ? "and nothing is signed here" : $"the signature of {string.Join(" and ", signers)}";
        var words = $"From is of {domain}, the envelope's sender of {examined.Envelope.Domain}, {signed}";
        var sign = $"Sign with Mail:Dkim:Domain {domain}";
        var bounce = "Mail:Bounces:Address " + (policy?.StrictSpf == true ? $"the domain {domain}: the policy says aspf=s." : $"a domain under {from.OrganizationalDomain}.");
        return [(spf, dkim) switch
        {
            (null, _) or (_, null) => Finding.Skipped(Alignment, $"{words}: whose domains these are could not be asked for.", "Look again.") with { IsUnheard = true },
            (true, true) => Finding.Ok(Alignment, $"{words}: both speak for it."),
            (false, true) => Finding.Warn(Alignment, $"{words}: SPF does not speak for From.", $"Give {bounce}"),
            (true, false) => Finding.Warn(Alignment, $"{words}: no signature of ours speaks for From, and SPF does not survive forwarding.",
                $"{sign}, or let the relay sign for it."),
            (false, false) => Finding.Fail(Alignment, $"{words}: nothing speaks for From, and DMARC fails.", $"{sign}, and give {bounce}"),
        }];
    }

    /// <returns>Null: it could not be asked for.</returns>
    private async Task<bool?> AgreeAsync(string domain, string other, bool strictly, DmarcWalk from, CancellationToken cancellationToken)
    {
        if (other.Equals(domain, StringComparison.OrdinalIgnoreCase))
            return true;
        if (strictly)
            return false;
        var walk = await tree.WalkAsync(other.ToLowerInvariant(), cancellationToken);
        return walk.Unanswered is null ? walk.OrganizationalDomain == from.OrganizationalDomain : null;
    }

    private static IEnumerable<string> SignersOf(byte[] message)
    {
        using var bytes = new MemoryStream(message, writable: false);
        foreach (var header in HeaderList.Load(bytes).Where(h => h.Id == HeaderId.DkimSignature))
        {
            if (TagList.Parse(header.Value, out _)?["d"] is { } signer)
                yield return signer;
        }
    }
}
