using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail.Alerts;

namespace Newsroom.Backend.Webhooks;

/// <summary>Gives a webhook a new secret; for <see cref="Webhook.BothSecretsFor"/> both sign, so that its receiver can change over without missing anything.</summary>
public sealed class RotateWebhookSecret(NewsroomDb db, WebhookSecrets secrets, TimeProvider clock)
{
    /// <returns>The new secret, shown this once; null when there is no such webhook.</returns>
    public async Task<string?> RunAsync(string publicId, CancellationToken cancellationToken)
    {
        var secretId = await db.RetryingAsync(async turn =>
        {
            if (await db.Webhooks.SingleOrDefaultAsync(h => h.PublicId == publicId, turn) is not { } webhook)
                return null;
            webhook.RotateSecret(clock.GetUtcNow());
            await db.SaveChangesAsync(turn);
            return webhook.SecretId;
        }, cancellationToken);
        return secretId is null ? null : await secrets.TextAsync(secretId, cancellationToken);
    }
}

/// <summary>Tells a webhook again what happens from now on; what waited when it was disabled goes out too. Twice is once.</summary>
public sealed class EnableWebhook(NewsroomDb db, AlertDesk alerts)
{
    /// <returns>False: there is no such webhook.</returns>
    public async Task<bool> RunAsync(string publicId, CancellationToken cancellationToken)
    {
        await db.Webhooks.Where(h => h.PublicId == publicId && h.DisabledAt != null).ExecuteUpdateAsync(
            s => s.SetProperty(h => h.DisabledAt, (DateTimeOffset?)null)
                .SetProperty(h => h.DisabledBecause, (WebhookStop?)null)
                .SetProperty(h => h.FailingSince, (DateTimeOffset?)null)
                .SetProperty(h => h.RestsUntil, (DateTimeOffset?)null), cancellationToken);
        await alerts.ClearAsync(WatchWebhooks.Disabled + publicId, cancellationToken);
        return await db.Webhooks.AnyAsync(h => h.PublicId == publicId, cancellationToken);
    }
}

/// <summary>Tells a webhook nothing more: what happens until it is enabled again, it will not hear of. Twice is once.</summary>
public sealed class DisableWebhook(NewsroomDb db, TimeProvider clock)
{
    /// <returns>False: there is no such webhook.</returns>
    public async Task<bool> RunAsync(string publicId, CancellationToken cancellationToken)
    {
        var webhook = db.Webhooks.Where(h => h.PublicId == publicId);
        return await WebhookRows.DisableAsync(webhook, WebhookStop.ByStaff, clock.GetUtcNow(), cancellationToken) == 1 || await webhook.AnyAsync(cancellationToken);
    }
}

/// <summary>Takes a webhook away, with the log of what it was told.</summary>
public sealed class RemoveWebhook(NewsroomDb db, AlertDesk alerts)
{
    /// <returns>False: there is no such webhook.</returns>
    public async Task<bool> RunAsync(string publicId, CancellationToken cancellationToken)
    {
        var removed = await db.RetryingAsync(async turn =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync(turn);
            await db.WebhookDeliveries.Where(d => db.Webhooks.Any(h => h.Id == d.WebhookId && h.PublicId == publicId)).ExecuteDeleteAsync(turn);
            var count = await db.Webhooks.Where(h => h.PublicId == publicId).ExecuteDeleteAsync(turn);
            await transaction.CommitAsync(turn);
            return count == 1;
        }, cancellationToken);
        await alerts.ClearAsync(WatchWebhooks.Disabled + publicId, cancellationToken);
        await alerts.ClearAsync(WatchWebhooks.Failing + publicId, cancellationToken);
        return removed;
    }
}
