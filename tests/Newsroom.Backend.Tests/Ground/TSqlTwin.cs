using System.Collections.Concurrent;
using System.Linq.Expressions;
using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Query;
using Microsoft.EntityFrameworkCore.Storage;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Tests.Ground;

/// <summary>
/// Compiles every query that a test makes EF Core compile for SQLite a second time, for SQL Server, without connecting: what only SQLite
/// can translate fails in the test that ran it. EF compiles a query once per process and asks again when that failed. One instance for all
/// programs under test: an interceptor of each one's own would cost each its own compiled queries.
/// </summary>
internal sealed class TSqlTwin : IQueryExpressionInterceptor
{
    private static readonly MethodInfo Compile = typeof(IDatabase).GetMethod(nameof(IDatabase.CompileQuery))!;
    private static readonly DbContextOptions<SqlServerNewsroomDb> Options =
        new DbContextOptionsBuilder<SqlServerNewsroomDb>().UseSqlServer("Server=never-connected").Options;
    private readonly ConcurrentBag<string> _compiled = [];

    private TSqlTwin()
    {
    }

    public static TSqlTwin Instance { get; } = new();

    /// <summary>What was compiled for both, as text.</summary>
    public IReadOnlyCollection<string> Compiled => _compiled;

    public Expression QueryCompilationStarting(Expression queryExpression, QueryExpressionEventData eventData)
    {
        using var twin = new SqlServerNewsroomDb(Options);
        var query = new OntoModel(twin.Model).Visit(queryExpression);
        // Asynchronous execution compiles to Task<T> of one result, IAsyncEnumerable<T> of many.
        var result = ElementOf(query.Type) is { } element
            ? typeof(IAsyncEnumerable<>).MakeGenericType(element) : typeof(Task<>).MakeGenericType(query.Type);
        try
        {
            Compile.MakeGenericMethod(result).Invoke(twin.GetService<IDatabase>(), [query, true]);
        }
        catch (TargetInvocationException e)
        {
            throw new NotForSqlServerException(eventData.ExpressionPrinter.PrintExpression(queryExpression), e.InnerException!);
        }
        _compiled.Add(eventData.ExpressionPrinter.PrintExpression(queryExpression));
        return queryExpression;
    }

    private static Type? ElementOf(Type type) => type.GetInterfaces().Append(type)
        .FirstOrDefault(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IQueryable<>))?.GetGenericArguments()[0];

    private sealed class OntoModel(IModel model) : ExpressionVisitor
    {
        protected override Expression VisitExtension(Expression node) => node is EntityQueryRootExpression root
            ? new EntityQueryRootExpression(model.FindEntityType(root.EntityType.Name)!)
            : base.VisitExtension(node);
    }
}

internal sealed class NotForSqlServerException(string query, Exception cause) : Exception($"SQL Server cannot run this query: {cause.Message}\n{query}", cause);
