using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Newsroom.Backend.Mail.Relays;

/// <summary>
/// Which certificates of a relay are believed: those of the machine's authorities, and those of <c>Mail:Smtp:TrustedCertificateFile</c>.
/// The name must be right in both cases, and nothing switches the check off.
/// </summary>
internal sealed class SmtpTrust(X509Certificate2Collection? own)
{
    /// <exception cref="CryptographicException">No certificate in the file.</exception>
    public static SmtpTrust Load(string file)
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPemFile(file);
        return certificates.Count > 0 ? new SmtpTrust(certificates) : throw new CryptographicException("there is no PEM certificate in it.");
    }

    public bool Accepts(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None)
            return true;
        if (own is null || errors != SslPolicyErrors.RemoteCertificateChainErrors || certificate is null)
            return false;
        using var presented = new X509Certificate2(certificate);
        using var again = new X509Chain();
        again.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        again.ChainPolicy.CustomTrustStore.AddRange(own);
        if (chain is not null)
            again.ChainPolicy.ExtraStore.AddRange(chain.ChainPolicy.ExtraStore);
        // A private authority seldom publishes a revocation list.
        again.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return again.Build(presented);
    }
}
