using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Newsroom.Backend.Subscribers.Imports;

/// <summary>
/// Which addresses stood further up in a file, in about 50 bytes each instead of the address itself. A second row still counts when it says
/// worse of the reader than the first: of two lists in one file, somebody may be on one and have left the other.
/// </summary>
internal sealed class SeenAddresses
{
    private readonly Dictionary<UInt128, (int Line, FileWord Says)> _first = [];

    /// <returns>The line where the address stands already; null when this row is to be looked at.</returns>
    public int? LineBefore(FileRow row)
    {
        var key = BinaryPrimitives.ReadUInt128LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(row.Address.Key)));
        if (_first.TryGetValue(key, out var before) && (row.Says < FileWord.Left || row.Says <= before.Says))
            return before.Line;
        _first[key] = (row.Line, row.Says);
        return null;
    }
}
