using System.Globalization;
using System.Security.Authentication;
using Microsoft.Extensions.Options;

namespace Newsroom.Backend.Mail.Doctor;

/// <summary>Whether each relay can be reached, trusted and signed in at. Nothing is sent.</summary>
internal sealed class RelayCheck(IOptions<MailOptions> mail) : ICheck
{
    private static readonly TimeSpan EndsSoon = TimeSpan.FromDays(14);

    public string Name => "relay";

    public async Task<IReadOnlyList<Finding>> RunAsync(Examined examined, CancellationToken cancellationToken)
    {
        var findings = new List<Finding>();
        foreach (var (key, relay) in mail.Value.AllRelays.Where(r => r.Relay.Host.Length > 0))
            findings.AddRange(await VisitAsync(key, relay, examined.Now, cancellationToken));
        return findings;
    }

    private async Task<IReadOnlyList<Finding>> VisitAsync(string key, SmtpOptions relay, DateTimeOffset now, CancellationToken cancellationToken)
    {
        using var visit = new RelayVisit(relay);
        try
        {
            await visit.OpenAsync(cancellationToken);
        }
        catch (Exception e) when (RelayVisit.IsFailure(e))
        {
            var (words, advice) = RelayTrouble.Of(e, visit, key, relay);
            return [Finding.Fail(Name, words, advice)];
        }
        await visit.CloseAsync(cancellationToken);
        var signedIn = string.IsNullOrEmpty(relay.UserName) ? "" : ", and takes the sign-in";
        return [Finding.Ok(Name, $"{relay.Host}:{relay.EffectivePort} answers{signedIn}."), Line(key, relay, visit, now)];
    }

    private Finding Line(string key, SmtpOptions relay, RelayVisit visit, DateTimeOffset now)
    {
        if (visit.Tls is not { } tls)
        {
            return RelayRules.IsThisMachine(relay.Host)
                ? Finding.Ok(Name, "The line to it is not encrypted, and does not leave this machine.")
                : Finding.Fail(Name, $"The line to {relay.Host} is not encrypted: others on the way can read who subscribes.", $"Set {key}:Security to StartTls or Tls.");
        }
        var words = $"{(tls.Protocol == SslProtocols.Tls13 ? "TLS 1.3" : tls.Protocol == SslProtocols.Tls12 ? "TLS 1.2" : tls.Protocol)}; certificate for {string.Join(", ", tls.Names)} until {tls.NotAfter.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}.";
        if (tls.Protocol is not (SslProtocols.Tls12 or SslProtocols.Tls13))
            return Finding.Warn(Name, words, "Versions before TLS 1.2 are broken (RFC 8996): bring the relay up to date.");
        return tls.NotAfter < now + EndsSoon
            ? Finding.Warn(Name, words, "Renew it: mail stops when it ends.")
            : Finding.Ok(Name, words);
    }
}
