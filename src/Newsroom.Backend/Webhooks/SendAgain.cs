using Hangfire;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Jobs;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Webhooks;

public enum SendAgainOutcome
{
    /// <summary>It is due now, under the same id, with all attempts before it.</summary>
    Waiting,
    NoSuchDelivery,

    /// <summary>It waits already.</summary>
    WaitsAlready,

    /// <summary>Enable the webhook first.</summary>
    IsDisabled,

    /// <summary>It is about somebody who was erased since.</summary>
    IsWithheld,
}

/// <summary>Sends a delivery once more, taken or not: its receiver may have lost it, and tells it by its id from what it has.</summary>
public sealed class SendAgain(NewsroomDb db, IBackgroundJobClient jobs, TimeProvider clock)
{
    /// <param name="webhookId">Public id.</param>
    /// <param name="deliveryId">Public id.</param>
    /// <param name="cancellationToken">Cancels before the row is changed.</param>
    public async Task<SendAgainOutcome> RunAsync(string webhookId, string deliveryId, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var rows = db.WebhookDeliveries.Where(d => d.PublicId == deliveryId);
        var found = await rows.Join(db.Webhooks, d => d.WebhookId, h => h.Id, (d, h) => new { d.State, h.PublicId, h.DisabledAt })
            .SingleOrDefaultAsync(d => d.PublicId == webhookId, cancellationToken);
        if (found is null)
            return SendAgainOutcome.NoSuchDelivery;
        if (found.DisabledAt is not null)
            return SendAgainOutcome.IsDisabled;
        var again = await rows.Where(d => d.State == WebhookDeliveryState.Delivered || d.State == WebhookDeliveryState.Failed).ExecuteUpdateAsync(
            s => s.SetProperty(d => d.State, WebhookDeliveryState.Waiting).SetProperty(d => d.Attempts, 0).SetProperty(d => d.NextAttemptAt, now), cancellationToken);
        if (again == 0)
            return found.State == WebhookDeliveryState.Withheld ? SendAgainOutcome.IsWithheld : SendAgainOutcome.WaitsAlready;
        jobs.Ring<DeliverWebhooks>(Queues.Webhooks, j => j.RunAsync(CancellationToken.None));
        return SendAgainOutcome.Waiting;
    }
}

/// <summary>Tells one webhook, enabled or not, that this is a test: once, now, while the caller waits.</summary>
public sealed class TestWebhook(NewsroomDb db, DeliverWebhook deliver, TimeProvider clock)
{
    /// <param name="publicId">Whose.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>What came of it; null when there is no such webhook.</returns>
    public async Task<WebhookDelivery?> RunAsync(string publicId, CancellationToken cancellationToken)
    {
        if (await db.Webhooks.AsNoTracking().SingleOrDefaultAsync(h => h.PublicId == publicId, cancellationToken) is not { } webhook)
            return null;
        var now = clock.GetUtcNow();
        var lease = Guid.CreateVersion7();
        var test = new Announcement(EventTypes.Test, "", webhook.PublicId, now, new { Id = webhook.PublicId, webhook.Name }) { EventId = PublicId.New("msg") };
        var row = test.For(webhook.Id, now);
        (row.LeaseId, row.LeaseUntil) = (lease, now + WebhookRows.Lease);
        db.Add(row);
        await db.SaveChangesAsync(cancellationToken);
        await deliver.RunAsync(row.Id, lease, cancellationToken);
        return await db.WebhookDeliveries.AsNoTracking().SingleOrDefaultAsync(d => d.Id == row.Id, cancellationToken);
    }
}
