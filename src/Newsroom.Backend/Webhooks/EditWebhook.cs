using System.Data;
using System.Security.Cryptography;
using System.Text;
using Hangfire;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Jobs;

namespace Newsroom.Backend.Webhooks;

/// <summary>What a webhook is to be.</summary>
/// <param name="Url">Null: as it is.</param>
/// <param name="Events">Null: as they are.</param>
/// <param name="Name">Null: as it is; blank: the address's host.</param>
/// <param name="Seen"><see cref="EditWebhook.SeenOf"/> what the editor had before them; whoever saw something older is refused. Null: whatever it is.</param>
public sealed record WebhookEdit(string? Url, IReadOnlyList<string>? Events, string? Name, string? Seen);

public abstract record EditWebhookOutcome
{
    private EditWebhookOutcome()
    {
    }

    /// <param name="Webhook">As it is now.</param>
    /// <param name="Before">As it was, for the audit log.</param>
    /// <param name="After">As it is; the same as <paramref name="Before"/>: nothing has changed.</param>
    public sealed record Edited(Webhook Webhook, string Before, string After) : EditWebhookOutcome;

    /// <inheritdoc cref="RegisterWebhookOutcome.Invalid"/>
    public sealed record Invalid(string Field, string WhatToDo) : EditWebhookOutcome;

    /// <summary>Somebody else was faster; nothing was changed.</summary>
    public sealed record EditedMeanwhile(Webhook Webhook) : EditWebhookOutcome;

    public sealed record NoSuchWebhook : EditWebhookOutcome;
}

/// <summary>
/// Changes where a webhook is told, of what, and what it is called, under the rules for a new one. Its secret stays. What waits goes to the new address, at
/// once: its receiver has failed at nothing yet.
/// </summary>
public sealed class EditWebhook(NewsroomDb db, IBackgroundJobClient jobs, IOptions<WebhooksOptions> options, TimeProvider clock)
{
    public async Task<EditWebhookOutcome> RunAsync(string publicId, WebhookEdit edit, CancellationToken cancellationToken)
    {
        var outcome = await db.RetryingAsync(turn => WriteAsync(publicId, edit, turn), cancellationToken);
        if (outcome is EditWebhookOutcome.Edited)
            jobs.Ring<DeliverWebhooks>(Queues.Webhooks, j => j.RunAsync(CancellationToken.None));
        return outcome;
    }

    /// <summary>A fingerprint of everything that can be edited, for the form to bring back.</summary>
    public static string SeenOf(Webhook webhook) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', webhook.Name, webhook.Url, webhook.Events))).AsSpan(0, 8));

    private async Task<EditWebhookOutcome> WriteAsync(string publicId, WebhookEdit edit, CancellationToken cancellationToken)
    {
        // Looked at and changed as one: of two editors at once the second is told.
        await using var transaction = await db.Database.BeginTransactionAsync(IsolationLevel.Serializable, cancellationToken);
        if (await db.Webhooks.SingleOrDefaultAsync(h => h.PublicId == publicId, cancellationToken) is not { } webhook)
            return new EditWebhookOutcome.NoSuchWebhook();
        if (edit.Seen is not null && edit.Seen != SeenOf(webhook))
            return new EditWebhookOutcome.EditedMeanwhile(webhook);
        if (WebhookWishes.TryRead(edit.Url ?? webhook.Url, edit.Events ?? webhook.Wanted, edit.Name ?? webhook.Name, options.Value.AllowPrivateNetworks, out var wishes) is var (field, whatToDo))
            return new EditWebhookOutcome.Invalid(field, whatToDo);
        var (before, old) = (InShort(webhook), new Uri(webhook.Url));
        var moves = wishes!.Url != webhook.Url;
        webhook.Become(wishes);
        await db.SaveChangesAsync(cancellationToken);
        if (moves)
            await WebhookRows.HastenAsync(db, webhook.Id, clock.GetUtcNow(), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        // The log names no address, so another one on the same host is told by a word.
        var isNear = moves && new Uri(webhook.Url).Host == old.Host;
        return new EditWebhookOutcome.Edited(webhook, before, InShort(webhook) + (isNear ? ", another address there" : ""));
    }

    private static string InShort(Webhook webhook) => $"{webhook.Name}, {webhook.InShort}";
}
