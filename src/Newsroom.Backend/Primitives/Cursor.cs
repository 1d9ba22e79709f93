using System.Buffers.Binary;
using System.Buffers.Text;

namespace Newsroom.Backend.Primitives;

/// <summary>
/// Where a list's next page begins: the key of the last row given, in an opaque text. Keyset paging stays right while rows
/// come and go, which paging by offset does not.
/// </summary>
public static class Cursor
{
    public const int DefaultLimit = 50;
    public const int MaxLimit = 200;

    public static string Encode(long key)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, key);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>An absent cursor is the start (<paramref name="key"/> null); anything not made by <see cref="Encode"/> is refused.</summary>
    public static bool TryDecode(string? text, out long? key)
    {
        key = null;
        if (string.IsNullOrEmpty(text))
            return true;
        Span<byte> bytes = stackalloc byte[8];
        if (text.Length != 11 || !Base64Url.IsValid(text) || !Base64Url.TryDecodeFromChars(text, bytes, out var written) || written != 8)
            return false;
        key = BinaryPrimitives.ReadInt64BigEndian(bytes);
        return key >= 0 && Encode(key.Value) == text;
    }
}
