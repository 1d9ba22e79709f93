using Hangfire;
using Newsroom.Backend.Data;
using Newsroom.Backend.Jobs;

namespace Newsroom.Backend.Webhooks;

/// <summary>
/// The job that tells: enqueued when something is announced, and each minute for what was lost or is due again. It only waits for receivers, all at once and
/// each by itself: one that is slow holds up nobody but itself, and what is announced meanwhile is taken up within a second.
/// </summary>
public sealed partial class DeliverWebhooks(NewsroomDb db, IServiceScopeFactory scopes, IBackgroundJobClient jobs, TimeProvider clock, ILogger<DeliverWebhooks> log)
{
    // So many to one receiver, and so at most forty in all; to one that fails, one.
    private const int AtOnce = 2;

    // Ends well before the next sweep; what is left then is taken up by it.
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Sweep = TimeSpan.FromMinutes(1);

    private readonly List<InHand> _inHand = [];

    private sealed record InHand(int WebhookId, Task Work);

    [AutomaticRetry(Attempts = 0)]
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var until = clock.GetUtcNow() + Length;
        var hasTaken = false;
        try
        {
            while (true)
            {
                var took = clock.GetUtcNow() < until && await TakeAsync(cancellationToken);
                hasTaken |= took;
                if (_inHand.Count == 0)
                    break;
                if (!took)
                    await Task.WhenAny([.. _inHand.Select(h => h.Work), Task.Delay(Look, cancellationToken)]);
                cancellationToken.ThrowIfCancellationRequested();
                foreach (var done in _inHand.FindAll(h => h.Work.IsCompleted))
                {
                    _inHand.Remove(done);
                    await done.Work;
                }
            }
        }
        finally
        {
            await Task.WhenAll(_inHand.Select(h => h.Work)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        if (hasTaken)
            await RingForTheNextAsync(cancellationToken);
    }

    /// <summary>Begins the next attempt to each receiver that has room; true when it began one.</summary>
    private async Task<bool> TakeAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var took = false;
        foreach (var next in await WebhookRows.NextOfEachAsync(db, now, cancellationToken))
        {
            if (next.DeliveryId is not { } id || _inHand.Count(h => h.WebhookId == next.WebhookId) >= (next.IsFailing ? 1 : AtOnce))
                continue;
            var lease = Guid.CreateVersion7();
            if (!await WebhookRows.ClaimAsync(db, id, lease, now, cancellationToken))
                continue;
            _inHand.Add(new InHand(next.WebhookId, DeliverAsync(id, lease, cancellationToken)));
            took = true;
        }
        return took;
    }

    private async Task DeliverAsync(long id, Guid lease, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        try
        {
            await scope.ServiceProvider.GetRequiredService<DeliverWebhook>().RunAsync(id, lease, cancellationToken);
        }
        catch (Exception e) when (UntilCommitted.IsTheDatabases(e))
        {
            // Taken up again when the lease is over: the receiver may get it twice, under the same id.
            LogNotSettled(e, id);
        }
    }

    /// <summary>The first retry comes after seconds, which a minutely sweep would make a minute of; and what is due already had no room until time was up.</summary>
    private async Task RingForTheNextAsync(CancellationToken cancellationToken)
    {
        var pause = await WebhookRows.NextDueAtAsync(db, cancellationToken) - clock.GetUtcNow();
        if (pause <= TimeSpan.Zero)
            jobs.Ring<DeliverWebhooks>(Queues.Webhooks, j => j.RunAsync(CancellationToken.None));
        else if (pause < Sweep)
            jobs.RingLater<DeliverWebhooks>(Queues.Webhooks, j => j.RunAsync(CancellationToken.None), pause.Value);
    }

    [LoggerMessage(LogLevel.Warning, "What came of webhook delivery {Id} could not be written down")]
    private partial void LogNotSettled(Exception exception, long id);
}
