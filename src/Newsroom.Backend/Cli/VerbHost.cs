using System.Text.Json;
using Newsroom.Backend.Data;
using Newsroom.Backend.Web;
using Newsroom.Backend.Web.Details;

namespace Newsroom.Backend.Cli;

/// <summary>
/// The program without its server and jobs, for one verb: the same configuration, rules and operations. May run beside a serving
/// process; what a verb leaves to a job is found by that process's sweep.
/// </summary>
internal sealed class VerbHost(Func<string[], WebApplication> build)
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int Misused = 2;

    /// <summary>stdout is for what was asked; warnings go to stderr.</summary>
    private static readonly string[] QuietLogs =
    [
        "--Logging:Console:LogToStandardErrorThreshold=Trace",
        "--Logging:LogLevel:Default=Warning",
        "--Logging:LogLevel:Microsoft.Hosting.Lifetime=Warning",
    ];

    private static readonly JsonSerializerOptions Json = MakeJson();

    /// <summary>Runs a verb in a scope, on a database that has this program's schema.</summary>
    public Task<int> RunAsync(Func<IServiceProvider, Task<int>> verb, CancellationToken cancellationToken) => RunBareAsync(
        async services =>
        {
            await services.GetRequiredService<DatabaseStart>().PrepareAsync(cancellationToken);
            await services.GetRequiredService<StoredSettings>().LoadAsync(cancellationToken);
            return await verb(services);
        });

    /// <summary>Runs a verb that needs no database, but the newsroom's details where one has them.</summary>
    public Task<int> RunWithDetailsAsync(Func<IServiceProvider, Task<int>> verb, CancellationToken cancellationToken) => RunBareAsync(
        async services =>
        {
            try
            {
                if ((await services.GetRequiredService<DatabaseStart>().StatusAsync(cancellationToken)).Pending.Count == 0)
                    await services.GetRequiredService<StoredSettings>().LoadAsync(cancellationToken);
            }
            catch (StartFaultException)
            {
                // Not reachable from here: a key can be made on any machine, for the sender that the configuration names.
            }
            return await verb(services);
        });

    /// <summary>Runs a verb that looks after the schema itself.</summary>
    public Task<int> RunBareAsync(Func<IServiceProvider, Task<int>> verb) => StartFaults.ToExitCodeAsync(async () =>
    {
        await using var app = build(QuietLogs);
        await using var scope = app.Services.CreateAsyncScope();
        return await verb(scope.ServiceProvider);
    });

    public static int PrintJson<T>(T value)
    {
        Console.WriteLine(JsonSerializer.Serialize(value, Json));
        return Done;
    }

    /// <summary>Says on stderr what to do instead.</summary>
    public static int Fail(string sentence, int exitCode = Failed)
    {
        Console.Error.WriteLine(sentence);
        return exitCode;
    }

    private static JsonSerializerOptions MakeJson()
    {
        var json = new JsonSerializerOptions(JsonSerializerDefaults.Web) { WriteIndented = true };
        Api.ConfigureJson(json);
        return json;
    }
}
