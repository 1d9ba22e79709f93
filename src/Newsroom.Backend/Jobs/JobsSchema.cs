using Hangfire.SqlServer;
using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Jobs;

/// <summary>Hangfire's own tables on SQL Server, made and updated together with the newsroom's by <c>db migrate</c>.</summary>
internal static class JobsSchema
{
    public const string Name = "jobs";

    /// <summary>Does nothing where jobs are not kept in the database. May be run again.</summary>
    public static async Task PrepareAsync(NewsroomDb db, CancellationToken cancellationToken)
    {
        if (!db.Database.IsSqlServer())
            return;
        await using var connection = new SqlConnection(db.Database.GetConnectionString());
        await connection.OpenAsync(cancellationToken);
        SqlServerObjectsInstaller.Install(connection, Name, enableHeavyMigrations: false);
    }

    /// <summary>The T-SQL of <see cref="PrepareAsync"/>; null where there is none.</summary>
    public static string? Script(NewsroomDb db) =>
        db.Database.IsSqlServer() ? SqlServerObjectsInstaller.GetInstallScript(Name, enableHeavyMigrations: false) : null;
}
