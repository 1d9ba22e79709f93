using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace Newsroom.Backend.Data;

public sealed class SqliteNewsroomDb(DbContextOptions<SqliteNewsroomDb> options) : NewsroomDb(options)
{
    // SQLITE_CONSTRAINT_PRIMARYKEY and SQLITE_CONSTRAINT_UNIQUE, https://www.sqlite.org/rescode.html
    public override bool IsUniqueViolation(DbUpdateException exception) =>
        exception.InnerException is SqliteException { SqliteExtendedErrorCode: 1555 or 2067 };
}

/// <summary>For <c>dotnet ef migrations add NAME --context SqliteNewsroomDb --output-dir Data/Migrations/Sqlite</c>.</summary>
public sealed class SqliteDesignTimeFactory : IDesignTimeDbContextFactory<SqliteNewsroomDb>
{
    public SqliteNewsroomDb CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<SqliteNewsroomDb>().UseSqlite("Data Source=:memory:").Options);
}
