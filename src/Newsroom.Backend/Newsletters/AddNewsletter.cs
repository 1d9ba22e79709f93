using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Newsletters;

/// <summary>Makes a newsletter: by API, page, command and demo alike.</summary>
public sealed partial class AddNewsletter(NewsroomDb db, IOptions<SiteOptions> site, TimeProvider clock)
{
    public async Task<AddNewsletterOutcome> RunAsync(
        string? slug, string? name, string? description, CadenceForm? cadence, string? lane, CancellationToken cancellationToken)
    {
        name = name?.Trim();
        description = string.IsNullOrWhiteSpace(description) ? null : description.Trim();
        if (FaultOf(slug, name, description) is { } fault)
            return new AddNewsletterOutcome.Invalid(fault);
        Cadence? schedule = null;
        if (LaneOf(lane) is not { } itsLane)
            return new AddNewsletterOutcome.Invalid(new("lane", "Give digest or breaking, or leave lane out for digest."));
        if (cadence is not null && Cadence.TryRead(cadence, site.Value.TimeZone, out schedule) is { } cadenceFault)
            return new AddNewsletterOutcome.Invalid(cadenceFault);

        var newsletter = new Newsletter { Slug = slug!, Name = name!, Description = description, Cadence = schedule, Lane = itsLane, CreatedAt = clock.GetUtcNow() };
        db.Add(newsletter);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            return new AddNewsletterOutcome.Added(newsletter);
        }
        catch (DbUpdateException e) when (db.IsUniqueViolation(e))
        {
            db.Entry(newsletter).State = EntityState.Detached;
            return new AddNewsletterOutcome.SlugTaken(slug!);
        }
    }

    private static MailLane? LaneOf(string? lane) => lane?.ToLowerInvariant() switch
    {
        null or "digest" => MailLane.Digest,
        "breaking" => MailLane.Breaking,
        // The third one is for single mails.
        _ => null,
    };

    private static NewsletterFault? FaultOf(string? slug, string? name, string? description)
    {
        if (slug is null or { Length: > Newsletter.SlugLength } || !Slug().IsMatch(slug))
            return new("slug", $"Give a slug of at most {Newsletter.SlugLength} lower-case letters a-z, digits and single hyphens, for example this-week.");
        if (string.IsNullOrEmpty(name) || name.Length > Newsletter.NameLength || name.Any(char.IsControl))
            return new("name", $"Give the name readers know it by: one line of at most {Newsletter.NameLength} characters.");
        if (description is { Length: > Newsletter.DescriptionLength })
            return new("description", $"Give at most {Newsletter.DescriptionLength} characters.");
        return null;
    }

    // \z, not $: the latter lets a line feed through.
    [GeneratedRegex(@"\A[a-z0-9]+(-[a-z0-9]+)*\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Slug();
}

/// <summary>What to change before it can be made.</summary>
/// <param name="Field">As JSON names it: <c>slug</c>, <c>cadence.at</c>.</param>
/// <param name="WhatToDo">One sentence.</param>
public sealed record NewsletterFault(string Field, string WhatToDo);

public abstract record AddNewsletterOutcome
{
    private AddNewsletterOutcome()
    {
    }

    public sealed record Added(Newsletter Newsletter) : AddNewsletterOutcome;

    public sealed record Invalid(NewsletterFault Fault) : AddNewsletterOutcome;

    public sealed record SlugTaken(string Slug) : AddNewsletterOutcome;
}
