using System.Net;

namespace Newsroom.Backend.Mail.Doctor;

/// <summary>Whether the sending addresses have names that lead back to them: Gmail refuses mail from others (5.7.25).</summary>
internal sealed class PtrCheck(DoctorDns dns, SendingAddresses addresses) : ICheck
{
    // As many as receivers look at (RFC 7208 §4.6.4).
    private const int MostNames = 10;

    public string Name => "ptr";

    public async Task<IReadOnlyList<Finding>> RunAsync(Examined examined, CancellationToken cancellationToken)
    {
        var known = await addresses.FindAsync(cancellationToken);
        if (known.Addresses.Count == 0)
            return [Finding.Skipped(Name, $"The sending address is not known: {known.Why}.",
                "Set Mail:Doctor:Addresses:0 to it when the relay is yours; a provider looks after its own.")];
        var findings = new List<Finding>();
        foreach (var address in known.Addresses)
            findings.Add(await OfAsync(address, known, cancellationToken));
        return findings;
    }

    private async Task<Finding> OfAsync(IPAddress address, KnownAddresses known, CancellationToken cancellationToken)
    {
        var names = await dns.NamesAsync(address, cancellationToken);
        if (names.State == DnsState.Failed)
            return Finding.Unheard(Name, $"The name of {address} could not be asked for: {names.Fault}", "Look again.");
        string? unheard = null;
        foreach (var name in names.Records.Take(MostNames))
        {
            var back = await dns.AddressesAsync(name, address.AddressFamily, cancellationToken);
            if (back.Records.Contains(address))
                return Finding.Ok(Name, $"{address} is called {name}, and {name} leads back to it.");
            unheard ??= back.Fault;
        }
        if (unheard is not null)
            return Finding.Unheard(Name, $"{address} is called {names.Records[0]}; whether that leads back to it could not be asked for: {unheard}", "Look again.");
        var words = names.Records.Count == 0
            ? $"{address} has no name (PTR)."
            : $"{address} is called {names.Records[0]}, but {names.Records[0]} does not lead back to it.";
        const string Advice = "Ask who gave you the address to name it after the relay, and give that name the address.";
        return known.AreCertain ? Finding.Fail(Name, words, Advice) : Finding.Warn(Name, $"{words} ({known.Why}; a provider may send from others.)", Advice);
    }
}
