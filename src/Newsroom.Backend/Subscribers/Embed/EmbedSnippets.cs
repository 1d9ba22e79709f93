using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Newsletters;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Subscribers.Embed;

public abstract record EmbedSnippetsOutcome
{
    private EmbedSnippetsOutcome()
    {
    }

    internal sealed record Made(EmbedText Text) : EmbedSnippetsOutcome;

    public sealed record UnknownNewsletter(string Slug) : EmbedSnippetsOutcome;

    /// <summary>The plain form would lead its readers to our own page instead, and nobody would know why.</summary>
    public sealed record NextNotAllowed(string WhatToDo) : EmbedSnippetsOutcome;

    /// <summary>A form needs an address to post to, and a request's Host is not one to believe.</summary>
    public sealed record NoPublicUrl : EmbedSnippetsOutcome;
}

/// <summary>Judges what a snippet shall say, so that what is pasted works.</summary>
public sealed class EmbedSnippets(NewsroomDb db, IOptions<SiteOptions> site)
{
    /// <param name="newsletters">Slugs; none: the default ones.</param>
    /// <param name="source">What the form shall call itself; null or empty: "embed".</param>
    /// <param name="next">Where the plain form shall lead on to; null or empty: our own page.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task<EmbedSnippetsOutcome> RunAsync(IReadOnlyList<string> newsletters, string? source, string? next, CancellationToken cancellationToken)
    {
        if (site.Value.PublicUrl.Length == 0)
            return new EmbedSnippetsOutcome.NoPublicUrl();
        var offered = await db.NewslettersOnOffer().AsNoTracking().ToListAsync(cancellationToken);
        if (newsletters.FirstOrDefault(slug => offered.TrueForAll(n => n.Slug != slug)) is { } unknown)
            return new EmbedSnippetsOutcome.UnknownNewsletter(unknown);
        var leadsTo = string.IsNullOrEmpty(next) ? null : NextAddress.Allowed(next, site.Value);
        if (leadsTo is null && !string.IsNullOrEmpty(next))
            return new EmbedSnippetsOutcome.NextNotAllowed("A form may lead on to a page of this site or of one in Site:AllowedOrigins only. Give the whole address of such a page, or add its origin there.");
        var chosen = offered.FindAll(n => newsletters.Contains(n.Slug));
        var defaults = Offer.WithoutChoice(offered);
        return new EmbedSnippetsOutcome.Made(new EmbedText(
            site.Value.Link(""), site.Value.Name, chosen, string.IsNullOrWhiteSpace(source) ? "embed" : source.Trim(),
            chosen.Count == defaults.Count && chosen.TrueForAll(defaults.Contains) ? "all of them" : SignUpWords.List(defaults), leadsTo));
    }
}
