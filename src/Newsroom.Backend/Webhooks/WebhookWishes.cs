namespace Newsroom.Backend.Webhooks;

/// <summary>What people may say of a webhook, at its registration and later, once it is right.</summary>
/// <param name="Url">Where to post.</param>
/// <param name="Events">Some of <see cref="EventTypes.Known"/>, apart by spaces.</param>
/// <param name="Name">For people.</param>
internal sealed record WebhookWishes(string Url, string Events, string Name)
{
    /// <param name="url">As typed.</param>
    /// <param name="events">As ticked.</param>
    /// <param name="name">As typed; null or blank: the address's host.</param>
    /// <param name="allowPrivateNetworks"><see cref="WebhooksOptions.AllowPrivateNetworks"/>.</param>
    /// <param name="wishes">The wishes, when there is no fault.</param>
    /// <returns>The field (<c>url</c>, <c>events</c>, <c>name</c>) that is wrong, and what to do.</returns>
    public static (string Field, string WhatToDo)? TryRead(string? url, IReadOnlyList<string>? events, string? name, bool allowPrivateNetworks, out WebhookWishes? wishes)
    {
        wishes = null;
        if (WebhookAddress.FaultOf(url, allowPrivateNetworks, out var address) is { } fault)
            return ("url", fault);
        if (events is not { Count: > 0 } || events.FirstOrDefault(e => !EventTypes.Known.Contains(e, StringComparer.Ordinal)) is not null)
            return ("events", $"Name the events to be told of: some of {string.Join(", ", EventTypes.Known)}.");
        name = string.IsNullOrWhiteSpace(name) ? address!.Host : name.Trim();
        if (name.Length > Webhook.NameLength || name.Any(char.IsControl))
            return ("name", $"Give a name of at most {Webhook.NameLength} characters on one line, or leave it out.");
        wishes = new WebhookWishes(address!.AbsoluteUri, string.Join(' ', EventTypes.Known.Where(events.Contains)), name);
        return null;
    }
}
