using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Mail;

public enum MailedKind : byte
{
    /// <summary>One digest to one subscriber.</summary>
    Digest = 1,

    /// <summary>A single mail: a row of the outbox.</summary>
    Single = 2,

    /// <summary>A look at a digest, of which no row tells.</summary>
    Test = 3,
}

/// <summary>Which mail it was that something comes back about.</summary>
/// <param name="Kind">Whose rows know it.</param>
/// <param name="DigestId">Primary key; 0 for a single mail.</param>
/// <param name="RecipientId">The subscriber's primary key; for a single mail the row's own, for a test the instant in Unix milliseconds. Below 2^48.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct MailedId(MailedKind Kind, int DigestId, long RecipientId)
{
    public static MailedId Digest(int digestId, long subscriberId) => new(MailedKind.Digest, digestId, subscriberId);

    public static MailedId Single(long outgoingMailId) => new(MailedKind.Single, 0, outgoingMailId);

    public static MailedId Test(int digestId, DateTimeOffset at) => new(MailedKind.Test, digestId, at.ToUnixTimeMilliseconds());
}

/// <summary>
/// What every mail carries in its Message-ID and, where bounces are read, in its envelope sender: which mail it is, signed with the newsroom's own
/// key, so that a report about it finds its row and a forged one finds none. The same mail always has the same mark; it tells nobody else who
/// the reader is. Letters and digits of base32 (RFC 4648 §6) in lower case: a mail server may change the case of an address on its way.
/// </summary>
public sealed class MailMarks(LinkTokens tokens)
{
    public const int Length = 34;

    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";
    private const int PayloadLength = 1 + 4 + 6;

    // 80 bits: a guess can be tried only by sending us a mail for each.
    private const int SignatureLength = 10;

    public async ValueTask<string> OfAsync(MailedId mailed, CancellationToken cancellationToken)
    {
        var bytes = new byte[PayloadLength + SignatureLength];
        Write(mailed, bytes);
        var signature = await SignAsync(bytes.AsMemory(0, PayloadLength), cancellationToken);
        signature.AsSpan(0, SignatureLength).CopyTo(bytes.AsSpan(PayloadLength));
        return Encode(bytes);
    }

    /// <returns>Null for a text that is no mark of this newsroom's.</returns>
    public async ValueTask<MailedId?> ReadAsync(string text, CancellationToken cancellationToken)
    {
        if (Decode(text) is not { } bytes)
            return null;
        var signature = await SignAsync(bytes.AsMemory(0, PayloadLength), cancellationToken);
        if (!CryptographicOperations.FixedTimeEquals(signature.AsSpan(0, SignatureLength), bytes.AsSpan(PayloadLength)))
            return null;
        return new MailedId((MailedKind)bytes[0], BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(1)), ReadRecipient(bytes.AsSpan(5, 6)));
    }

    private async ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken) =>
        Convert.FromHexString((await tokens.ForAsync("mailed", Convert.ToHexStringLower(payload.Span), cancellationToken)).Hash);

    private static void Write(MailedId mailed, Span<byte> bytes)
    {
        if (mailed.RecipientId is < 0 or >= 1L << 48)
            throw new ArgumentOutOfRangeException(nameof(mailed), mailed, "The recipient's id must be below 2^48.");
        Span<byte> recipient = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(recipient, mailed.RecipientId);
        bytes[0] = (byte)mailed.Kind;
        BinaryPrimitives.WriteInt32BigEndian(bytes[1..], mailed.DigestId);
        recipient[2..].CopyTo(bytes[5..]);
    }

    private static long ReadRecipient(ReadOnlySpan<byte> six)
    {
        Span<byte> eight = stackalloc byte[8];
        six.CopyTo(eight[2..]);
        return BinaryPrimitives.ReadInt64BigEndian(eight);
    }

    private static string Encode(byte[] bytes) => string.Create(Length, bytes, static (text, bytes) =>
    {
        for (var i = 0; i < text.Length; i++)
            text[i] = Alphabet[FiveBits(bytes, i * 5)];
    });

    private static int FiveBits(byte[] bytes, int bit)
    {
        var two = bytes[bit / 8] << 8 | (bit / 8 + 1 < bytes.Length ? bytes[bit / 8 + 1] : 0);
        return two >> (11 - bit % 8) & 31;
    }

    private static byte[]? Decode(string text)
    {
        if (text.Length != Length)
            return null;
        var bytes = new byte[PayloadLength + SignatureLength];
        for (var i = 0; i < text.Length; i++)
        {
            if (Alphabet.IndexOf(char.ToLowerInvariant(text[i]), StringComparison.Ordinal) is not (>= 0 and var value))
                return null;
            for (var k = 0; k < 5; k++)
            {
                var bit = i * 5 + k;
                if ((value >> (4 - k) & 1) == 0)
                    continue;
                // The last letter has two bits more than there are bytes: a mark has zeros there.
                if (bit / 8 >= bytes.Length)
                    return null;
                bytes[bit / 8] |= (byte)(0x80 >> bit % 8);
            }
        }
        return bytes;
    }
}
