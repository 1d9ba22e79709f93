using System.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Webhooks;

public abstract record RegisterWebhookOutcome
{
    private RegisterWebhookOutcome()
    {
    }

    /// <param name="Webhook">Enabled.</param>
    /// <param name="Secret">What its receiver checks signatures with: shown this once.</param>
    public sealed record Registered(Webhook Webhook, string Secret) : RegisterWebhookOutcome;

    /// <param name="Field"><c>url</c>, <c>events</c> or <c>name</c>.</param>
    /// <param name="WhatToDo">A sentence.</param>
    public sealed record Invalid(string Field, string WhatToDo) : RegisterWebhookOutcome;

    /// <summary>There are <see cref="Webhook.MostOfThem"/>.</summary>
    public sealed record TooMany : RegisterWebhookOutcome;
}

/// <summary>Registers an address to be told of some events, from now on.</summary>
public sealed class RegisterWebhook(NewsroomDb db, WebhookSecrets secrets, IOptions<WebhooksOptions> options, TimeProvider clock)
{
    /// <param name="url">Where to post.</param>
    /// <param name="events">Some of <see cref="EventTypes.Known"/>.</param>
    /// <param name="name">For people; null or blank: the address's host.</param>
    /// <param name="cancellationToken">Cancels before it is kept.</param>
    public async Task<RegisterWebhookOutcome> RunAsync(string? url, IReadOnlyList<string>? events, string? name, CancellationToken cancellationToken)
    {
        if (WebhookWishes.TryRead(url, events, name, options.Value.AllowPrivateNetworks, out var wishes) is var (field, whatToDo))
            return new RegisterWebhookOutcome.Invalid(field, whatToDo);
        var webhook = new Webhook { Name = wishes!.Name, Url = wishes.Url, Events = wishes.Events, CreatedAt = clock.GetUtcNow() };
        if (!await db.RetryingAsync(turn => AddAsync(webhook, turn), cancellationToken))
            return new RegisterWebhookOutcome.TooMany();
        return new RegisterWebhookOutcome.Registered(webhook, await secrets.TextAsync(webhook.SecretId, cancellationToken));
    }

    private async Task<bool> AddAsync(Webhook webhook, CancellationToken turn)
    {
        // Counted and added as one: two at once must not make twenty-one.
        await using var transaction = await db.Database.BeginTransactionAsync(IsolationLevel.Serializable, turn);
        if (await db.Webhooks.CountAsync(turn) >= Webhook.MostOfThem)
            return false;
        db.Add(webhook);
        await db.SaveChangesAsync(turn);
        await transaction.CommitAsync(turn);
        return true;
    }
}
