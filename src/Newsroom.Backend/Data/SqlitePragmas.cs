using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Newsroom.Backend.Data;

/// <summary>
/// What each SQLite connection that opens is told. To overwrite what is deleted: SQLite leaves it in the file until its place is needed, and
/// erased means off the disk too (https://www.sqlite.org/pragma.html#pragma_secure_delete). And to wait for a busy lock itself, 1, 2, 5, 10 ms
/// and on: Microsoft.Data.Sqlite asks again only every 150 ms, and a sign-up would find the lock of a digest that is being sent taken each
/// time (https://www.sqlite.org/c3ref/busy_timeout.html).
/// </summary>
internal sealed class SqlitePragmas : DbConnectionInterceptor
{
    public static readonly SqlitePragmas Instance = new();

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
    {
        using var command = Command(connection);
        command.ExecuteNonQuery();
    }

    public override async Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        await using var command = Command(connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static DbCommand Command(DbConnection connection)
    {
        var command = connection.CreateCommand();
        // As long as the connection string says (Default Timeout, 30 s).
        var seconds = ((SqliteConnection)connection).DefaultTimeout;
#pragma warning disable CA2100 // Made of a number.
        command.CommandText = FormattableString.Invariant($"PRAGMA secure_delete = ON; PRAGMA busy_timeout = {seconds * 1000}");
#pragma warning restore CA2100
        return command;
    }
}
