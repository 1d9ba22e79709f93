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
    public sealed record Registered(Webhook Webhook, string Secret) : RegisterWebhookOutcome
    {
        /// <summary>For the audit log, where what is told goes: not the whole address, which is often a secret.</summary>
        public string InShort => $"{new Uri(Webhook.Url).Host}: {Webhook.Events}";
    }

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
        if (WebhookAddress.FaultOf(url, options.Value.AllowPrivateNetworks, out var address) is { } fault)
            return new RegisterWebhookOutcome.Invalid("url", fault);
        if (events is not { Count: > 0 } || events.FirstOrDefault(e => !EventTypes.Known.Contains(e, StringComparer.Ordinal)) is not null)
            return new RegisterWebhookOutcome.Invalid("events", $"Name the events to be told of: some of {string.Join(", ", EventTypes.Known)}.");
        name = string.IsNullOrWhiteSpace(name) ? address!.Host : name.Trim();
        if (name.Length > Webhook.NameLength || name.Any(char.IsControl))
            return new RegisterWebhookOutcome.Invalid("name", $"Give a name of at most {Webhook.NameLength} characters on one line, or leave it out.");
        var webhook = new Webhook
        {
            Name = name,
            Url = address!.AbsoluteUri,
            Events = string.Join(' ', EventTypes.Known.Where(events.Contains)),
            CreatedAt = clock.GetUtcNow(),
        };
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
