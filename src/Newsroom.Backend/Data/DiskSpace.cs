using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Newsroom.Backend.Data;

/// <summary>Room where the database's file is.</summary>
/// <param name="Folder">Full path.</param>
/// <param name="DatabaseBytes">The file with its write-ahead log.</param>
/// <param name="FreeBytes">What is left for this program on that disk.</param>
/// <param name="TotalBytes">The disk's size.</param>
public sealed record DiskSpace(string Folder, long DatabaseBytes, long FreeBytes, long TotalBytes)
{
    private const long LeastBytes = 1024L * 1024 * 1024;

    /// <summary>Under a gigabyte, or less than the file itself needs when it is copied.</summary>
    public bool IsShort => FreeBytes < NeededBytes;

    /// <summary>A tenth more than that: what goes up and down around the limit is one trouble, not many.</summary>
    public bool HasRoomAgain => FreeBytes > NeededBytes + NeededBytes / 10;

    private long NeededBytes => Math.Max(LeastBytes, DatabaseBytes);

    /// <returns>Null where the database is a server's, or the disk cannot be asked.</returns>
    public static DiskSpace? Of(NewsroomDb db)
    {
        if (!db.Database.IsSqlite())
            return null;
        var file = Path.GetFullPath(new SqliteConnectionStringBuilder(db.Database.GetConnectionString()).DataSource);
        var folder = Path.GetDirectoryName(file)!;
        try
        {
            var drive = new DriveInfo(folder);
            return new DiskSpace(folder, Size(file) + Size(file + "-wal"), drive.AvailableFreeSpace, drive.TotalSize);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    private static long Size(string file) => File.Exists(file) ? new FileInfo(file).Length : 0;
}
