using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace Newsroom.Backend.Data;

public sealed class SqlServerNewsroomDb(DbContextOptions<SqlServerNewsroomDb> options) : NewsroomDb(options)
{
    // 2601: duplicate key in a unique index; 2627: violation of a unique constraint.
    public override bool IsUniqueViolation(DbUpdateException exception) =>
        exception.InnerException is SqlException { Number: 2601 or 2627 };
}

/// <summary>For <c>dotnet ef migrations add NAME --context SqlServerNewsroomDb --output-dir Data/Migrations/SqlServer</c>.</summary>
public sealed class SqlServerDesignTimeFactory : IDesignTimeDbContextFactory<SqlServerNewsroomDb>
{
    public SqlServerNewsroomDb CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<SqlServerNewsroomDb>().UseSqlServer("Server=design;Database=design;Encrypt=false").Options);
}
