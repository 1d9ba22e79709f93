using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Jobs;
using Newsroom.Backend.Mail.Alerts;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Staff.House;

/// <summary>Tells staff what the status page shows of disk and jobs, when it was so at two looks in a row; ends what is over.</summary>
public sealed class WatchHouse(NewsroomDb db, ReadJobs jobs, AlertDesk alerts, IOptions<SiteOptions> site)
{
    /// <param name="before">What the look before found.</param>
    /// <param name="cancellationToken">Ends it between two alerts.</param>
    /// <returns>What this one found, for the next.</returns>
    public async Task<IReadOnlyCollection<string>> RunAsync(IReadOnlyCollection<string> before, CancellationToken cancellationToken)
    {
        var disk = DiskSpace.Of(db);
        var found = Troubles.Of(disk, jobs.Run(), site.Value.Culture).Where(t => t.Kind is not null).ToDictionary(t => t.Kind!, t => t.Words, StringComparer.Ordinal);
        foreach (var kind in Troubles.Kinds)
        {
            if (found.TryGetValue(kind, out var words))
            {
                if (before.Contains(kind))
                    await alerts.RaiseAsync(kind, words, cancellationToken);
            }
            else if (kind != Troubles.Disk || disk is { HasRoomAgain: true })
            {
                await alerts.ClearAsync(kind, cancellationToken);
            }
        }
        return found.Keys;
    }
}

/// <summary>
/// Looks every two minutes, by itself and not as a job: what watches the jobs must run when they do not. In a process that only serves pages it watches those of
/// the others; where jobs are in memory and nobody runs them, the start has said so.
/// </summary>
internal sealed partial class WatchHouseAlways(
    IServiceScopeFactory scopes, IConfiguration configuration, IOptions<JobsOptions> jobs, TimeProvider clock, ILogger<WatchHouseAlways> logger) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!jobs.Value.RunServer && JobsSetup.StorageOf(configuration) == JobStorageKind.InMemory)
            return;
        using var timer = new PeriodicTimer(Every, clock);
        IReadOnlyCollection<string> found = [];
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                found = await scope.ServiceProvider.GetRequiredService<WatchHouse>().RunAsync(found, stoppingToken);
            }
            // Whatever it is: a watch that breaks must not stop the program that it watches over.
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                LogNotLooked(e);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "Disk and jobs could not be looked at; the next look is in two minutes")]
    private partial void LogNotLooked(Exception exception);
}
