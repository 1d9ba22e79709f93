using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Newsroom.Backend.Data;

/// <summary>
/// Puts a backup in the place of the SQLite database and keeps the present one beside it. What comes after it (migrating, repeating erasures,
/// holding what would be sent) is the command's.
/// </summary>
public sealed class RestoreDatabase(NewsroomDb db, OneServerLock serverLock, TimeProvider clock)
{
    /// <returns>Where the database that was there is now; null when there was none.</returns>
    /// <exception cref="StartFaultException">A server runs, or the file is no database of this program or of an older one. Nothing was changed.</exception>
    public async Task<string?> RunAsync(string file, CancellationToken cancellationToken)
    {
        var present = Path.GetFullPath(new SqliteConnectionStringBuilder(db.Database.GetConnectionString()).DataSource);
        file = Path.GetFullPath(file);
        if (!File.Exists(file))
            throw new StartFaultException($"There is no file {file}.");
        if (file == present)
            throw new StartFaultException($"{file} is the database itself: name a backup.");
        Directory.CreateDirectory(Path.GetDirectoryName(present)!);
        serverLock.Take();
        await CheckAsync(file, cancellationToken);
        var copy = present + ".restoring";
        File.Copy(file, copy, overwrite: true);
        SqliteConnection.ClearAllPools();
        await File.WriteAllTextAsync(Unfinished(present), "", CancellationToken.None);
        var kept = SetAside(present);
        File.Move(copy, present);
        // VACUUM INTO does not keep it; readers and the one writer must not wait for each other.
        await db.Database.ExecuteSqlAsync($"PRAGMA journal_mode = 'wal'", CancellationToken.None);
        return kept;
    }

    /// <summary>Once the erasures are repeated and what would be sent is held: from here on the program may start.</summary>
    public void Finish()
    {
        if (db.Database.IsSqlite())
            File.Delete(Unfinished(new SqliteConnectionStringBuilder(db.Database.GetConnectionString()).DataSource));
    }

    /// <summary>The file that stands beside a database from the moment a backup takes its place until <see cref="Finish"/>: nothing starts from it.</summary>
    internal static string Unfinished(string database) => database + ".restore-unfinished";

    private string? SetAside(string present)
    {
        if (!File.Exists(present))
            return null;
        var kept = string.Create(CultureInfo.InvariantCulture, $"{present}.before-restore-{clock.GetUtcNow().UtcDateTime:yyyyMMdd'T'HHmmss'Z'}");
        // Its -wal file belongs to it by name, and may hold the last commits.
        foreach (var part in new[] { "", "-wal", "-shm" })
        {
            if (File.Exists(present + part))
                File.Move(present + part, kept + part, overwrite: true);
        }
        return kept;
    }

    private async Task CheckAsync(string file, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> applied;
        try
        {
            await using var backup = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
            await backup.OpenAsync(cancellationToken);
            if (await ReadAsync(backup, "PRAGMA quick_check(1)", cancellationToken) is not ["ok"])
                throw new StartFaultException($"{file} is damaged: take another backup.");
            applied = await ReadAsync(backup, "SELECT MigrationId FROM __EFMigrationsHistory ORDER BY MigrationId", cancellationToken);
        }
        catch (SqliteException e)
        {
            throw new StartFaultException($"{file} is not a database of this program: {e.Message.TrimEnd('.')}.", e);
        }
        var known = db.Database.GetMigrations().ToList();
        if (!applied.Contains(known[0], StringComparer.Ordinal))
            throw new StartFaultException($"{file} is not a database of this program: it lacks the migration {known[0]}.");
        if (applied.Except(known, StringComparer.Ordinal).LastOrDefault() is { } unknown)
            throw new StartFaultException($"{file} was written by a newer version of this program (migration {unknown}): install that version, then restore.");
    }

    private static async Task<IReadOnlyList<string>> ReadAsync(SqliteConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Two constants of this file.
        command.CommandText = sql;
#pragma warning restore CA2100
        var texts = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            texts.Add(reader.GetString(0));
        return texts;
    }
}
