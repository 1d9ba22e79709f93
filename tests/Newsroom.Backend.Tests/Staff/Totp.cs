using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace Newsroom.Backend.Tests.Staff;

/// <summary>An authenticator app (RFC 6238: SHA-1, 30 s, six digits). Identity reads the real clock for it, so this does too.</summary>
internal static class Totp
{
    private const string Base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private static long Step => TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() / 30;

    public static string Now(string key) => At(key, Step);

    /// <summary>The code before or after: still taken, and another one.</summary>
    public static string Beside(string key, int steps) => At(key, Step + steps);

    private static string At(string key, long step)
    {
        var message = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(message, step);
#pragma warning disable CA5350 // RFC 6238 §1.2: what authenticator apps compute.
        var hash = HMACSHA1.HashData(Decode(key), message);
#pragma warning restore CA5350
        var value = BinaryPrimitives.ReadInt32BigEndian(hash.AsSpan(hash[^1] & 0xf)) & int.MaxValue;
        return (value % 1_000_000).ToString("D6", CultureInfo.InvariantCulture);
    }

    private static byte[] Decode(string key)
    {
        var (bytes, buffer, bits) = (new List<byte>(), 0, 0);
        foreach (var letter in key.Where(c => c != ' '))
        {
            (buffer, bits) = ((buffer << 5) | Base32.IndexOf(letter, StringComparison.Ordinal), bits + 5);
            if (bits < 8)
                continue;
            bits -= 8;
            bytes.Add((byte)(buffer >> bits));
            buffer &= (1 << bits) - 1;
        }
        return [.. bytes];
    }
}
