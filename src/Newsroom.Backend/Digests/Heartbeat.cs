using Newsroom.Backend.Data;

namespace Newsroom.Backend.Digests;

/// <summary>
/// Renews the lease of a slice and of its rows while it works. A lost lease only ends its beginning messages: those in hand are its own
/// until their answers are there.
/// </summary>
internal sealed class Heartbeat : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _loop;

    public Heartbeat(DeliveryWriter writer, TimeProvider clock, int digestId, Guid leaseId, SliceBrake brake) =>
        _loop = LoopAsync(writer, clock, digestId, leaseId, brake, _stopping.Token);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private static async Task LoopAsync(DeliveryWriter writer, TimeProvider clock, int digestId, Guid leaseId, SliceBrake brake, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(SliceLease.RenewEvery, clock);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            try
            {
                // A slice whose time is up anyway goes on in its continuation.
                if (!await BeatAsync(writer, clock.GetUtcNow(), digestId, leaseId) && !brake.TimeIsUp)
                    brake.End();
            }
            catch (Exception e) when (UntilCommitted.IsTheDatabases(e))
            {
                // Busy: the next beat tries again, and a settlement is taken even when this was the last.
            }
        }
    }

    private static Task<bool> BeatAsync(DeliveryWriter writer, DateTimeOffset now, int digestId, Guid leaseId) => writer.CommitAsync(async db =>
    {
        await DeliveryRows.RenewAsync(db, digestId, leaseId, now + SliceLease.Length);
        return await SliceLease.RenewAsync(db, digestId, leaseId, now, CancellationToken.None);
    });
}
