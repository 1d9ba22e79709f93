using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Newsroom.Backend.Data;

public sealed class SqlServerNewsroomDb(DbContextOptions<SqlServerNewsroomDb> options) : NewsroomDb(options)
{
    /// <summary>Compares code point by code point, as SQLite does and as the keys are made.</summary>
    private const string Binary = "Latin1_General_100_BIN2";

    // 2601: duplicate key in a unique index; 2627: violation of a unique constraint.
    public override bool IsUniqueViolation(DbUpdateException exception) =>
        exception.InnerException is SqlException { Number: 2601 or 2627 };

    /// <summary>
    /// What strangers choose and this program tells apart: to the server's own collation "ｊohn@" is "john@" and "straße@" is "strasse@", so that a unique index
    /// would refuse a row that no query finds.
    /// </summary>
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);
        foreach (var property in modelBuilder.Model.GetEntityTypes().SelectMany(e => e.GetProperties()).Where(IsTyped))
            property.SetCollation(Binary);
    }

    private static bool IsTyped(IMutableProperty property) => property.Name.EndsWith("AddressKey", StringComparison.Ordinal)
        || $"{property.DeclaringType.ShortName()}.{property.Name}" is "Donation.Campaign" or "Campaign.Slug"
        || (property.Name == "Url" && property.GetContainingIndexes().Any(i => i.IsUnique));
}

/// <summary>For <c>dotnet ef migrations add NAME --context SqlServerNewsroomDb --output-dir Data/Migrations/SqlServer</c>.</summary>
public sealed class SqlServerDesignTimeFactory : IDesignTimeDbContextFactory<SqlServerNewsroomDb>
{
    public SqlServerNewsroomDb CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<SqlServerNewsroomDb>().UseSqlServer("Server=design;Database=design;Encrypt=false").Options);
}
