using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Newsroom.Backend.Data;

/// <summary>
/// SQLite leaves what was deleted or overwritten in the file until its place is needed. With this it writes zeros over it: erased means off the
/// disk too (https://www.sqlite.org/pragma.html#pragma_secure_delete). It holds for a connection, so each one that opens is told.
/// </summary>
internal sealed class ForgetfulSqlite : DbConnectionInterceptor
{
    public static readonly ForgetfulSqlite Instance = new();

    private const string Statement = "PRAGMA secure_delete = ON";

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
    {
        using var command = connection.CreateCommand();
        command.CommandText = Statement;
        command.ExecuteNonQuery();
    }

    public override async Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = Statement;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
