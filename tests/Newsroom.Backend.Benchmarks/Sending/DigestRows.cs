using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Newsroom.Backend.Benchmarks.Sending;

/// <summary>
/// A digest as its rows stand, read straight from the SQLite file: it costs the program nothing, and can be done while no program runs.
/// Read-only, so that closing the file after a kill does not tidy up what the next start must find.
/// </summary>
internal sealed class DigestRows(string file, string digest)
{
    public async Task<(string Status, int? Planned, string? Reason)> StateAsync()
    {
        await using var connection = await OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT Status, PlannedCount, Reason FROM Digests WHERE PublicId = $digest";
        command.Parameters.AddWithValue("$digest", digest);
        await using var row = await command.ExecuteReaderAsync();
        return await row.ReadAsync()
            ? (row.GetString(0), row.IsDBNull(1) ? null : row.GetInt32(1), row.IsDBNull(2) ? null : row.GetString(2))
            : throw new InvalidOperationException($"There is no digest {digest}.");
    }

    /// <summary>Rows by state.</summary>
    public async Task<Dictionary<string, int>> CountAsync()
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        await ReadAsync("SELECT State, COUNT(*) FROM Deliveries WHERE DigestId = (SELECT Id FROM Digests WHERE PublicId = $digest) GROUP BY State",
            row => counts[row.GetString(0)] = row.GetInt32(1));
        return counts;
    }

    /// <summary>The state of each reader's row, by the reader's number.</summary>
    public async Task<Dictionary<int, string>> ReadersAsync()
    {
        var states = new Dictionary<int, string>();
        await ReadAsync("""
            SELECT s.Address, d.State FROM Deliveries d JOIN Subscribers s ON s.Id = d.SubscriberId
            WHERE d.DigestId = (SELECT Id FROM Digests WHERE PublicId = $digest)
            """, row =>
        {
            var address = row.GetString(0);
            states[int.Parse(address.AsSpan(6, address.IndexOf('@', StringComparison.Ordinal) - 6), CultureInfo.InvariantCulture)] = row.GetString(1);
        });
        return states;
    }

    /// <summary>Ids of the rows in a state.</summary>
    public async Task<HashSet<long>> IdsAsync(string state)
    {
        var ids = new HashSet<long>();
        await ReadAsync($"SELECT Id FROM Deliveries WHERE DigestId = (SELECT Id FROM Digests WHERE PublicId = $digest) AND State = '{state}'", row => ids.Add(row.GetInt64(0)));
        return ids;
    }

    private async Task ReadAsync(string sql, Action<SqliteDataReader> take)
    {
        await using var connection = await OpenAsync();
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Made of constants.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.Parameters.AddWithValue("$digest", digest);
        await using var rows = await command.ExecuteReaderAsync();
        while (await rows.ReadAsync())
            take(rows);
    }

    private async Task<SqliteConnection> OpenAsync()
    {
        var connection = new SqliteConnection($"Data Source={file};Mode=ReadOnly;Pooling=False");
        await connection.OpenAsync();
        return connection;
    }
}
