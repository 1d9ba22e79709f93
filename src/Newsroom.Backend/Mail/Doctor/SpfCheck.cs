using System.Net;
using System.Net.Sockets;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Mail.Doctor;

/// <summary>Whether receivers may believe the relay that it sends for the newsroom (RFC 7208).</summary>
internal sealed class SpfCheck(DoctorDns dns, SendingAddresses addresses) : ICheck
{
    public string Name => "spf";

    // Nobody has an address of class E: whoever lets this one pass lets everybody pass, and for it every term is asked.
    private static readonly IPAddress Stranger = IPAddress.Parse("240.0.0.1");

    public async Task<IReadOnlyList<Finding>> RunAsync(Examined examined, CancellationToken cancellationToken)
    {
        var findings = new List<Finding>();
        var known = await addresses.FindAsync(cancellationToken);
        var envelope = examined.Envelope;
        if (await RecordAsync(envelope, known, examined, findings, cancellationToken))
            await AddressesAsync(envelope, known, examined, findings, cancellationToken);
        if (envelope.Domain != examined.From.Domain)
            await RecordAsync(examined.From, known, examined, findings, cancellationToken);
        return findings;
    }

    /// <returns>True for a record that can be used.</returns>
    private async Task<bool> RecordAsync(EmailAddress sender, KnownAddresses known, Examined examined, List<Finding> findings, CancellationToken cancellationToken)
    {
        var walk = new SpfEvaluation(dns, Stranger, sender);
        var result = await walk.RunAsync(sender.Domain, cancellationToken);
        var cost = $"{walk.LookUps} of {SpfEvaluation.MostLookUps} look-ups";
        var isEnvelope = sender == examined.Envelope;
        findings.Add(result switch
        {
            SpfResult.None when isEnvelope => Finding.Fail(Name, $"{sender.Domain} has no SPF record, and it is the domain of the envelope's sender.",
                $"Publish, with the include that your mail provider names if it names one: {sender.Domain}. TXT \"v=spf1 {Terms(known, examined)} ~all\""),
            SpfResult.None => Finding.Skipped(Name,
                $"{sender.Domain} has no SPF record; receivers look at {examined.Envelope.Domain}, the domain of the envelope's sender."),
            SpfResult.PermError => Finding.Fail(Name, $"The SPF record of {sender.Domain} counts as none. {walk.Fault}",
                "Put it right: keep one record, and only the includes of those who really send for you."),
            SpfResult.TempError => Finding.Unheard(Name, $"The SPF record of {sender.Domain} could not be read: {walk.Fault}",
                "Look again; when it stays so, ask who keeps the domain's name servers."),
            SpfResult.Pass => Finding.Fail(Name, $"The SPF record of {sender.Domain} lets everybody send in its name.",
                "End it with ~all or -all, and take out +all and networks that are not yours."),
            SpfResult.Neutral => Finding.Warn(Name, $"The SPF record of {sender.Domain} says nothing about strangers ({cost}).", "End it with ~all."),
            _ when walk.UsesPtr => Finding.Warn(Name, $"The SPF record of {sender.Domain} uses ptr, which receivers may pass over ({cost}).",
                "Name addresses or an include instead of ptr."),
            SpfResult.Fail or SpfResult.SoftFail when walk.LookUps > 8 =>
                Finding.Warn(Name, $"The SPF record of {sender.Domain} is right, but uses {cost}: one more include may break it.",
                    "Take out includes of services that no longer send for you."),
            SpfResult.Fail or SpfResult.SoftFail => Finding.Ok(Name,
                $"{sender.Domain} has one SPF record ({cost}); strangers {(result == SpfResult.Fail ? "are refused" : "are suspect")}."),
            _ => throw new InvalidOperationException($"Unknown result {result}."),
        });
        return result is not (SpfResult.None or SpfResult.PermError or SpfResult.TempError);
    }

    private async Task AddressesAsync(EmailAddress sender, KnownAddresses known, Examined examined, List<Finding> findings, CancellationToken cancellationToken)
    {
        if (known.Addresses.Count == 0)
        {
            findings.Add(Finding.Skipped(Name, $"Whether the relay's address is in the record cannot be told: {known.Why}.",
                "Set Mail:Doctor:Addresses:0 to the address that mail goes out from, or run doctor --mailbox."));
            return;
        }
        foreach (var address in known.Addresses)
        {
            var result = await new SpfEvaluation(dns, address, sender).RunAsync(sender.Domain, cancellationToken);
            if (result == SpfResult.Pass)
                findings.Add(Finding.Ok(Name, $"The record of {sender.Domain} lets {address} send ({known.Why})."));
            else if (result == SpfResult.TempError)
                findings.Add(Finding.Unheard(Name, $"Whether the record of {sender.Domain} lets {address} send could not be asked for.", "Look again."));
            else if (known.AreCertain)
                findings.Add(Finding.Fail(Name, $"The record of {sender.Domain} does not let {address} send ({result}).",
                    $"Add {Term(address)} to it, before its last word."));
            else
                findings.Add(Finding.Warn(Name,
                    $"The record of {sender.Domain} does not let {address} send ({result}; {known.Why}). The provider may send from other addresses.",
                    $"Add the include that {examined.RelayHost} names in its documentation, or {Term(address)}; doctor --mailbox shows what receivers see."));
        }
    }

    private static string Terms(KnownAddresses known, Examined examined) => known switch
    {
        { AreCertain: true } => string.Join(' ', known.Addresses.Select(Term)),
        { Addresses.Count: > 0 } when !IPAddress.TryParse(examined.RelayHost, out _) => $"a:{examined.RelayHost}",
        _ => "mx",
    };

    private static string Term(IPAddress address) => (address.AddressFamily == AddressFamily.InterNetwork ? "ip4:" : "ip6:") + address;
}
