using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Benchmarks.Sending;

/// <summary>
/// Confirmed readers of the one newsletter, <c>reader1@r1.example.org</c> and on, at 97 domains, put straight into the SQLite file: the first by the model,
/// the others as its copies, so that this need not know the columns. Their leave tokens are random: nobody presses their links.
/// </summary>
internal static class Readers
{
    public static string Address(int number) => string.Create(CultureInfo.InvariantCulture, $"reader{number}@r{number % 97}.example.org");

    public static async Task FillAsync(string file, int count)
    {
        await AddFirstAsync(file);
        await using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        await connection.OpenAsync();
        // What is filled is thrown away when anything fails; the program that is measured opens the file with its own settings.
        await RunAsync(connection, "PRAGMA synchronous = OFF; PRAGMA cache_size = -400000; PRAGMA temp_store = MEMORY");
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await CopyAsync(connection, "Subscribers", count, new()
            {
                ["Id"] = "t.Id + n",
                ["PublicId"] = "'sub_' || lower(hex(randomblob(10)))",
                ["Address"] = "'reader' || (n + 1) || '@r' || ((n + 1) % 97) || '.example.org'",
                ["AddressKey"] = "'reader' || (n + 1) || '@r' || ((n + 1) % 97) || '.example.org'",
                ["Name"] = "'Reader ' || (n + 1)",
            });
            await CopyAsync(connection, "Subscriptions", count, new()
            {
                ["Id"] = "t.Id + n",
                ["PublicId"] = "'sn_' || lower(hex(randomblob(10)))",
                ["SubscriberId"] = "t.SubscriberId + n",
                ["LeaveTokenHash"] = "lower(hex(randomblob(32)))",
            });
            await transaction.CommitAsync();
        }
        await RunAsync(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
    }

    private static async Task AddFirstAsync(string file)
    {
        await using var db = new SqliteNewsroomDb(new DbContextOptionsBuilder<SqliteNewsroomDb>().UseSqlite($"Data Source={file};Pooling=False").Options);
        var newsletter = await db.Newsletters.SingleAsync();
        var now = TimeProvider.System.GetUtcNow();
        var subscriber = new Subscriber { Address = Address(1), AddressKey = Address(1), Name = "Reader 1", CreatedAt = now };
        subscriber.Confirm(now);
        var subscription = new Subscription { Subscriber = subscriber, NewsletterId = newsletter.Id, LeaveTokenHash = new string('0', 64), RequestedAt = now };
        subscription.Activate(now);
        db.Add(subscription);
        await db.SaveChangesAsync();
    }

    /// <summary>The table's only row, <paramref name="count"/> times in all, with these columns changed.</summary>
    private static async Task CopyAsync(SqliteConnection connection, string table, int count, Dictionary<string, string> changed)
    {
        var columns = new List<string>();
        await using (var read = connection.CreateCommand())
        {
            read.CommandText = "SELECT name FROM pragma_table_info($table)";
            read.Parameters.AddWithValue("$table", table);
            await using var rows = await read.ExecuteReaderAsync();
            while (await rows.ReadAsync())
                columns.Add(rows.GetString(0));
        }
        await RunAsync(connection, $"""
            WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < {count})
            INSERT INTO {table} ({string.Join(", ", columns)})
            SELECT {string.Join(", ", columns.Select(c => changed.GetValueOrDefault(c, "t." + c)))} FROM numbers, {table} t WHERE {count} > 1 AND t.Id = (SELECT MIN(Id) FROM {table})
            """);
    }

    private static async Task RunAsync(SqliteConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Made of this file's constants, a number and the schema's own names.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.CommandTimeout = 600;
        await command.ExecuteNonQueryAsync();
    }
}
