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
        var visits = mail.Value.AllRelays.Where(r => r.Relay.Host.Length > 0).Select(r => VisitAsync(r.Key, r.Relay, examined.Now, cancellationToken));
        return [.. (await Task.WhenAll(visits)).SelectMany(findings => findings)];
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
        catch (OperationCanceledException)
        {
            // The others have answered: what they said is not lost with this one's silence.
            return [Finding.Warn(Name, $"{relay.Host}:{relay.EffectivePort} gave no answer within {Examine.LongestCheck.TotalSeconds:0} seconds.",
                $"Look again; when it stays so, look at {key}:Host and Port, and for a firewall between.")];
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
        var version = tls.Protocol switch { SslProtocols.Tls13 => "TLS 1.3", SslProtocols.Tls12 => "TLS 1.2", var older => older.ToString() };
        var words = $"{version}; certificate for {string.Join(", ", tls.Names)} until {tls.NotAfter.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}.";
        if (tls.Protocol is not (SslProtocols.Tls12 or SslProtocols.Tls13))
            return Finding.Warn(Name, words, "Versions before TLS 1.2 are broken (RFC 8996): bring the relay up to date.");
        return tls.NotAfter < now + EndsSoon
            ? Finding.Warn(Name, words, "Renew it: mail stops when it ends.")
            : Finding.Ok(Name, words);
    }
}
