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

    /// <summary>Taken for serving, unless <see cref="DatabaseOptions.AllowSeveralProcesses"/>.</summary>
    /// <exception cref="StartFaultException">Another process serves from this file.</exception>
    public void TakeToServe()
    {
        if (!options.Value.AllowSeveralProcesses)
            Take();
    }

    /// <summary>Taken for migrating too, whatever is allowed. Twice is once.</summary>
    /// <exception cref="StartFaultException">Another process serves from this file.</exception>
    public void Take()
    {
        if (_held is not null || options.Value.Provider != DatabaseProvider.Sqlite)
            return;
        var file = new SqliteConnectionStringBuilder(DatabaseOptions.SqliteConnectionString(configuration)).DataSource;
        try
        {
            _held = new FileStream(file + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new StartFaultException($"Another process already serves from {file}: stop it first, or use SQL Server (Database:Provider) for several processes.", e);
        }
    }

    public void Dispose() => _held?.Dispose();
}
