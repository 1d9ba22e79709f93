using Microsoft.EntityFrameworkCore;
using Microsoft.SqlServer.TransactSql.ScriptDom;
using Newsroom.Backend.Data;
using Newsroom.Backend.Digests;

namespace Newsroom.Backend.Tests.Ground;

/// <summary>The one statement that is not EF Core's alone; its SQLite form runs in every test that sends a digest.</summary>
public sealed class InsertingFromAQuery
{
    [Fact]
    public void Is_a_statement_that_sql_server_can_read()
    {
        using var db = new SqlServerNewsroomDb(new DbContextOptionsBuilder<SqlServerNewsroomDb>().UseSqlServer("Server=never-connected").Options);
        using var command = InsertFrom.Command<Delivery>(
            db,
            db.Subscriptions.Where(s => s.SubscriberId > 5 && !db.Deliveries.Any(d => d.DigestId == 7 && d.SubscriberId == s.SubscriberId)).Select(s => new { s.SubscriberId, SubscriptionId = s.Id }),
            new Dictionary<string, object> { [nameof(Delivery.DigestId)] = 7, [nameof(Delivery.State)] = DeliveryState.Planned, [nameof(Delivery.Attempts)] = 0 });
        Assert.StartsWith("INSERT INTO [Deliveries] ([DigestId], [State], [Attempts], [SubscriberId], [SubscriptionId])", command.CommandText, StringComparison.Ordinal);
        Assert.Contains("SELECT 7, N'Planned', 0, q.[SubscriberId], q.[SubscriptionId]", command.CommandText, StringComparison.Ordinal);
        new TSql160Parser(initialQuotedIdentifiers: true).Parse(new StringReader(command.CommandText), out var errors);
        Assert.True(errors.Count == 0, string.Join('\n', errors.Select(e => e.Message)) + command.CommandText);
    }
}
