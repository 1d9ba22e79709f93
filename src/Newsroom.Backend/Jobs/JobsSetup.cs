using Hangfire;
using Hangfire.InMemory;
using Hangfire.SqlServer;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Jobs;

public enum JobStorageKind
{
    InMemory,
    SqlServer,
}

/// <summary>Section <c>Jobs</c>.</summary>
public sealed class JobsOptions
{
    public const string Section = "Jobs";

    /// <summary>Null follows the database's provider.</summary>
    public JobStorageKind? Storage { get; set; }

    /// <summary>False makes this process web-only; another one must run the jobs.</summary>
    public bool RunServer { get; set; } = true;
}

internal sealed class JobsOptionsRules(IConfiguration configuration) : IValidateOptions<JobsOptions>
{
    public ValidateOptionsResult Validate(string? name, JobsOptions options) =>
        options.Storage == JobStorageKind.SqlServer && configuration.GetValue(DatabaseOptions.Section + ":Provider", DatabaseProvider.Sqlite) != DatabaseProvider.SqlServer
            ? ValidateOptionsResult.Fail("Jobs:Storage is SqlServer while Database:Provider is not: jobs are kept in the newsroom's own SQL Server database. Leave Jobs:Storage out.")
            : ValidateOptionsResult.Success;
}

/// <summary>
/// A server for each kind of hurry, not one with an order: Hangfire's SQL Server storage gives listed queues no priority, so a big digest would
/// delay a confirmation.
/// </summary>
public static class Queues
{
    /// <summary>Webhooks in, gifts: somebody is waiting.</summary>
    public const string Critical = "critical";

    /// <summary>Confirmations, receipts and other single mails. The relay may be silent: only they wait for it, not the money and not the sweeps.</summary>
    public const string Mail = "mail";
    public const string Default = "default";

    /// <summary>Slices of newsletters for breaking news: running digests never keep them from a worker.</summary>
    public const string Breaking = "breaking";

    /// <summary>Slices of all other digests. Which of them has the next turn at the relay is decided there.</summary>
    public const string Sending = "sending";

    /// <summary>Imports and other long work that nobody waits for.</summary>
    public const string Bulk = "bulk";

    /// <summary>Telling other systems, whose receivers may be slow: only that waits for them.</summary>
    public const string Webhooks = "webhooks";
}

public static class JobsSetup
{
    public static IServiceCollection AddJobs(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<JobsOptions>().BindConfiguration(JobsOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<JobsOptions>, JobsOptionsRules>();
        var jobs = configuration.GetSection(JobsOptions.Section).Get<JobsOptions>() ?? new JobsOptions();
        var database = configuration.GetSection(DatabaseOptions.Section).Get<DatabaseOptions>() ?? new DatabaseOptions();
        var storage = StorageOf(configuration);

        services.AddHangfire(hangfire =>
        {
            hangfire.SetDataCompatibilityLevel(CompatibilityLevel.Version_180).UseSimpleAssemblyNameTypeSerializer().UseRecommendedSerializerSettings();
            if (storage == JobStorageKind.SqlServer)
            {
                hangfire.UseSqlServerStorage(configuration.GetConnectionString(DatabaseOptions.ConnectionStringName), new SqlServerStorageOptions
                {
                    SchemaName = JobsSchema.Name,
                    PrepareSchemaIfNecessary = database.MigratesOnStart,
                });
            }
            else
            {
                hangfire.UseInMemoryStorage(new InMemoryStorageOptions { IdType = InMemoryStorageIdType.Long });
            }
        });
        services.AddStartNote(_ => !jobs.RunServer && storage == JobStorageKind.InMemory
            ? "Jobs:RunServer is false and jobs are in memory: nobody runs them, so no mail leaves. Jobs of another process need SQL Server."
            : null);
        services.AddHostedService<TimetableStart>().AddScoped<ReadJobs>();
        services.AddHealthChecks().AddCheck<TimetableCheck>("timetable");
        if (jobs.RunServer)
        {
            // One each: a queue that a server shares with another may wait for all of that one's jobs.
            AddServer(services, "critical", workers: 3, Queues.Critical);
            AddServer(services, "default", workers: 3, Queues.Default);
            AddServer(services, "mail", workers: 3, Queues.Mail);
            AddServer(services, "breaking", workers: 2, Queues.Breaking);
            // As many digests at once as a newsroom's morning has; a worker only waits for the relay.
            AddServer(services, "sending", workers: 6, Queues.Sending);
            AddServer(services, "bulk", workers: 2, Queues.Bulk);
            // One: it has as many attempts under way as there are receivers.
            AddServer(services, "webhooks", workers: 1, Queues.Webhooks);
        }
        return services;
    }

    /// <summary>Where jobs are kept, as configured or by the database's provider.</summary>
    public static JobStorageKind StorageOf(IConfiguration configuration) =>
        configuration.GetValue<JobStorageKind?>($"{JobsOptions.Section}:{nameof(JobsOptions.Storage)}")
        ?? (configuration.GetValue<DatabaseProvider>($"{DatabaseOptions.Section}:{nameof(DatabaseOptions.Provider)}") == DatabaseProvider.SqlServer
            ? JobStorageKind.SqlServer : JobStorageKind.InMemory);

    private static void AddServer(IServiceCollection services, string name, int workers, params string[] queues) =>
        services.AddHangfireServer(server =>
        {
            server.ServerName = name;
            server.WorkerCount = workers;
            server.Queues = queues;
            // The job in hand finishes its mail and writes its state.
            server.ShutdownTimeout = TimeSpan.FromSeconds(30);
        });
}
