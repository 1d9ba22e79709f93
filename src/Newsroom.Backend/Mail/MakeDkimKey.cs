using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Mail.Doctor;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Pkcs;
using Org.BouncyCastle.Security;

namespace Newsroom.Backend.Mail;

public abstract record MakeDkimKeyOutcome
{
    private MakeDkimKeyOutcome()
    {
    }

    /// <param name="File">Absolute.</param>
    /// <param name="Key">What is to be published.</param>
    /// <param name="Domain">Under which domain; null while neither <c>Mail:Dkim:Domain</c> nor <c>Mail:From</c> is set.</param>
    public sealed record Made(string File, DkimPublicKey Key, string? Domain) : MakeDkimKeyOutcome;

    public sealed record BadSelector : MakeDkimKeyOutcome;

    /// <summary>A configured key's record has that name: the new one would take its place, and what is signed now could not be checked.</summary>
    public sealed record SelectorInUse : MakeDkimKeyOutcome;

    /// <summary>There is such a file, and a key that signs must not be lost by mistake.</summary>
    public sealed record FileExists(string File) : MakeDkimKeyOutcome;

    public sealed record CannotWrite(string File, string Why) : MakeDkimKeyOutcome;
}

/// <summary>Makes a DKIM key of this newsroom's own: RSA of 2048 bits (RFC 8301), or Ed25519 (RFC 8463) beside it.</summary>
public sealed class MakeDkimKey(IOptions<MailOptions> mail)
{
    private const int RsaBits = 2048;

    public async Task<MakeDkimKeyOutcome> RunAsync(string selector, bool ed25519, string? file, CancellationToken cancellationToken)
    {
        if (!DkimNames.IsNewSelector(selector))
            return new MakeDkimKeyOutcome.BadSelector();
        if (DkimNames.Selectors(mail.Value.Dkim).Contains(selector, StringComparer.OrdinalIgnoreCase))
            return new MakeDkimKeyOutcome.SelectorInUse();
        var path = Path.GetFullPath(file ?? FileOf(selector));
        var (pem, key) = ed25519 ? Ed25519(selector) : Rsa(selector);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            await using var writer = new StreamWriter(path, options);
            await writer.WriteAsync(pem.AsMemory(), cancellationToken);
        }
        catch (IOException) when (Path.Exists(path))
        {
            return new MakeDkimKeyOutcome.FileExists(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new MakeDkimKeyOutcome.CannotWrite(path, e.Message);
        }
        return new MakeDkimKeyOutcome.Made(path, key, mail.Value.DkimDomain);
    }

    /// <summary>Where a key goes, and is looked for, when nobody says otherwise.</summary>
    public static string FileOf(string selector) => Path.Combine("data", $"dkim-{selector}.pem");

    private static (string Pem, DkimPublicKey Key) Rsa(string selector)
    {
        using var key = RSA.Create(RsaBits);
        return (key.ExportPkcs8PrivateKeyPem() + "\n", DkimPublicKey.Of(selector, key));
    }

    private static (string Pem, DkimPublicKey Key) Ed25519(string selector)
    {
        var key = new Ed25519PrivateKeyParameters(new SecureRandom());
        return (PemEncoding.WriteString("PRIVATE KEY", PrivateKeyInfoFactory.CreatePrivateKeyInfo(key).GetDerEncoded()) + "\n", DkimPublicKey.Of(selector, key));
    }
}
