using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore;

namespace Newsroom.Backend.Data;

public abstract record BackupOutcome
{
    private BackupOutcome()
    {
    }

    /// <param name="File">Full path.</param>
    /// <param name="Bytes">Its size.</param>
    public sealed record Made(string File, long Bytes) : BackupOutcome;

    /// <summary>There is a file of that name and nobody said that it may go.</summary>
    public sealed record Exists(string File) : BackupOutcome;

    /// <summary>SQL Server makes its own backups: this is the statement.</summary>
    public sealed record ByServer(string TSql) : BackupOutcome;
}

/// <summary>
/// One file with everything in it, while the program serves. SQLite's own copy of one moment (VACUUM INTO); copying the database's file by
/// hand misses what stands in its -wal file.
/// </summary>
public sealed class BackUpDatabase(NewsroomDb db)
{
    public async Task<BackupOutcome> RunAsync(string file, bool force, CancellationToken cancellationToken)
    {
        // A path of the server's, perhaps of another system than this.
        if (db.Database.IsSqlServer())
            return new BackupOutcome.ByServer(Script(new SqlConnectionStringBuilder(db.Database.GetConnectionString()).InitialCatalog, file));
        file = Path.GetFullPath(file);
        if (File.Exists(file) && !force)
            return new BackupOutcome.Exists(file);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        // Under another name until it is whole: a backup that was cut off must not look like one.
        var half = file + ".part";
        File.Delete(half);
        await db.Database.ExecuteSqlAsync($"VACUUM INTO {half}", cancellationToken);
        File.Move(half, file, overwrite: force);
        return new BackupOutcome.Made(file, new FileInfo(file).Length);
    }

    private static string Script(string database, string file) =>
        $"BACKUP DATABASE [{database.Replace("]", "]]", StringComparison.Ordinal)}] TO DISK = N'{file.Replace("'", "''", StringComparison.Ordinal)}' WITH CHECKSUM, COMPRESSION, INIT;";
}
