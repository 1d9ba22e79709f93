using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Webhooks;

/// <param name="WebhookId">An enabled one.</param>
/// <param name="IsFailing">It took nothing lately.</param>
/// <param name="DeliveryId">Its next one that is due; null when none is.</param>
internal sealed record NextOfWebhook(int WebhookId, bool IsFailing, long? DeliveryId);

/// <summary>
/// The guarded steps of a delivery. Each changes the row only from the state and under the lease it expects, in one statement whose row count is the answer.
/// </summary>
internal static class WebhookRows
{
    // An attempt and its commit; after a crash the row is taken up again when this is over.
    public static readonly TimeSpan Lease = WebhookClient.MaxTime + TimeSpan.FromSeconds(45);

    /// <summary>One for each webhook, so that none waits behind another's backlog.</summary>
    public static Task<List<NextOfWebhook>> NextOfEachAsync(NewsroomDb db, DateTimeOffset now, CancellationToken cancellationToken) =>
        db.Webhooks.Where(h => h.DisabledAt == null && (h.RestsUntil == null || h.RestsUntil <= now)).OrderBy(h => h.Id).Take(Webhook.MostOfThem)
            .Select(h => new NextOfWebhook(h.Id, h.FailingSince != null, db.WebhookDeliveries
                .Where(d => d.WebhookId == h.Id && d.State == WebhookDeliveryState.Waiting && d.NextAttemptAt <= now && (d.LeaseUntil == null || d.LeaseUntil < now))
                .OrderBy(d => d.NextAttemptAt).ThenBy(d => d.Id).Select(d => (long?)d.Id).FirstOrDefault()))
            .ToListAsync(cancellationToken);

    /// <summary>When the next one is due of those that can go out.</summary>
    public static Task<DateTimeOffset?> NextDueAtAsync(NewsroomDb db, CancellationToken cancellationToken) =>
        db.WebhookDeliveries.Where(d => d.State == WebhookDeliveryState.Waiting && db.Webhooks.Any(h => h.Id == d.WebhookId && h.DisabledAt == null))
            .MinAsync(d => d.NextAttemptAt, cancellationToken);

    public static async Task<bool> ClaimAsync(NewsroomDb db, long id, Guid lease, DateTimeOffset now, CancellationToken cancellationToken) =>
        await db.WebhookDeliveries
            .Where(d => d.Id == id && d.State == WebhookDeliveryState.Waiting && d.NextAttemptAt <= now && (d.LeaseUntil == null || d.LeaseUntil < now))
            .ExecuteUpdateAsync(s => s.SetProperty(d => d.LeaseId, lease).SetProperty(d => d.LeaseUntil, now + Lease), cancellationToken) == 1;

    /// <summary>
    /// Writes what came of an attempt, and what that says of its webhook, in one commit. What the receiver said is known by then: a stop of the program does
    /// not make it unknown.
    /// </summary>
    /// <param name="db">Where.</param>
    /// <param name="row">As it was read under the lease.</param>
    /// <param name="webhook">Its webhook, as it was for this attempt.</param>
    /// <param name="lease">The attempt's own.</param>
    /// <param name="attempt">What came of it.</param>
    /// <param name="pause">Until the next one; null: it was the last.</param>
    /// <param name="now">When.</param>
    /// <returns>False: the row is not this attempt's any more.</returns>
    public static Task<bool> SettleAsync(
        NewsroomDb db, WebhookDelivery row, Webhook webhook, Guid lease, WebhookAttempt attempt, TimeSpan? pause, DateTimeOffset now) => db.RetryingAsync(async turn =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync(turn);
            var state = attempt.IsTaken ? WebhookDeliveryState.Delivered : pause is null ? WebhookDeliveryState.Failed : WebhookDeliveryState.Waiting;
            var next = state == WebhookDeliveryState.Waiting ? now + pause : null;
            var settled = await db.WebhookDeliveries.Where(d => d.Id == row.Id && d.LeaseId == lease && d.State == WebhookDeliveryState.Waiting).ExecuteUpdateAsync(
                s => s.SetProperty(d => d.State, state)
                    .SetProperty(d => d.Attempts, d => d.Attempts + 1)
                    .SetProperty(d => d.NextAttemptAt, next)
                    .SetProperty(d => d.LastAttemptAt, now)
                    .SetProperty(d => d.Status, attempt.Status)
                    .SetProperty(d => d.Error, attempt.Error)
                    .SetProperty(d => d.Owner, attempt.Owner)
                    .SetProperty(d => d.Answer, attempt.Answer)
                    .SetProperty(d => d.LeaseId, (Guid?)null)
                    .SetProperty(d => d.LeaseUntil, (DateTimeOffset?)null), turn);
            // A test says how the receiver is, not whether it missed anything.
            if (settled == 1 && row.Type != EventTypes.Test)
                await JudgeAsync(db, webhook, attempt, now, turn);
            await transaction.CommitAsync(turn);
            return settled == 1;
        }, CancellationToken.None);

    /// <summary>What an address that the webhook no longer has did with the attempt says nothing of the one it has now.</summary>
    private static async Task JudgeAsync(NewsroomDb db, Webhook tried, WebhookAttempt attempt, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var webhook = db.Webhooks.Where(h => h.Id == tried.Id && h.Url == tried.Url);
        if (attempt.IsTaken)
        {
            await webhook.ExecuteUpdateAsync(
                s => s.SetProperty(h => h.LastDeliveredAt, now).SetProperty(h => h.FailingSince, (DateTimeOffset?)null).SetProperty(h => h.RestsUntil, (DateTimeOffset?)null),
                cancellationToken);
            return;
        }
        if (attempt.Owner == WebhookFaultOwner.Newsroom)
            return;
        await webhook.Where(h => h.FailingSince == null).ExecuteUpdateAsync(s => s.SetProperty(h => h.FailingSince, now), cancellationToken);
        if (attempt.RetryAfter is { } rest)
            await webhook.ExecuteUpdateAsync(s => s.SetProperty(h => h.RestsUntil, now + rest), cancellationToken);
        if (attempt.IsGone)
            await DisableAsync(webhook, WebhookStop.Gone, now, cancellationToken);
    }

    /// <summary>What waits for its next attempt is due now; what is being attempted is settled by its attempt.</summary>
    public static Task<int> HastenAsync(NewsroomDb db, int webhookId, DateTimeOffset now, CancellationToken cancellationToken) =>
        db.WebhookDeliveries.Where(d => d.WebhookId == webhookId && d.State == WebhookDeliveryState.Waiting && d.NextAttemptAt > now)
            .ExecuteUpdateAsync(s => s.SetProperty(d => d.NextAttemptAt, now), cancellationToken);

    /// <summary>Those that are not disabled already.</summary>
    public static Task<int> DisableAsync(IQueryable<Webhook> webhooks, WebhookStop why, DateTimeOffset now, CancellationToken cancellationToken) =>
        webhooks.Where(h => h.DisabledAt == null).ExecuteUpdateAsync(
            s => s.SetProperty(h => h.DisabledAt, now).SetProperty(h => h.DisabledBecause, why), cancellationToken);
}
