using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Webhooks;

/// <summary>One attempt at a delivery that its caller has claimed: sign, post, settle.</summary>
public sealed partial class DeliverWebhook(NewsroomDb db, WebhookSecrets secrets, WebhookClient client, TimeProvider clock, ILogger<DeliverWebhook> log)
{
    /// <param name="id">Row id.</param>
    /// <param name="lease">Under which it was claimed.</param>
    /// <param name="cancellationToken">Ends the attempt; the row is taken up again when its lease is over.</param>
    public async Task RunAsync(long id, Guid lease, CancellationToken cancellationToken)
    {
        var row = await db.WebhookDeliveries.AsNoTracking().SingleOrDefaultAsync(d => d.Id == id && d.LeaseId == lease, cancellationToken);
        var webhook = row is null ? null : await db.Webhooks.AsNoTracking().SingleOrDefaultAsync(h => h.Id == row.WebhookId, cancellationToken);
        // Removed meanwhile.
        if (row is null || webhook is null)
            return;
        var attempt = await TryAsync(row, webhook, cancellationToken);
        var pause = row.Type == EventTypes.Test ? null : RetrySchedule.PauseAfter(row.Attempts + 1, Random.Shared.NextDouble());
        if (pause < attempt.RetryAfter)
            pause = attempt.RetryAfter;
        if (await WebhookRows.SettleAsync(db, row, webhook, lease, attempt, pause, clock.GetUtcNow()))
            LogAttempt(row.PublicId, row.Type, webhook.PublicId, row.Attempts + 1, attempt.Status, attempt.Owner);
    }

    private async Task<WebhookAttempt> TryAsync(WebhookDelivery row, Webhook webhook, CancellationToken cancellationToken)
    {
        try
        {
            var message = await secrets.SignAsync(webhook, row.EventId, row.Payload, clock.GetUtcNow(), cancellationToken);
            return await client.PostAsync(new Uri(webhook.Url), message, cancellationToken);
        }
#pragma warning disable CA1031 // One delivery's fault, whatever it is, is written on its row and keeps no other from going out.
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && !UntilCommitted.IsTheDatabases(e))
#pragma warning restore CA1031
        {
            LogNotTried(e, row.PublicId);
            return WebhookAttempt.Unanswered("This program could not make the request: its log says why.", WebhookFaultOwner.Newsroom);
        }
    }

    [LoggerMessage(LogLevel.Information, "Webhook delivery {Delivery} {Type} to {Webhook}, attempt {Attempt}: {Status} {Owner}")]
    private partial void LogAttempt(string delivery, string type, string webhook, int attempt, int? status, WebhookFaultOwner? owner);

    [LoggerMessage(LogLevel.Error, "Webhook delivery {Delivery} could not be tried; it is tried again")]
    private partial void LogNotTried(Exception exception, string delivery);
}
