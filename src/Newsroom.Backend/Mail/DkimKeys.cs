using System.Security.Cryptography;
using Newsroom.Backend.Mail.Doctor;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.OpenSsl;

namespace Newsroom.Backend.Mail;

/// <summary>Reads DKIM's private keys from PEM files (<c>openssl genpkey</c>).</summary>
internal static class DkimKeys
{
    // RFC 8301 §3.2: signers MUST use 1024 bits or more and SHOULD use 2048.
    private const int SmallestRsa = 1024;

    /// <summary>The public halves of all that sign, or will: what must stand in DNS. The one that follows comes last.</summary>
    public static IReadOnlyList<DkimPublicKey> Configured(DkimOptions dkim)
    {
        var keys = new List<DkimPublicKey>();
        if (dkim.PrivateKeyFile is { Length: > 0 } file)
            keys.Add(PublicRsa(dkim.Selector!, file));
        if (dkim.Ed25519PrivateKeyFile is { Length: > 0 } ed25519)
            keys.Add(DkimPublicKey.Of(dkim.Ed25519Selector!, ReadEd25519(ed25519)));
        if (dkim.Next is { IsSet: true, PrivateKeyFile: { } next })
            keys.Add(PublicRsa(dkim.Next.Selector!, next));
        return keys;
    }

    /// <exception cref="CryptographicException">The key has under 1024 bits.</exception>
    public static RSA ReadRsa(string file)
    {
        var key = RSA.Create();
        try
        {
            key.ImportFromPem(File.ReadAllText(file));
            return key.KeySize >= SmallestRsa ? key
                : throw new CryptographicException($"the RSA key has {key.KeySize} bits, and receivers ignore signatures of under {SmallestRsa}; make one of 2048.");
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    /// <exception cref="CryptographicException">The file holds no Ed25519 key.</exception>
    public static Ed25519PrivateKeyParameters ReadEd25519(string file)
    {
        using var reader = new StringReader(File.ReadAllText(file));
        using var pem = new PemReader(reader);
        try
        {
            return pem.ReadObject() as Ed25519PrivateKeyParameters ?? throw new CryptographicException("there is no Ed25519 private key in it.");
        }
        catch (Org.BouncyCastle.Security.GeneralSecurityException e)
        {
            throw new CryptographicException("there is no readable private key in it.", e);
        }
    }

    /// <summary>The public half of a key of either kind.</summary>
    /// <exception cref="CryptographicException">The file holds no key that signs.</exception>
    public static DkimPublicKey Public(string selector, string file)
    {
        try
        {
            return DkimPublicKey.Of(selector, ReadEd25519(file));
        }
        catch (CryptographicException)
        {
            return PublicRsa(selector, file);
        }
    }

    private static DkimPublicKey PublicRsa(string selector, string file)
    {
        using var key = ReadRsa(file);
        return DkimPublicKey.Of(selector, key);
    }
}
