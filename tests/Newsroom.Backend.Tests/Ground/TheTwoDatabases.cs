using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.SqlServer.TransactSql.ScriptDom;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Tests.Ground;

public sealed class TheTwoDatabases
{
    [Fact]
    public void Have_migrations_for_the_whole_model()
    {
        using var sqlite = new SqliteDesignTimeFactory().CreateDbContext([]);
        using var sqlServer = new SqlServerDesignTimeFactory().CreateDbContext([]);
        Assert.False(sqlite.Database.HasPendingModelChanges(), "SQLite: the model has changed since the last migration.");
        Assert.False(sqlServer.Database.HasPendingModelChanges(), "SQL Server: the model has changed since the last migration.");
    }

    [Fact]
    public void Have_the_same_tables_and_columns()
    {
        using var sqlite = new SqliteDesignTimeFactory().CreateDbContext([]);
        using var sqlServer = new SqlServerDesignTimeFactory().CreateDbContext([]);
        Assert.Equal(Columns(sqlite), Columns(sqlServer));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Sql_server_can_read_its_migration_script(bool idempotent)
    {
        using var db = new SqlServerDesignTimeFactory().CreateDbContext([]);
        var script = db.GetService<IMigrator>().GenerateScript(options: idempotent ? MigrationsSqlGenerationOptions.Idempotent : MigrationsSqlGenerationOptions.Default);
        Assert.Contains("CREATE TABLE [Stories]", script, StringComparison.Ordinal);
        Assert.Empty(FaultsOf(script));
    }

    [Fact]
    public void Sql_server_can_read_the_models_own_script()
    {
        using var db = new SqlServerDesignTimeFactory().CreateDbContext([]);
        Assert.Empty(FaultsOf(db.Database.GenerateCreateScript()));
    }

    [Fact]
    public void A_script_with_a_fault_is_found_out() => Assert.NotEmpty(FaultsOf("CREATE TABLE Stories (Id INTEGER PRIMARY KEY AUTOINCREMENT);"));

    private static IEnumerable<string> FaultsOf(string script)
    {
        using var reader = new StringReader(script);
        new TSql160Parser(initialQuotedIdentifiers: true).Parse(reader, out var faults);
        return faults.Select(f => $"line {f.Line}: {f.Message}");
    }

    private static IEnumerable<string> Columns(NewsroomDb db) => db.Model.GetEntityTypes()
        .SelectMany(e => e.GetProperties().Select(p => $"{e.GetTableName()}.{p.GetColumnName()} {(p.IsNullable ? "null" : "not null")} {p.GetMaxLength()}"))
        .Order(StringComparer.Ordinal);
}
