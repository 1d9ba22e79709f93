using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;

namespace Newsroom.Backend.Mail.Doctor;

/// <summary>What a failure at a relay means, and what to do about it, for who has no mail administrator.</summary>
internal static class RelayTrouble
{
    /// <param name="failure">As it was thrown.</param>
    /// <param name="visit">Where.</param>
    /// <param name="key">The relay's section: <c>Mail:Smtp</c>.</param>
    /// <param name="relay">Its settings.</param>
    public static (string Words, string Advice) Of(Exception failure, RelayVisit visit, string key, SmtpOptions relay) => failure switch
    {
        SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain } =>
            ($"There is no host {relay.Host}.", $"Put {key}:Host right."),
        SocketException => ($"Nobody answers at {relay.Host}:{relay.EffectivePort}: {failure.Message}.",
            $"Look at {key}:Host and Port, and whether a firewall lets mail out; many hosting companies close port 25."),
        SslHandshakeException or System.Security.Authentication.AuthenticationException => Tls(failure, visit, key, relay),
        NotSupportedException when relay.Security == SmtpSecurity.StartTls && visit.Tls is null =>
            ($"{relay.Host} offers no STARTTLS on port {relay.EffectivePort}.", $"Set {key}:Security to Tls (port 465), or take the port that your provider names."),
        // MailKit's words for a server without AUTH, or with mechanisms only that take no password (OAuth).
        NotSupportedException => ($"{relay.Host} takes no user name and password on port {relay.EffectivePort}: {failure.Message}",
            $"Take the port that your provider names and a password made for programs, or leave {key}:UserName and Password out when it asks for none."),
        MailKit.Security.AuthenticationException => ($"{relay.Host} refuses the user name or the password: {failure.Message}",
            $"Put {key}:UserName and Password right; many providers want a password made for programs."),
        ServiceNotAuthenticatedException => ($"{relay.Host} wants a sign-in: {failure.Message}", $"Set {key}:UserName and Password."),
        SmtpCommandException answer => Answer(answer, key, relay),
        OperationCanceledException or TimeoutException => ($"{relay.Host} did not answer in time.", "Try again; when it stays so, ask the relay's provider."),
        _ => ($"{relay.Host} ended the conversation: {failure.Message}", "Look at the transcript's last line (mail test), and ask the relay's provider."),
    };

    private static (string Words, string Advice) Tls(Exception failure, RelayVisit visit, string key, SmtpOptions relay)
    {
        if (visit.Errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) && visit.Tls is { } shown)
            return ($"The certificate of {relay.Host} is for {string.Join(", ", shown.Names)}.", $"Set {key}:Host to a name that the certificate has.");
        if (visit.Errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors) && visit.Tls is { } untrusted)
        {
            var until = untrusted.NotAfter.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            return ($"The certificate of {relay.Host} is not one to trust (until {until}): expired, or signed by nobody known.",
                $"Renew it; when the relay is your own, name its certificate in {key}:TrustedCertificateFile.");
        }
        return ($"No encrypted line to {relay.Host}:{relay.EffectivePort}: {failure.Message.ReplaceLineEndings(" ")}",
            $"Look at {key}:Security and Port: StartTls goes with 587, Tls with 465.");
    }

    private static (string Words, string Advice) Answer(SmtpCommandException answer, string key, SmtpOptions relay)
    {
        var words = $"{relay.Host} answers {(int)answer.StatusCode} {answer.Message}";
        return answer.ErrorCode switch
        {
            SmtpErrorCode.SenderNotAccepted => (words,
                "The relay does not take mail from this sender: enter the address of Mail:From, or its domain, with the relay's provider."),
            SmtpErrorCode.RecipientNotAccepted when (int)answer.StatusCode >= 500 =>
                (words, $"The recipient is refused: try another address. When the words say relaying, sign in ({key}:UserName and Password)."),
            _ when (int)answer.StatusCode is >= 400 and < 500 => (words, "The relay asks to come again later. Try again in a quarter of an hour."),
            _ => (words, "The relay refuses the message itself; its words say why. 5.7.x is about SPF, DKIM, DMARC or reputation: run doctor."),
        };
    }
}
