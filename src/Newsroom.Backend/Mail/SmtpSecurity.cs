using MailKit.Security;

namespace Newsroom.Backend.Mail;

public enum SmtpSecurity
{
    /// <summary>Clear text: for a relay on this machine. Credentials never go this way to another one (RFC 8314 §4.1).</summary>
    None,
    StartTls,

    /// <summary>TLS from the first octet (port 465).</summary>
    Tls,
}

internal static class SmtpSecurities
{
    /// <exception cref="ArgumentOutOfRangeException">It is none of them; the rules of the options let no such one through.</exception>
    public static SecureSocketOptions ForMailKit(this SmtpSecurity security) => security switch
    {
        SmtpSecurity.None => SecureSocketOptions.None,
        SmtpSecurity.StartTls => SecureSocketOptions.StartTls,
        SmtpSecurity.Tls => SecureSocketOptions.SslOnConnect,
        _ => throw new ArgumentOutOfRangeException(nameof(security), security, null),
    };
}
