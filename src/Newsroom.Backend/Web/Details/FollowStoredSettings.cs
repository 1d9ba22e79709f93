using Newsroom.Backend.Data;

namespace Newsroom.Backend.Web.Details;

/// <summary>Learns what another process on the same database has stored: pages and jobs may be two processes.</summary>
internal sealed class FollowStoredSettings(StoredSettings stored, TimeProvider clock) : BackgroundService
{
    /// <summary>A change counts everywhere within a minute.</summary>
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await stored.LoadAsync(stoppingToken);
            }
            catch (Exception e) when (UntilCommitted.IsTheDatabases(e))
            {
                // Busy or away: what was known still holds, and the next tick asks again.
            }
        }
    }
}
