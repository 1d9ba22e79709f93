using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using MimeKit;
using MimeKit.Cryptography;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Security;

namespace Newsroom.Backend.Mail;

/// <summary>Signs finished messages (RFC 6376) with the newsroom's keys; does nothing when it has none.</summary>
public sealed class DkimSignatures : IDisposable
{
    // RFC 6376 §5.4.1 and RFC 8058 §4. From, To, Subject and Date are named once more than they occur, so that nobody can add another.
    private static readonly string[] Signed =
    [
        "From", "From", "To", "To", "Subject", "Subject", "Date", "Date", "Message-ID", "MIME-Version", "Content-Type", "Content-Transfer-Encoding",
        "Reply-To", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "List-Archive", "List-Post", "Feedback-ID", "Precedence", "Auto-Submitted",
        "X-Auto-Response-Suppress",
    ];

    private readonly DkimOptions _options;
    private readonly string? _domain;
    private readonly RsaKey? _rsa;
    private readonly RsaKey? _next;
    private readonly Ed25519PrivateKeyParameters? _ed25519;

    public DkimSignatures(IOptions<MailOptions> mail)
    {
        _options = mail.Value.Dkim;
        _domain = _options.Domain is { Length: > 0 } domain ? domain : mail.Value.Sender?.Address.Domain;
        _rsa = _options.PrivateKeyFile is { Length: > 0 } rsa ? new RsaKey(DkimKeys.ReadRsa(rsa)) : null;
        _next = _options.Next is { IsSet: true, PrivateKeyFile: { } next } ? new RsaKey(DkimKeys.ReadRsa(next)) : null;
        _ed25519 = _options.Ed25519PrivateKeyFile is { Length: > 0 } ed25519 ? DkimKeys.ReadEd25519(ed25519) : null;
    }

    /// <summary>Puts the signatures on top of a message that is prepared for sending and changes no more.</summary>
    public void Sign(FormatOptions format, MimeMessage message)
    {
        // Receivers that know only RSA read the upper one first (RFC 8463 §3).
        if (_ed25519 is not null)
            Sign(new Ed25519Signer(_ed25519, _domain!, _options.Ed25519Selector!, message.Date), format, message);
        if (_next is not null && _options.Next.Signs(message.Date))
            Sign(new RsaSigner(_next, _domain!, _options.Next.Selector!, message.Date), format, message);
        else if (_rsa is not null)
            Sign(new RsaSigner(_rsa, _domain!, _options.Selector!, message.Date), format, message);
    }

    public void Dispose()
    {
        _rsa?.Key.Dispose();
        _next?.Key.Dispose();
    }

    private static void Sign(DkimSigner signer, FormatOptions format, MimeMessage message)
    {
        signer.HeaderCanonicalizationAlgorithm = DkimCanonicalizationAlgorithm.Relaxed;
        signer.BodyCanonicalizationAlgorithm = DkimCanonicalizationAlgorithm.Relaxed;
        signer.Sign(format, message, [.. Signed.Where(h => message.Headers.Contains(h) || message.Body?.Headers.Contains(h) == true)]);
    }

    /// <summary>MimeKit's signer wants to see a BouncyCastle key, which then is not used.</summary>
    private sealed record RsaKey(RSA Key)
    {
        public AsymmetricKeyParameter ForMimeKit { get; } = DotNetUtilities.GetRsaKeyPair(Key).Private;
    }

    /// <summary>Both time-stamps of a message are one: composed again, it has the same bytes.</summary>
    private sealed class Ed25519Signer(Ed25519PrivateKeyParameters key, string domain, string selector, DateTimeOffset date)
        : DkimSigner(key, domain, selector, DkimSignatureAlgorithm.Ed25519Sha256)
    {
        protected override long GetTimestamp() => date.ToUnixTimeSeconds();
    }

    /// <summary>MimeKit signs RSA with BouncyCastle, in 4 to 5 ms; .NET's own takes 0.23 ms (2048 bits, measured 2026-11).</summary>
    private sealed class RsaSigner(RsaKey key, string domain, string selector, DateTimeOffset date)
        : DkimSigner(key.ForMimeKit, domain, selector, DkimSignatureAlgorithm.RsaSha256)
    {
        protected override long GetTimestamp() => date.ToUnixTimeSeconds();

        protected override ISigner CreateSigningContext() => new RsaContext(key.Key);
    }

    private sealed class RsaContext(RSA key) : ISigner
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        public string AlgorithmName => "SHA-256withRSA";

        public void Init(bool forSigning, ICipherParameters parameters)
        {
        }

        public void Update(byte input) => _hash.AppendData([input]);

        public void BlockUpdate(byte[] input, int inOff, int inLen) => _hash.AppendData(input, inOff, inLen);

        public void BlockUpdate(ReadOnlySpan<byte> input) => _hash.AppendData(input);

        public int GetMaxSignatureSize() => key.KeySize / 8;

        public byte[] GenerateSignature()
        {
            var digest = _hash.GetHashAndReset();
            _hash.Dispose();
            return key.SignHash(digest, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        }

        public bool VerifySignature(byte[] signature) => throw new NotSupportedException();

        public void Reset() => _hash.GetHashAndReset();
    }
}
