using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Digests;

namespace Newsroom.Backend.Tests.Digests;

/// <summary>A claim costs the same in front of a million rows as in front of ten: it reads the index in its order and stops.</summary>
public sealed class AClaim : IAsyncLifetime
{
    private readonly SqliteConnection _connection = new("Data Source=:memory:");
    private readonly List<string> _statements = [];
    private SqliteNewsroomDb _db = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _connection.OpenAsync(Stop);
        _db = new SqliteNewsroomDb(new DbContextOptionsBuilder<SqliteNewsroomDb>().UseSqlite(_connection)
            .LogTo(_statements.Add, [Microsoft.EntityFrameworkCore.Diagnostics.RelationalEventId.CommandExecuted]).Options);
        await _db.Database.MigrateAsync(Stop);
        _statements.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        await _db.DisposeAsync();
        await _connection.DisposeAsync();
    }

    [Fact]
    public async Task Reads_the_index_in_its_order_and_sorts_nothing()
    {
        await DeliveryRows.ClaimAsync(_db, 1, Guid.CreateVersion7(), NewsroomApp.Start, NewsroomApp.Start, 200);
        Assert.Equal(2, _statements.Count);
        foreach (var statement in _statements)
        {
            var plan = await PlanAsync(statement[statement.IndexOf("SELECT", StringComparison.Ordinal)..]);
            Assert.Contains("SEARCH d USING COVERING INDEX IX_Deliveries_Claim (DigestId=? AND State=?", plan, StringComparison.Ordinal);
            Assert.DoesNotContain("TEMP B-TREE", plan, StringComparison.Ordinal);
            Assert.DoesNotContain("SCAN d", plan, StringComparison.Ordinal);
        }
    }

    private async Task<string> PlanAsync(string statement)
    {
        await using var explain = _connection.CreateCommand();
#pragma warning disable CA2100 // The program's own statement.
        explain.CommandText = "EXPLAIN QUERY PLAN " + statement;
#pragma warning restore CA2100
        foreach (var name in System.Text.RegularExpressions.Regex.Matches(statement, "@[A-Za-z0-9_]+").Select(m => m.Value).Distinct())
            explain.Parameters.AddWithValue(name, 1);
        var lines = new List<string>();
        await using var rows = await explain.ExecuteReaderAsync(Stop);
        while (await rows.ReadAsync(Stop))
            lines.Add(rows.GetString(3));
        return string.Join('\n', lines);
    }
}
