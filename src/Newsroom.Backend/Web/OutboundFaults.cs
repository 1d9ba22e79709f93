using System.Net.Sockets;
using System.Reflection;
using System.Security.Authentication;

namespace Newsroom.Backend.Web;

/// <summary>Why another site could not be reached, in one sentence that names the cause and, where there is one, the way out.</summary>
internal static class OutboundFaults
{
    /// <param name="exception">What the request ended with.</param>
    /// <param name="address">Where it went.</param>
    /// <param name="allowKey">The setting that lets such requests into private networks.</param>
    public static string OfConnection(Exception exception, Uri address, string allowKey)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case DestinationRefusedException:
                    return $"{cause.Message} Set {allowKey} to true when the site is on your own network.";
                case AuthenticationException:
                    return OfCertificate(cause.Message);
                case SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain }:
                    return $"The name server knows no address for {address.IdnHost}.";
                case SocketException { SocketErrorCode: SocketError.ConnectionRefused }:
                    return $"{address.IdnHost} refuses connections.";
                case InvalidDataException:
                    return "The answer's compression is broken.";
            }
        }
        return "The connection to the site broke off.";
    }

    /// <summary>True when the address itself is to blame: it leads nowhere, or where this program does not go.</summary>
    public static bool IsOfAddress(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is DestinationRefusedException or SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData })
                return true;
        }
        return false;
    }

    // .NET puts the chain's status flags into the message; there is no other place to read them without a validation callback of our own.
    private static string OfCertificate(string message) =>
        message.Contains("NotTimeValid", StringComparison.Ordinal) ? "The site's TLS certificate has expired (or is not valid yet)."
        : message.Contains("NameMismatch", StringComparison.Ordinal) ? "The site's TLS certificate is for another name."
        : message.Contains("UntrustedRoot", StringComparison.Ordinal) || message.Contains("PartialChain", StringComparison.Ordinal)
            ? "The site's TLS certificate is not from an authority this machine knows."
        : "A TLS connection to the site could not be made.";
}

/// <summary>An honest name with an address to complain to, which site operators and their firewalls ask for.</summary>
internal static class OutboundUserAgent
{
    public const string Product = "Newsroom.Backend";
    private static readonly string Version = Assembly.GetExecutingAssembly().GetName().Version?.ToString(3) ?? "0";

    public static string For(string publicUrl) => $"{Product}/{Version}" + (publicUrl.Length == 0 ? "" : $" (+{publicUrl.TrimEnd('/')}/)");
}
