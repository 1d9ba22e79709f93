using System.Net;
using Newsroom.Backend.Mail.Relays;

namespace Newsroom.Backend.Mail;

/// <summary>What relays, receivers' limits and the warm-up must fulfil. Each sentence begins with its key.</summary>
internal static class RelayRules
{
    public static IEnumerable<string> Faults(MailOptions options) =>
    [
        .. options.AllRelays.SelectMany(r => RelayFaults(r.Key, r.Relay)),
        .. FurtherRelayFaults(options),
        .. options.Receivers.SelectMany((r, n) => ReceiverFaults(FormattableString.Invariant($"Mail:Receivers:{n}"), r)),
        .. WarmUpFaults(options.WarmUp),
        .. NameServers.Fault(options.NameServer) is { } fault ? [fault] : Array.Empty<string>(),
    ];

    private static IEnumerable<string> RelayFaults(string key, SmtpOptions relay)
    {
        if (!Enum.IsDefined(relay.Security))
            yield return $"{key}:Security '{relay.Security}' is unknown: give None, StartTls or Tls.";
        if (relay.DisplayName.Length > RelayCount.RelayLength)
            yield return $"{key}:Name is too long: give one of at most {RelayCount.RelayLength} characters (without one it is the host); what was sent is counted by it.";
        if (relay.Port is < 1 or > 65535)
            yield return $"{key}:Port {relay.Port} is no port: give 1 to 65535, or leave it out.";
        if (relay.Connections is < 1 or > 500)
            yield return $"{key}:Connections {relay.Connections} is out of range: give 1 to 500.";
        if (relay.MaxPerConnection < 0)
            yield return $"{key}:MaxPerConnection {relay.MaxPerConnection} is out of range: give a number of messages, or 0 for no limit.";
        if (relay.MaxConnectionAge < TimeSpan.FromSeconds(1) || relay.MaxConnectionAge > TimeSpan.FromDays(1))
            yield return $"{key}:MaxConnectionAge {relay.MaxConnectionAge} is out of range: give 00:00:01 to 1.00:00:00.";
        if (relay.Weight is < 1 or > 1000)
            yield return $"{key}:Weight {relay.Weight} is out of range: give 1 to 1000.";
        if (relay.Lanes.Any(l => !Enum.IsDefined(l)))
            yield return $"{key}:Lanes has an unknown word: give Digest, Breaking or Transactional, or leave it out.";
        foreach (var fault in PaceFaults(key, relay).Concat(SignInFaults(key, relay)))
            yield return fault;
    }

    private static IEnumerable<string> SignInFaults(string key, SmtpOptions relay)
    {
        if (string.IsNullOrEmpty(relay.UserName) != string.IsNullOrEmpty(relay.Password))
            yield return $"{key}:{(string.IsNullOrEmpty(relay.UserName) ? "UserName" : "Password")} is empty: give both a user name and a password, or neither.";
        if (!string.IsNullOrEmpty(relay.UserName) && relay.Security == SmtpSecurity.None && !IsThisMachine(relay.Host))
            yield return $"{key}:Security is None: the password would travel to {relay.Host} in clear; give StartTls or Tls.";
        if (relay.TrustedCertificateFile is { Length: > 0 } file && MailOptionsRules.Fault(() => SmtpTrust.Load(file)) is { } fault)
            yield return $"{key}:TrustedCertificateFile '{file}' cannot be used: {fault}";
    }

    private static IEnumerable<string> FurtherRelayFaults(MailOptions options)
    {
        for (var n = 0; n < options.Relays.Count; n++)
        {
            if (options.Relays[n].Host.Length == 0)
                yield return $"Mail:Relays:{n}:Host is empty: give the relay's host, or leave the relay out.";
            else if (options.AllRelays.Take(n + 1).Any(r => r.Relay.DisplayName.Equals(options.Relays[n].DisplayName, StringComparison.OrdinalIgnoreCase)))
                yield return $"Mail:Relays:{n}:Name '{options.Relays[n].DisplayName}' is another relay's too: give each its own, because what was sent is counted by it.";
        }
        foreach (var lane in Enum.GetValues<MailLane>().Where(lane => options.AllRelays.All(r => r.Relay.Lanes.Count > 0 && !r.Relay.Lanes.Contains(lane))))
            yield return $"Mail:Smtp:Lanes leaves {lane} to no relay: add it to one, or leave Lanes out.";
    }

    private static IEnumerable<string> ReceiverFaults(string key, ReceiverOptions receiver)
    {
        if (string.IsNullOrWhiteSpace(receiver.Domain) == string.IsNullOrWhiteSpace(receiver.Mx))
            yield return $"{key}:Domain needs a word more or less: give either Domain (the addresses' domain) or Mx (google, microsoft, yahoo, apple, or the end of the mail server's name).";
        if (!string.IsNullOrWhiteSpace(receiver.Domain) && receiver.AsciiDomain is null)
            yield return $"{key}:Domain '{receiver.Domain}' is no domain of mail addresses: give what stands behind the @, for example example.org.";
        if (receiver is { MaxPerSecond: 0, MaxPerMinute: 0, MaxPerHour: 0, MaxPerDay: 0 })
            yield return $"{key}:MaxPerMinute is not set, and no other limit is: give one of MaxPerSecond, MaxPerMinute, MaxPerHour, MaxPerDay.";
        foreach (var fault in PaceFaults(key, receiver))
            yield return fault;
    }

    private static IEnumerable<string> PaceFaults(string key, PaceOptions pace)
    {
        // Fewer than one in a quarter of an hour is a limit of the hour or the day.
        if (!(pace.MaxPerSecond is 0 or >= 0.001 && double.IsFinite(pace.MaxPerSecond)))
            yield return $"{key}:MaxPerSecond {pace.MaxPerSecond} is out of range: give the messages a second, 0.001 or more, or 0 for no limit.";
        foreach (var (name, most) in new[] { ("MaxPerMinute", pace.MaxPerMinute), ("MaxPerHour", pace.MaxPerHour), ("MaxPerDay", pace.MaxPerDay) })
        {
            if (most < 0)
                yield return $"{key}:{name} {most} is out of range: give a number of messages, or 0 for no limit.";
        }
    }

    private static IEnumerable<string> WarmUpFaults(WarmUpOptions warmUp)
    {
        if (warmUp.FirstDay < 1)
            yield return $"Mail:WarmUp:FirstDay {warmUp.FirstDay} is out of range: give the list mails of the first day, 1 or more.";
        if (!(warmUp.Growth is >= 1 and <= 10))
            yield return $"Mail:WarmUp:Growth {warmUp.Growth} is out of range: give 1 to 10; 1.5 sends half as much again each day.";
    }

    internal static bool IsThisMachine(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}
