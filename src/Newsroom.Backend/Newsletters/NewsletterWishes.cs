using Newsroom.Backend.Mail;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Newsletters;

/// <summary>What people say of a newsletter, at its making and later, as they typed it.</summary>
/// <param name="Name">The name readers know it by: the only one needed.</param>
/// <param name="Description">One paragraph for readers.</param>
/// <param name="Cadence">When its digests make themselves; null: never.</param>
/// <param name="Lane"><c>digest</c> or <c>breaking</c>; null: digest.</param>
/// <param name="SenderName">Who its digests are from; null: the newsletter.</param>
/// <param name="ReplyTo">Where readers' answers go; null: to the newsroom's sender.</param>
public sealed record NewsletterText(
    string? Name, string? Description = null, CadenceForm? Cadence = null, string? Lane = null, string? SenderName = null, string? ReplyTo = null);

/// <summary>The same once it is right.</summary>
/// <param name="Name">One line, trimmed.</param>
/// <param name="Description">Null: none.</param>
/// <param name="Cadence">Null: digests are made by hand.</param>
/// <param name="Lane">Not <see cref="MailLane.Transactional"/>.</param>
/// <param name="SenderName">One line, trimmed; null: the newsletter's name.</param>
/// <param name="ReplyTo">A mail address; null: that of <c>Mail:From</c>.</param>
public sealed record NewsletterWishes(string Name, string? Description, Cadence? Cadence, MailLane Lane, string? SenderName, string? ReplyTo)
{
    /// <param name="text">As typed.</param>
    /// <param name="siteZone">IANA id, for a cadence without one.</param>
    /// <param name="wishes">The wishes, when there is no fault.</param>
    internal static NewsletterFault? TryRead(NewsletterText text, string siteZone, out NewsletterWishes? wishes)
    {
        wishes = null;
        var (name, description, senderName) = (text.Name?.Trim(), TextOrNone(text.Description), TextOrNone(text.SenderName));
        if (string.IsNullOrEmpty(name) || name.Length > Newsletter.NameLength || name.Any(char.IsControl))
            return new("name", $"Give the name readers know it by: one line of at most {Newsletter.NameLength} characters.");
        if (description is { Length: > Newsletter.DescriptionLength })
            return new("description", $"Give at most {Newsletter.DescriptionLength} characters.");
        if (senderName is not null && (senderName.Length > Newsletter.NameLength || senderName.Any(char.IsControl)))
            return new("senderName", $"Give a sender's name on one line of at most {Newsletter.NameLength} characters, or leave it out for the newsletter's own.");
        EmailAddress replyTo = default;
        if (TextOrNone(text.ReplyTo) is { } typed && (!EmailAddress.TryParse(typed, out replyTo) || replyTo.NeedsSmtpUtf8))
            return new("replyTo", "Give the whole address that readers' answers go to, in plain letters, for example desk@example.org, or leave it out.");
        if (LaneOf(text.Lane) is not { } itsLane)
            return new("lane", "Give digest or breaking, or leave lane out for digest.");
        Cadence? schedule = null;
        if (text.Cadence is not null && Cadence.TryRead(text.Cadence, siteZone, out schedule) is { } fault)
            return fault;
        wishes = new NewsletterWishes(name, description, schedule, itsLane, senderName, replyTo == default ? null : replyTo.Value);
        return null;
    }

    /// <summary>All but the cadence, whose change has consequences.</summary>
    internal void GiveTo(Newsletter newsletter) =>
        (newsletter.Name, newsletter.Description, newsletter.Lane, newsletter.SenderName, newsletter.ReplyTo) = (Name, Description, Lane, SenderName, ReplyTo);

    private static string? TextOrNone(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

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
