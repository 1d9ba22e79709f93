using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Newsletters;

/// <summary>Makes a newsletter: by API, page, command and demo alike.</summary>
public sealed partial class AddNewsletter(NewsroomDb db, IOptions<SiteOptions> site, TimeProvider clock)
{
    public async Task<AddNewsletterOutcome> RunAsync(string? slug, NewsletterText text, CancellationToken cancellationToken)
    {
        if (slug is null or { Length: > Newsletter.SlugLength } || !Slug().IsMatch(slug))
            return new AddNewsletterOutcome.Invalid(new("slug", $"Give a slug of at most {Newsletter.SlugLength} lower-case letters a-z, digits and single hyphens, for example this-week."));
        if (NewsletterWishes.TryRead(text, site.Value.TimeZone, out var wishes) is { } fault)
            return new AddNewsletterOutcome.Invalid(fault);

        var newsletter = new Newsletter { Slug = slug, Name = wishes!.Name, Cadence = wishes.Cadence, CreatedAt = clock.GetUtcNow() };
        wishes.GiveTo(newsletter);
        db.Add(newsletter);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            return new AddNewsletterOutcome.Added(newsletter);
        }
        catch (DbUpdateException e) when (db.IsUniqueViolation(e))
        {
            db.Entry(newsletter).State = EntityState.Detached;
            return new AddNewsletterOutcome.SlugTaken(slug);
        }
    }

    // \z, not $: the latter lets a line feed through.
    [GeneratedRegex(@"\A[a-z0-9]+(-[a-z0-9]+)*\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Slug();
}

public abstract record AddNewsletterOutcome
{
    private AddNewsletterOutcome()
    {
    }

    public sealed record Added(Newsletter Newsletter) : AddNewsletterOutcome;

    public sealed record Invalid(NewsletterFault Fault) : AddNewsletterOutcome;

    public sealed record SlugTaken(string Slug) : AddNewsletterOutcome;
}
