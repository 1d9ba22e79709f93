using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;

namespace Newsroom.Backend.Data;

/// <summary>
/// One serving process per SQLite file. Two would each run every sweep, and jobs in memory cannot see another process's. Commands may run
/// beside it: SQLite itself orders the writes. The operating system lets go of the lock when the process ends, however it ends.
/// </summary>
public sealed class OneServerLock(IConfiguration configuration, IOptions<DatabaseOptions> options) : IDisposable
{
    private FileStream? _held;

    /// <summary>Taken for serving; with <see cref="DatabaseOptions.AllowSeveralProcesses"/> shared with others that serve.</summary>
    /// <exception cref="StartFaultException">Another process serves from this file and does not share it, or migrates or restores it.</exception>
    public void TakeToServe()
    {
        // Migrated a moment ago: what it took for that gives way to what others can share.
        if (options.Value.AllowSeveralProcesses)
            Dispose();
        Take(options.Value.AllowSeveralProcesses ? FileAccess.Read : FileAccess.ReadWrite);
    }

    /// <summary>Taken alone, for migrating and restoring too, whatever is allowed. Twice is once.</summary>
    /// <exception cref="StartFaultException">Another process serves from this file.</exception>
    public void Take() => Take(FileAccess.ReadWrite);

    private void Take(FileAccess access)
    {
        if (_held is not null || options.Value.Provider != DatabaseProvider.Sqlite)
            return;
        var file = new SqliteConnectionStringBuilder(DatabaseOptions.SqliteConnectionString(configuration)).DataSource;
        try
        {
            _held = new FileStream(file + ".lock", FileMode.OpenOrCreate, access, access == FileAccess.Read ? FileShare.Read : FileShare.None);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new StartFaultException($"{file}.lock belongs to another user: give it, the database and what stands beside it to the user this program runs as.", e);
        }
        catch (IOException e)
        {
            throw new StartFaultException($"Another process already serves from {file}: stop it first, or use SQL Server (Database:Provider) for several processes.", e);
        }
    }

    public void Dispose()
    {
        _held?.Dispose();
        _held = null;
    }
}
