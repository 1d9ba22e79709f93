using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Newsroom.Backend.Primitives;

/// <summary>
/// What a link in a mail or an API key carries: 256 bits in 43 URL-safe characters. The database keeps only <see cref="Hash"/>,
/// so that reading it gives nobody a working link. SHA-256 without salt or stretching is enough for 256 random bits.
/// </summary>
public readonly record struct SecretToken
{
    public const int TextLength = 43;
    public const int HashLength = 64;

    private SecretToken(ReadOnlySpan<byte> bytes)
    {
        Text = Base64Url.EncodeToString(bytes);
        Hash = HashOf(Text)!;
    }

    /// <summary>The token itself: for the link, never for a log or a column.</summary>
    public string Text { get; }

    /// <summary>SHA-256 of <see cref="Text"/> in lower-case hex, 64 characters: the column to look it up by.</summary>
    public string Hash { get; }

    /// <summary>A fresh random token.</summary>
    public static SecretToken New() => new(RandomNumberGenerator.GetBytes(32));

    /// <summary>
    /// The token that belongs to <paramref name="subject"/> for one <paramref name="purpose"/>: HMAC-SHA-256 under the newsroom's own key,
    /// so that a mail composed again (a retry, a preview) carries the same link although no token is stored.
    /// </summary>
    public static SecretToken Derive(ReadOnlySpan<byte> key, string purpose, string subject) =>
        // With the length in front no purpose can run on into a subject.
        new(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{purpose.Length}\n{purpose}\n{subject}")));

    /// <summary>The hash to look a presented token up by; null for a text that cannot be one.</summary>
    public static string? HashOf(string? text) => text is { Length: > 0 and <= 128 }
        ? Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))
        : null;

    public override string ToString() => "***";
}
