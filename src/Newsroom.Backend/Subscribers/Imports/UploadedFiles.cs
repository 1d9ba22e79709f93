using System.IO.Compression;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Subscribers.Imports;

/// <summary>Files of uploaded lists, gzipped in their rows: a list of 50,000 readers is five megabytes, and one of them gzipped.</summary>
public sealed class UploadedFiles(NewsroomDb db)
{
    public static async Task<byte[]> ZipAsync(Stream file, CancellationToken cancellationToken)
    {
        using var zipped = new MemoryStream();
        await using (var zip = new GZipStream(zipped, CompressionLevel.Fastest, leaveOpen: true))
            await file.CopyToAsync(zip, cancellationToken);
        return zipped.ToArray();
    }

    /// <returns>To be read once, from front to end; null when it is gone.</returns>
    public async Task<Stream?> OpenAsync(long listId, CancellationToken cancellationToken) =>
        Unzip(await db.UploadedFiles.Where(f => f.ListId == listId).Select(f => f.Content).SingleOrDefaultAsync(cancellationToken));

    /// <summary>The rows that a check found not to be new, as CSV.</summary>
    public async Task<Stream?> OpenNotTakenAsync(long listId, CancellationToken cancellationToken) =>
        Unzip(await db.UploadedFiles.Where(f => f.ListId == listId).Select(f => f.NotTaken).SingleOrDefaultAsync(cancellationToken));

    private static GZipStream? Unzip(byte[]? zipped) => zipped is { Length: > 0 } ? new GZipStream(new MemoryStream(zipped), CompressionMode.Decompress) : null;
}
