using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;

namespace Newsroom.Backend.Mail;

/// <summary>
/// Signs finished messages (RFC 6376, relaxed/relaxed) with the newsroom's keys; does nothing when it has none. Not by MimeKit's signer: it puts
/// every message's content into canonical form again and signs with BouncyCastle. Here that form is made once a digest and .NET signs
/// (RSA of 2048 bits: 4 to 5 ms against 0.23 ms, measured 2026-11).
/// </summary>
public sealed class DkimSignatures : IDisposable
{
    private const int LineLength = 72;

    // RFC 6376 §5.4.1 and RFC 8058 §4. From, To, Subject and Date are named once more than they occur, so that nobody can add another.
    private static readonly string[] Signed =
    [
        "From", "From", "To", "To", "Subject", "Subject", "Date", "Date", "Message-ID", "MIME-Version", "Content-Type", "Content-Transfer-Encoding",
        "Reply-To", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "List-Archive", "List-Post", "Feedback-ID", "Precedence", "Auto-Submitted",
        "X-Auto-Response-Suppress",
    ];

    private readonly IOptions<MailOptions> _mail;
    private readonly List<RSA> _rsa = [];

    // Receivers that know only RSA read the upper one first (RFC 8463 §3).
    private readonly List<SigningKey> _keys = [];

    public DkimSignatures(IOptions<MailOptions> mail)
    {
        _mail = mail;
        var options = mail.Value.Dkim;
        var next = options.Next;
        if (options.PrivateKeyFile is { Length: > 0 } rsa)
            AddRsa(rsa, options.Selector!, date => !(next.IsSet && next.Signs(date)));
        if (next is { IsSet: true, PrivateKeyFile: { } nextFile, Selector: { } nextSelector })
            AddRsa(nextFile, nextSelector, next.Signs);
        if (options.Ed25519PrivateKeyFile is { Length: > 0 } ed25519)
        {
            var key = DkimKeys.ReadEd25519(ed25519);
            _keys.Add(new SigningKey("ed25519-sha256", options.Ed25519Selector!, _ => true, hash => SignEd25519(key, hash)));
        }
    }

    /// <summary>The signatures of a message, in the order they stand on top of it.</summary>
    /// <param name="fields">The header, each field once.</param>
    /// <param name="body">The content.</param>
    /// <param name="date">The message's: composed again, it has the same bytes.</param>
    internal IReadOnlyList<HeaderField> Sign(IReadOnlyList<HeaderField> fields, FilledBody body, DateTimeOffset date)
    {
        if (_keys.Count == 0)
            return [];
        // Looked up for each message: it follows the sender, which staff may change.
        var domain = _mail.Value.DkimDomain!;
        var (names, canonical) = Canonical(fields);
        var bodyHash = Convert.ToBase64String(body.Hash());
        return [.. _keys.Where(key => key.Signs(date)).Select(key => Sign(key, domain, names, canonical, bodyHash, date))];
    }

    public void Dispose() => _rsa.ForEach(key => key.Dispose());

    private void AddRsa(string file, string selector, Func<DateTimeOffset, bool> signs)
    {
        var key = DkimKeys.ReadRsa(file);
        _rsa.Add(key);
        _keys.Add(new SigningKey("rsa-sha256", selector, signs, hash => key.SignHash(hash, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)));
    }

    private static HeaderField Sign(SigningKey key, string domain, string names, string canonical, string bodyHash, DateTimeOffset date)
    {
        var unsigned = string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $" v=1; a={key.Algorithm}; c=relaxed/relaxed; t={date.ToUnixTimeSeconds()};\r\n d={domain}; s={key.Selector};\r\n h={names};\r\n bh={bodyHash};\r\n b=");
        var header = new StringBuilder(canonical);
        Relax(header, "DKIM-Signature", unsigned);
        var signature = Convert.ToBase64String(key.Sign(SHA256.HashData(Encoding.UTF8.GetBytes(header.ToString()))));
        var folded = new StringBuilder(unsigned);
        for (var at = 0; at < signature.Length; at += LineLength)
            folded.Append(at == 0 ? "" : "\r\n ").Append(signature, at, Math.Min(LineLength, signature.Length - at));
        return new HeaderField("DKIM-Signature", folded.ToString());
    }

    /// <summary>What the signatures cover of the header (RFC 6376 §3.7), and its names for <c>h=</c>. A name said once more stands for nothing.</summary>
    private static (string Names, string Canonical) Canonical(IReadOnlyList<HeaderField> fields)
    {
        var (names, canonical, column) = (new StringBuilder(), new StringBuilder(), 0);
        for (var i = 0; i < Signed.Length; i++)
        {
            var name = Signed[i];
            if (fields.FirstOrDefault(f => f.Name == name) is not { Name: not null } field)
                continue;
            var folds = (column += name.Length + 1) > LineLength;
            names.Append(names.Length == 0 ? "" : ":").Append(folds ? "\r\n " : "").Append(name);
            if (folds)
                column = name.Length + 1;
            if (i > 0 && Signed[i - 1] == name)
                continue;
            Relax(canonical, field.Name, field.Value);
            canonical.Append("\r\n");
        }
        return (names.ToString(), canonical.ToString());
    }

    /// <summary>RFC 6376 §3.4.2: the name in lower case, the value unfolded, white space one space and none around it.</summary>
    private static void Relax(StringBuilder into, string name, string value)
    {
        into.Append(name.ToLowerInvariant()).Append(':');
        var gap = false;
        foreach (var c in value.AsSpan().Trim())
        {
            if (c is ' ' or '\t' or '\r' or '\n')
            {
                gap = true;
                continue;
            }
            if (gap)
                into.Append(' ');
            gap = false;
            into.Append(c);
        }
    }

    private static byte[] SignEd25519(Ed25519PrivateKeyParameters key, byte[] hash)
    {
        var signer = new Ed25519Signer();
        signer.Init(forSigning: true, key);
        signer.BlockUpdate(hash, 0, hash.Length);
        return signer.GenerateSignature();
    }

    /// <param name="Algorithm"><c>a=</c></param>
    /// <param name="Selector"><c>s=</c></param>
    /// <param name="Signs">Whether it signs a message of that date.</param>
    /// <param name="Sign">From a SHA-256 to a signature.</param>
    private sealed record SigningKey(string Algorithm, string Selector, Func<DateTimeOffset, bool> Signs, Func<byte[], byte[]> Sign);
}
