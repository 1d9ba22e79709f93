namespace Newsroom.Backend.Mail.Doctor;

/// <summary>Whether answers and bounces can come back: mail from a domain that takes none is refused by many.</summary>
internal sealed class MxCheck(DoctorDns dns) : ICheck
{
    public string Name => "mx";

    public async Task<IReadOnlyList<Finding>> RunAsync(Examined examined, CancellationToken cancellationToken)
    {
        var findings = new List<Finding> { await OfAsync(examined.From.Domain, "answers", cancellationToken) };
        if (examined.Envelope.Domain != examined.From.Domain)
            findings.Add(await OfAsync(examined.Envelope.Domain, "bounces", cancellationToken));
        findings.Add(await TransportSecurityAsync(examined.Envelope.Domain, cancellationToken));
        return findings;
    }

    private async Task<Finding> OfAsync(string domain, string what, CancellationToken cancellationToken)
    {
        var servers = await dns.MxAsync(domain, cancellationToken);
        if (servers.State == DnsState.Failed)
            return Finding.Warn(Name, $"The mail servers of {domain} could not be asked for: {servers.Fault}", "Look again.");
        if (servers.Records.Any(s => s.Length == 0))
            return Finding.Fail(Name, $"{domain} says that it takes no mail (null MX): {what} are lost, and receivers refuse mail from it.",
                $"Publish a mail server: {domain}. MX 10 MAIL-SERVER.");
        string? unheard = null;
        foreach (var server in servers.Records)
        {
            var addresses = await dns.AddressesAsync(server, cancellationToken);
            if (addresses.State == DnsState.Found)
                return Finding.Ok(Name, $"{domain} takes {what} at {servers.Records[0]}{(servers.Records.Count > 1 ? $" and {servers.Records.Count - 1} more" : "")}.");
            unheard ??= addresses.Fault;
        }
        if (unheard is not null)
            return Finding.Warn(Name, $"The address of {servers.Records[0]}, where {domain} takes {what}, could not be asked for: {unheard}", "Look again.");
        if (servers.Records.Count > 0)
            return Finding.Fail(Name, $"The mail servers of {domain} have no address: {what} are lost.",
                $"Give {servers.Records[0]} an address (A), or name another mail server.");
        // RFC 5321 §5.1: without an MX the domain's own address is the mail server.
        var own = await dns.AddressesAsync(domain, cancellationToken);
        var publish = $"Publish: {domain}. MX 10 MAIL-SERVER.";
        return own.State switch
        {
            DnsState.Found => Finding.Warn(Name, $"{domain} names no mail server (MX); {what} are tried at its own address.", publish),
            DnsState.Failed => Finding.Warn(Name, $"{domain} names no mail server (MX), and its address could not be asked for: {own.Fault}", publish),
            _ => Finding.Fail(Name, $"{domain} has no mail server (MX) and no address: {what} are lost, and receivers refuse mail from it.", publish),
        };
    }

    /// <summary>A note: nothing that we send hangs on it (RFC 8461, RFC 8460).</summary>
    private async Task<Finding> TransportSecurityAsync(string domain, CancellationToken cancellationToken)
    {
        var sts = (await dns.TxtAsync("_mta-sts." + domain, cancellationToken)).Records.Any(r => r.StartsWith("v=STSv1", StringComparison.Ordinal));
        var reports = (await dns.TxtAsync("_smtp._tls." + domain, cancellationToken)).Records.Any(r => r.StartsWith("v=TLSRPTv1", StringComparison.Ordinal));
        var missing = sts ? "TLS reporting" : reports ? "MTA-STS" : "MTA-STS or TLS reporting";
        return sts && reports
            ? Finding.Ok("mta-sts", $"{domain} asks for encrypted mail (MTA-STS) and for reports about it.")
            : Finding.Skipped("mta-sts", $"{domain} has no {missing}. They protect mail to you, not from you: voluntary.");
    }
}
