using System.Net;
using DnsClient;

namespace Newsroom.Backend.Mail;

/// <summary>Who is asked for DNS records: <c>Mail:NameServer</c>, or the system's own.</summary>
internal static class NameServers
{
    /// <param name="nameServer">As configured.</param>
    /// <param name="timeout">Of one try.</param>
    /// <param name="retries">Tries beyond the first one.</param>
    /// <param name="useCache">Remembers answers for as long as they say.</param>
    public static LookupClient Client(string? nameServer, TimeSpan timeout, int retries, bool useCache)
    {
        var settings = string.IsNullOrEmpty(nameServer) ? new LookupClientOptions() : new LookupClientOptions(Server(nameServer));
        (settings.Timeout, settings.Retries, settings.UseCache, settings.ContinueOnDnsError) = (timeout, retries, useCache, false);
        return new LookupClient(settings);
    }

    /// <returns>What is wrong, a sentence that begins with the key; null when nothing is.</returns>
    public static string? Fault(string? nameServer) => string.IsNullOrEmpty(nameServer) || IPEndPoint.TryParse(nameServer, out _)
        ? null
        : $"Mail:NameServer '{nameServer}' is no IP address: give one such as 192.0.2.53 or 192.0.2.53:53, or leave it out.";

    private static IPEndPoint Server(string text)
    {
        var server = IPEndPoint.Parse(text);
        return server.Port == 0 ? new IPEndPoint(server.Address, NameServer.DefaultPort) : server;
    }
}
