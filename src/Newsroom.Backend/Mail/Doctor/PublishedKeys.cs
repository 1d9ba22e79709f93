namespace Newsroom.Backend.Mail.Doctor;

/// <summary>Looks a signing key up in DNS, where receivers do (RFC 6376 §3.6.2).</summary>
internal sealed class PublishedKeys(DoctorDns dns)
{
    public const string Check = "dkim";

    /// <returns>One finding: <see cref="CheckResult.Ok"/> when receivers find this very key, otherwise what is wrong and the record to publish.</returns>
    public async Task<Finding> FindAsync(DkimPublicKey key, string domain, CancellationToken cancellationToken)
    {
        var name = key.NameUnder(domain);
        var publish = $"Publish: {key.ZoneLine(domain)}";
        var answer = await dns.TxtAsync(name, cancellationToken);
        if (answer.State == DnsState.Failed)
            return Finding.Unheard(Check, $"The record {name} could not be read: {answer.Fault}", "Look again; when it stays so, ask who keeps the domain's name servers.");
        if (answer.IsVoid)
            return Finding.Fail(Check, $"There is no record {name}: receivers cannot check the signature.", publish);
        // RFC 6376 §3.6.2.2: with several records, what a receiver makes of them is undefined.
        if (answer.Records.Count > 1)
            return Finding.Fail(Check, $"There are {answer.Records.Count} records {name}, and receivers may take any.", $"Keep one. {publish}");
        if (DkimRecord.Fault(answer.Records[0], key) is { } fault)
            return Finding.Fail(Check, $"The record {name} {fault}.", publish);
        if (DkimRecord.IsTest(answer.Records[0]))
            return Finding.Warn(Check, $"The record {name} says t=y, a test: receivers may treat the mail as unsigned.", publish);
        return key is { KeyType: "rsa", Bits: < 2048 }
            ? Finding.Warn(Check, $"The record {name} is right, but the key has {key.Bits} bits.",
                "Make one of 2048 bits, mail dkim new, and change over to it by Mail:Dkim:Next.")
            : Finding.Ok(Check, $"The record {name} holds our {key.KeyType} key of {key.Bits} bits.");
    }
}
