using Hangfire;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Jobs;

namespace Newsroom.Backend.Digests;

/// <summary>
/// Looks every few seconds for a digest whose slice has fallen silent, and rings for the sweep, which comes by itself only each minute: after a
/// crash another process goes on within half a minute. It decides nothing; the sweep and the leases do.
/// </summary>
internal sealed class WatchForUnattended(IServiceScopeFactory scopes, IBackgroundJobClient jobs, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                if (await AnyAsync(stoppingToken))
                    jobs.Ring<TendDigests>(Queues.Default, j => j.RunAsync(CancellationToken.None));
            }
            catch (Exception e) when (UntilCommitted.IsTheDatabases(e))
            {
                // Busy or away: the next tick asks again.
            }
        }
    }

    private async Task<bool> AnyAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var scope = scopes.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<NewsroomDb>().Digests
            .AnyAsync(d => d.Status == DigestStatus.Sending && d.LeaseUntil < now, cancellationToken);
    }
}
