namespace Newsroom.Backend.Mail.Doctor;

/// <param name="Records">Those on the way up, the lowest first.</param>
/// <param name="OrganizationalDomain">Whose domain it is in the end.</param>
/// <param name="Fault">The first record on the way that counts as none, and why; null when there is no such one.</param>
/// <param name="Unanswered">Why the walk ended early, with nothing known of what lies above; null when it came to its end.</param>
internal sealed record DmarcWalk(IReadOnlyList<DmarcRecord> Records, string OrganizationalDomain, DmarcFault? Fault, string? Unanswered);

/// <param name="Domain">Whose record it is.</param>
/// <param name="Words">A sentence.</param>
internal sealed record DmarcFault(string Domain, string Words);

/// <summary>The DNS tree walk by which receivers find a domain's policy and who it belongs to (RFC 9989 §4.10), with no list of public suffixes.</summary>
internal sealed class DmarcTree(DoctorDns dns)
{
    /// <summary>Longer names are cut to so many labels after the first look (§4.10).</summary>
    private const int MostLabels = 7;

    public async Task<DmarcWalk> WalkAsync(string domain, CancellationToken cancellationToken)
    {
        var records = new List<DmarcRecord>();
        DmarcFault? fault = null;
        foreach (var at in Steps(domain))
        {
            var answer = await dns.TxtAsync("_dmarc." + at, cancellationToken);
            if (answer.State == DnsState.Failed)
                return new DmarcWalk(records, Organization(domain, records), fault, answer.Fault);
            string[] texts = [.. answer.Records.Where(DmarcRecord.IsOne)];
            // §4.10: of several none counts.
            if (texts.Length > 1)
                fault ??= new DmarcFault(at, $"_dmarc.{at} has {texts.Length} records, and receivers pass over all of them.");
            if (texts.Length != 1)
                continue;
            if (DmarcRecord.Parse(at, texts[0], out var wrong) is not { } record)
            {
                fault ??= new DmarcFault(at, $"The record _dmarc.{at} cannot be read: {wrong}.");
                continue;
            }
            records.Add(record);
            if (record.Psd is 'y' or 'n')
                break;
        }
        return new DmarcWalk(records, Organization(domain, records), fault, Unanswered: null);
    }

    private static IEnumerable<string> Steps(string domain)
    {
        yield return domain;
        var labels = domain.Split('.');
        for (var left = Math.Min(labels.Length - 1, MostLabels); left > 0; left--)
            yield return string.Join('.', labels[^left..]);
    }

    /// <summary>§4.10.2.</summary>
    private static string Organization(string domain, List<DmarcRecord> records)
    {
        if (records.Find(r => r.Psd == 'n') is { } own)
            return own.Domain;
        if (records.Find(r => r.Psd == 'y' && r.Domain != domain) is { } suffix)
            return string.Join('.', domain.Split('.')[^(suffix.Domain.Split('.').Length + 1)..]);
        return records.Count > 0 ? records[^1].Domain : domain;
    }
}
