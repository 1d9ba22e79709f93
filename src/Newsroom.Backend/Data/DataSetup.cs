using System.Data.Common;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Options;

namespace Newsroom.Backend.Data;

public enum DatabaseProvider
{
    Sqlite,
    SqlServer,
}

/// <summary>Section <c>Database</c>.</summary>
public sealed class DatabaseOptions
{
    public const string Section = "Database";
    public const string ConnectionStringName = "Newsroom";
    public const string DefaultSqlite = "Data Source=data/newsroom.db";

    public DatabaseProvider Provider { get; set; } = DatabaseProvider.Sqlite;

    /// <summary>Null follows the provider: true on SQLite, false on SQL Server, where several nodes may start at once.</summary>
    public bool? MigrateOnStart { get; set; }

    /// <summary>
    /// SQLite only: several processes may serve from one file, and each must wait for another's leases to run out (20 s) before it takes up what that
    /// one left. False: a second process does not start, and the one that starts after a crash goes on at once.
    /// </summary>
    public bool AllowSeveralProcesses { get; set; }

    /// <summary>The configured one; a blank one is none.</summary>
    public static string SqliteConnectionString(IConfiguration configuration) =>
        configuration.GetConnectionString(ConnectionStringName) is { } configured && !string.IsNullOrWhiteSpace(configured) ? configured : DefaultSqlite;

    public bool MigratesOnStart => MigrateOnStart ?? Provider == DatabaseProvider.Sqlite;
}

public static class DataSetup
{
    public static IServiceCollection AddData(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<DatabaseOptions>().BindConfiguration(DatabaseOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<DatabaseOptions>>(new ConnectionStringRule(configuration));
        var provider = configuration.GetValue(DatabaseOptions.Section + ":Provider", DatabaseProvider.Sqlite);
        var connectionString = configuration.GetConnectionString(DatabaseOptions.ConnectionStringName);
        if (provider == DatabaseProvider.Sqlite)
        {
            // A writer waits for another's commit up to the command timeout, 30 s; the file is in WAL mode (DatabaseStart), so readers never wait.
            services.AddDbContext<NewsroomDb, SqliteNewsroomDb>(o => LeaveErrorsToTheCaller(o).AddInterceptors(SqlitePragmas.Instance).UseSqlite(DatabaseOptions.SqliteConnectionString(configuration)));
        }
        else
        {
            services.AddDbContext<NewsroomDb, SqlServerNewsroomDb>(o => LeaveErrorsToTheCaller(o).UseSqlServer(connectionString ?? "", s => s.EnableRetryOnFailure()));
        }
        services.AddScoped<DatabaseStart>();
        services.AddOptions<PrivacyOptions>().BindConfiguration(PrivacyOptions.Section);
        services.AddSingleton<ErasureLog>();
        services.AddScoped<BackUpDatabase>().AddScoped<RestoreDatabase>();
        services.AddSingleton<OneServerLock>();
        services.AddSingleton<LinkTokens>();
        services.AddDataProtection().SetApplicationName("Newsroom.Backend").PersistKeysToDbContext<NewsroomDb>();
        services.AddHealthChecks().AddDbContextCheck<NewsroomDb>("database", customTestQuery: async (db, cancellationToken) =>
            !(await db.Database.GetPendingMigrationsAsync(cancellationToken)).Any());
        return services;
    }

    /// <summary>EF Core logs what it throws, stack and all, also the unique violation that only says who was first. Whoever catches decides.</summary>
    private static DbContextOptionsBuilder LeaveErrorsToTheCaller(DbContextOptionsBuilder builder) => builder.ConfigureWarnings(events => events.Ignore(
        CoreEventId.SaveChangesFailed, CoreEventId.QueryIterationFailed, RelationalEventId.CommandError, RelationalEventId.ConnectionError));

    private sealed class ConnectionStringRule(IConfiguration configuration) : IValidateOptions<DatabaseOptions>
    {
        public ValidateOptionsResult Validate(string? name, DatabaseOptions options)
        {
            var configured = configuration.GetConnectionString(DatabaseOptions.ConnectionStringName);
            if (options.Provider == DatabaseProvider.SqlServer && string.IsNullOrWhiteSpace(configured))
                return ValidateOptionsResult.Fail("ConnectionStrings:Newsroom is empty: Database:Provider is SqlServer and needs a connection string.");
            try
            {
                _ = options.Provider == DatabaseProvider.SqlServer
                    ? (DbConnectionStringBuilder)new SqlConnectionStringBuilder(configured)
                    : new SqliteConnectionStringBuilder(DatabaseOptions.SqliteConnectionString(configuration));
                return ValidateOptionsResult.Success;
            }
            catch (Exception e) when (e is ArgumentException or FormatException)
            {
                // Only the kind of fault: the string itself may hold a password.
                var example = options.Provider == DatabaseProvider.SqlServer ? "Server=…;Database=…" : DatabaseOptions.DefaultSqlite;
                return ValidateOptionsResult.Fail($"ConnectionStrings:Newsroom is no {options.Provider} connection string: write it like '{example}'.");
            }
        }
    }
}
