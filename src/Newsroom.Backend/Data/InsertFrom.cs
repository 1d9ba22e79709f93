using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;

namespace Newsroom.Backend.Data;

/// <summary>
/// <c>INSERT INTO … SELECT …</c>, which EF Core has no word for: the rows of a query become rows of a table without passing through this process. The
/// query's own SQL is EF Core's, so it is written once, in LINQ, for both databases.
/// </summary>
internal static class InsertFrom
{
    /// <summary>Inserts one row for each of the query's; gives their number.</summary>
    /// <param name="db">In its transaction, when it has one.</param>
    /// <param name="rows">A projection to <typeparamref name="TEntity"/>'s own names: <c>Select(s => new { s.SubscriberId, SubscriptionId = s.Id })</c>.</param>
    /// <param name="fixedValues">What each new row has besides; every other column that may not be null needs one.</param>
    /// <param name="cancellationToken">Cancels the statement: no row is inserted then.</param>
    public static async Task<int> InsertFromAsync<TEntity>(
        this NewsroomDb db, IQueryable<object> rows, IReadOnlyDictionary<string, object> fixedValues, CancellationToken cancellationToken)
        where TEntity : class
    {
        await db.Database.OpenConnectionAsync(cancellationToken);
        try
        {
            await using var command = Command<TEntity>(db, rows, fixedValues);
            command.Transaction = db.Database.CurrentTransaction?.GetDbTransaction();
            return await command.ExecuteNonQueryAsync(cancellationToken);
        }
        finally
        {
            await db.Database.CloseConnectionAsync();
        }
    }

    internal static DbCommand Command<TEntity>(NewsroomDb db, IQueryable<object> rows, IReadOnlyDictionary<string, object> fixedValues)
        where TEntity : class
    {
        var entity = db.Model.FindEntityType(typeof(TEntity))!;
        var table = StoreObjectIdentifier.Create(entity, StoreObjectType.Table)!.Value;
        var sql = db.GetService<ISqlGenerationHelper>();
        string Column(string property) => sql.DelimitIdentifier(entity.FindProperty(property)!.GetColumnName(table)!);

        var read = rows.ElementType.GetProperties().Select(p => p.Name).ToList();
        var literals = fixedValues.Select(v => entity.FindProperty(v.Key)!.GetRelationalTypeMapping().GenerateSqlLiteral(v.Value));
        var command = rows.CreateDbCommand();
        command.CommandText =
            $"INSERT INTO {sql.DelimitIdentifier(table.Name)} ({string.Join(", ", fixedValues.Keys.Concat(read).Select(Column))})\n"
            + $"SELECT {string.Join(", ", literals.Concat(read.Select(r => $"q.{sql.DelimitIdentifier(r)}")))}\nFROM (\n{command.CommandText}\n) AS q";
        return command;
    }
}
