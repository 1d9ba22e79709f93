using System.Security.Cryptography;
using System.Text.RegularExpressions;
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

    /// <summary>There is such a file, and a key that signs must not be lost by mistake.</summary>
    public sealed record FileExists(string File) : MakeDkimKeyOutcome;

    public sealed record CannotWrite(string File, string Why) : MakeDkimKeyOutcome;
}

/// <summary>Makes a DKIM key of this newsroom's own: RSA of 2048 bits (RFC 8301), or Ed25519 (RFC 8463) beside it.</summary>
public sealed partial class MakeDkimKey(IOptions<MailOptions> mail)
{
    private const int RsaBits = 2048;

    public async Task<MakeDkimKeyOutcome> RunAsync(string selector, bool ed25519, string? file, CancellationToken cancellationToken)
    {
        if (!Selector().IsMatch(selector))
            return new MakeDkimKeyOutcome.BadSelector();
        var path = Path.GetFullPath(file ?? Path.Combine("data", $"dkim-{selector}.pem"));
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
        var domain = mail.Value.Dkim.Domain is { Length: > 0 } own ? own : mail.Value.Sender?.Address.Domain;
        return new MakeDkimKeyOutcome.Made(path, key, domain);
    }

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

    /// <summary>RFC 6376 §3.1: labels of letters, digits and dashes.</summary>
    [GeneratedRegex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Selector();
}
