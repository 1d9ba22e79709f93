using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Newsletters;
using Newsroom.Backend.Subscribers.Embed;
using Newsroom.Backend.Web;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Subscribers.Staff;

/// <param name="Origin">A site whose pages people signed up on.</param>
/// <param name="Count">Of the newest consents.</param>
/// <param name="IsAllowed">It stands in <c>Site:AllowedOrigins</c>, or is our own.</param>
public sealed record SeenSite(string Origin, int Count, bool IsAllowed);

/// <summary>Ways to put the sign-up into another site, to copy, as they will look.</summary>
[Authorize(StaffPolicies.Editor)]
public sealed class FormsModel(NewsroomDb db, EmbedSnippets snippets, IOptions<SiteOptions> site) : PageModel
{
    /// <summary>Of the newest consents: what was posted from lately, and no scan.</summary>
    private const int LookedAt = 500;

    public EmbedShape? Made { get; private set; }
    public (string Field, string WhatToDo)? Fault { get; private set; }
    public IReadOnlyList<(string Slug, string Name)> Newsletters { get; private set; } = [];
    public IReadOnlyList<string> Chosen { get; private set; } = [];
    public string? Source { get; private set; }
    public string? Next { get; private set; }
    public IReadOnlyList<SeenSite> Seen { get; private set; } = [];
    public IEnumerable<string> AllowedOrigins => site.Value.AllowedOrigins;

    /// <summary>Of the framed form on this very host, for the preview.</summary>
    public string FramePath => "/embed/subscribe" + QueryString.Create(Chosen.Select(slug => KeyValuePair.Create("newsletter", (string?)slug)));

    public async Task OnGetAsync(string[]? newsletter, string? source, string? next, CancellationToken cancellationToken)
    {
        Newsletters = (await db.NewslettersOnOffer().Select(n => new { n.Slug, n.Name }).ToListAsync(cancellationToken)).ConvertAll(n => (n.Slug, n.Name));
        (Chosen, Source, Next) = (newsletter ?? [], source, next?.Trim());
        switch (await snippets.RunAsync(Chosen, source, Next, cancellationToken))
        {
            case EmbedSnippetsOutcome.Made(var text):
                Made = EmbedApi.ShapeOf(text);
                break;
            case EmbedSnippetsOutcome.UnknownNewsletter(var slug):
                Fault = ("newsletters", $"There is no newsletter '{slug}' to sign up for (any more). Choose among those below.");
                break;
            case EmbedSnippetsOutcome.NextNotAllowed(var whatToDo):
                Fault = ("next", whatToDo);
                break;
            case EmbedSnippetsOutcome.NoPublicUrl:
                Fault = ("main", "Set Site:PublicUrl first and start again: a form on another site needs an address to post to.");
                break;
            case var other:
                throw new InvalidOperationException($"Unknown outcome {other}.");
        }
        if (Fault is not null)
            Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        await LookWhereFromAsync(cancellationToken);
    }

    private async Task LookWhereFromAsync(CancellationToken cancellationToken)
    {
        var pages = await db.Consents.OrderByDescending(c => c.Id).Take(LookedAt).Where(c => c.Page != null && c.Event == ConsentEvent.Requested).Select(c => c.Page!).ToListAsync(cancellationToken);
        var own = site.Value.PublicUrl.Length == 0 ? null : new Uri(site.Value.PublicUrl).GetLeftPart(UriPartial.Authority);
        Seen = [.. pages.Select(p => Uri.TryCreate(p, UriKind.Absolute, out var page) ? page.GetLeftPart(UriPartial.Authority) : null).OfType<string>()
            .GroupBy(o => o, StringComparer.OrdinalIgnoreCase).OrderByDescending(g => g.Count())
            .Select(g => new SeenSite(g.Key, g.Count(), g.Key == own || site.Value.AllowedOrigins.Contains(g.Key, StringComparer.OrdinalIgnoreCase)))];
    }
}
