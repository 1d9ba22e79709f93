using System.Security.Cryptography;

namespace Newsroom.Backend.Primitives;

/// <summary>
/// Opaque ids for the outside ("dig_7kq2…"): a prefix that says what it names and 100 random bits, so that they neither count
/// the newsroom's readers nor can be guessed. They are names, not secrets.
/// </summary>
public static class PublicId
{
    public const int MaxLength = 32;

    // Crockford's base 32 in lower case: no i, l, o, u to misread.
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

    public static string New(string prefix) => $"{prefix}_{RandomNumberGenerator.GetString(Alphabet, 20)}";
}
