using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Options;

namespace Newsroom.Backend.Data;

/// <summary>Brings the database to this program's schema before anything else touches it, or says why it cannot.</summary>
public sealed class DatabaseStart(NewsroomDb db, OneServerLock serverLock, IOptions<DatabaseOptions> options)
{
    /// <summary>Migrates where <see cref="DatabaseOptions.MigratesOnStart"/>; elsewhere insists that somebody has.</summary>
    /// <exception cref="StartFaultException">Not reachable, written by a newer program, or behind where migrating is off.</exception>
    public Task PrepareAsync(CancellationToken cancellationToken) => ReachAsync(async () =>
    {
        if (db.Database.IsSqlite() && File.Exists(RestoreDatabase.Unfinished(new SqliteConnectionStringBuilder(db.Database.GetConnectionString()).DataSource)))
            throw new StartFaultException("A restore was cut off before it had held what the backup would send again: run 'restore FILE' once more.");
        if (options.Value.MigratesOnStart)
            await MigrateInsideAsync(cancellationToken);
        else if (await CountPendingAsync(cancellationToken) is > 0 and var pending)
            throw new StartFaultException($"The database lacks {pending} migration(s) of this program: run the command 'db migrate' first (or set Database:MigrateOnStart).");
    });

    /// <returns>The migrations that were applied, in order.</returns>
    /// <exception cref="StartFaultException">Not reachable, or written by a newer program.</exception>
    public Task<IReadOnlyList<string>> MigrateAsync(CancellationToken cancellationToken) => ReachAsync(() => MigrateInsideAsync(cancellationToken));

    /// <returns>Applied and pending migrations. A database that does not exist yet has none applied.</returns>
    public Task<(IReadOnlyList<string> Applied, IReadOnlyList<string> Pending)> StatusAsync(CancellationToken cancellationToken) => ReachAsync(async () =>
    {
        IReadOnlyList<string> applied = await ExistsAsync(cancellationToken) ? await AppliedAsync(cancellationToken) : [];
        IReadOnlyList<string> pending = [.. db.Database.GetMigrations().Except(applied, StringComparer.Ordinal)];
        return (applied, pending);
    });

    private async Task<IReadOnlyList<string>> MigrateInsideAsync(CancellationToken cancellationToken)
    {
        CreateFolder();
        IReadOnlyList<string> pending = await ExistsAsync(cancellationToken)
            ? [.. db.Database.GetMigrations().Except(await AppliedAsync(cancellationToken), StringComparer.Ordinal)]
            : [.. db.Database.GetMigrations()];
        // Not even asked when there is nothing to do: EF Core's own lock on migrations is one more thing a kill could leave behind.
        if (pending.Count == 0)
            return pending;
        if (db.Database.IsSqlite())
            await OwnTheFileAsync(cancellationToken);
        await db.Database.MigrateAsync(cancellationToken);
        return pending;
    }

    /// <summary>
    /// EF Core locks SQLite's migrations with a row that outlives a killed process and then waits for it for ever. No other process serves
    /// from the file while we hold its lock, so a row found now is a dead one's.
    /// </summary>
    private async Task OwnTheFileAsync(CancellationToken cancellationToken)
    {
        serverLock.Take();
        // Readers and the one writer must not wait for each other. EF Core asks for it only where it creates the file itself.
        await db.Database.ExecuteSqlAsync($"PRAGMA journal_mode = 'wal'", cancellationToken);
        await db.Database.ExecuteSqlAsync($"DROP TABLE IF EXISTS __EFMigrationsLock", cancellationToken);
    }

    private async Task<int> CountPendingAsync(CancellationToken cancellationToken)
    {
        // Opened first: a server that does not answer is not a database that lacks migrations.
        await db.Database.OpenConnectionAsync(cancellationToken);
        await db.Database.CloseConnectionAsync();
        return db.Database.GetMigrations().Except(await AppliedAsync(cancellationToken), StringComparer.Ordinal).Count();
    }

    private Task<bool> ExistsAsync(CancellationToken cancellationToken) =>
        db.GetService<IRelationalDatabaseCreator>().ExistsAsync(cancellationToken);

    private async Task<IReadOnlyList<string>> AppliedAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<string> applied = [.. await db.Database.GetAppliedMigrationsAsync(cancellationToken)];
        var unknown = applied.Except(db.Database.GetMigrations(), StringComparer.Ordinal).LastOrDefault();
        return unknown is null
            ? applied
            : throw new StartFaultException($"The database was written by a newer version of this program (migration {unknown}): install that version, or restore the backup from before it.");
    }

    private void CreateFolder()
    {
        if (db.Database.IsSqlite() && Path.GetDirectoryName(new SqliteConnectionStringBuilder(db.Database.GetConnectionString()).DataSource) is { Length: > 0 } folder)
            Directory.CreateDirectory(folder);
    }

    private async Task ReachAsync(Func<Task> action) => await ReachAsync(async () =>
    {
        await action();
        return true;
    });

    private async Task<T> ReachAsync<T>(Func<Task<T>> action)
    {
        try
        {
            return await action();
        }
        catch (Exception e) when (e is DbException or RetryLimitExceededException or IOException or UnauthorizedAccessException)
        {
            var why = (e as RetryLimitExceededException)?.InnerException ?? e;
            var firstLine = why.Message.Split('\n')[0].TrimEnd('\r', '.');
            throw new StartFaultException($"The {options.Value.Provider} database of ConnectionStrings:{DatabaseOptions.ConnectionStringName} cannot be used: {firstLine}.", e);
        }
    }
}
