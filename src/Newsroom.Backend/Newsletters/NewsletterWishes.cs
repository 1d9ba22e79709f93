using Newsroom.Backend.Mail;

namespace Newsroom.Backend.Newsletters;

/// <summary>What people may say of a newsletter, at its making and later, once it is right.</summary>
/// <param name="Name">One line, trimmed.</param>
/// <param name="Description">Null: none.</param>
/// <param name="Cadence">Null: digests are made by hand.</param>
/// <param name="Lane">Not <see cref="MailLane.Transactional"/>.</param>
public sealed record NewsletterWishes(string Name, string? Description, Cadence? Cadence, MailLane Lane)
{
    /// <param name="name">As typed.</param>
    /// <param name="description">As typed.</param>
    /// <param name="cadence">Null: none.</param>
    /// <param name="lane"><c>digest</c> or <c>breaking</c>; null: digest.</param>
    /// <param name="siteZone">IANA id, for a cadence without one.</param>
    /// <param name="wishes">The wishes, when there is no fault.</param>
    internal static NewsletterFault? TryRead(string? name, string? description, CadenceForm? cadence, string? lane, string siteZone, out NewsletterWishes? wishes)
    {
        wishes = null;
        name = name?.Trim();
        description = string.IsNullOrWhiteSpace(description) ? null : description.Trim();
        if (string.IsNullOrEmpty(name) || name.Length > Newsletter.NameLength || name.Any(char.IsControl))
            return new("name", $"Give the name readers know it by: one line of at most {Newsletter.NameLength} characters.");
        if (description is { Length: > Newsletter.DescriptionLength })
            return new("description", $"Give at most {Newsletter.DescriptionLength} characters.");
        if (LaneOf(lane) is not { } itsLane)
            return new("lane", "Give digest or breaking, or leave lane out for digest.");
        Cadence? schedule = null;
        if (cadence is not null && Cadence.TryRead(cadence, siteZone, out schedule) is { } fault)
            return fault;
        wishes = new NewsletterWishes(name, description, schedule, itsLane);
        return null;
    }

    private static MailLane? LaneOf(string? lane) => lane?.ToLowerInvariant() switch
    {
        null or "digest" => MailLane.Digest,
        "breaking" => MailLane.Breaking,
        // The third one is for single mails.
        _ => null,
    };
}

/// <summary>What to change before it can be so.</summary>
/// <param name="Field">As JSON names it: <c>slug</c>, <c>cadence.at</c>.</param>
/// <param name="WhatToDo">One sentence.</param>
public sealed record NewsletterFault(string Field, string WhatToDo);
