using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Digests;
using Newsroom.Backend.Subscribers;
using Newsroom.Backend.Web;
using Newsroom.Backend.Web.Auditing;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Newsletters.Staff;

/// <param name="Newsletter">Itself.</param>
/// <param name="Readers">Subscriptions that are confirmed and not left; a pause or a bounce is not taken off.</param>
/// <param name="Last">The digest that was sent last; null: none was.</param>
/// <param name="Scheduled">Digests that wait for their time, the next first.</param>
/// <param name="Runs">When its cadence makes digests next; empty: only by hand.</param>
public sealed record NewsletterCard(Newsletter Newsletter, int Readers, CardDigest? Last, IReadOnlyList<CardDigest> Scheduled, IReadOnlyList<NextRun> Runs);

public sealed record CardDigest(string Id, string Subject, DateTimeOffset? At);

/// <summary>The newsletters and what is sent when; and the making of another.</summary>
[Authorize(StaffPolicies.Editor)]
public sealed class NewslettersModel(NewsroomDb db, NextRuns next, AddNewsletter add, IOptions<SiteOptions> site, AuditTrail trail, TimeProvider clock) : PageModel
{
    private const int Most = 100;
    private const int ShownRuns = 3;

    public IReadOnlyList<NewsletterCard> Cards { get; private set; } = [];

    /// <summary>What is wrong with the form, and the field that the sentence leads to.</summary>
    public (string Field, string WhatToDo)? Fault { get; private set; }

    [BindProperty]
    public NewsletterForm Form { get; set; } = new();

    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        Form.TimeZone = site.Value.TimeZone;
        await ShowAsync(cancellationToken);
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        var outcome = !User.MayActAs(StaffRole.Publisher) && Form.LetsDigestsGo(null, site.Value.TimeZone)
            ? new AddNewsletterOutcome.Invalid(NewsletterForm.OnlyPublishers)
            : await add.RunAsync(Form.Slug?.Trim(), Form.Text, cancellationToken);
        switch (outcome)
        {
            case AddNewsletterOutcome.Added(var made):
                await trail.SayAsync(User, "newsletter.added", made.PublicId, after: made.Slug);
                this.Toast($"{made.Name} is there. Put its form on your site, or bring in a list.");
                return LocalRedirect("/staff/newsletters");
            case AddNewsletterOutcome.Invalid(var fault):
                Fault = (NewsletterForm.IdOf(fault.Field), fault.WhatToDo);
                break;
            case AddNewsletterOutcome.SlugTaken(var slug):
                Fault = ("slug", $"There is a newsletter '{slug}' already. Choose another name in addresses.");
                break;
            case var other:
                throw new InvalidOperationException($"Unknown outcome {other}.");
        }
        Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        await ShowAsync(cancellationToken);
        return Page();
    }

    private async Task ShowAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var rows = await db.Newsletters.AsNoTracking().OrderBy(n => n.Id).Take(Most).Select(n => new
        {
            Newsletter = n,
            Readers = db.Subscriptions.Count(s => s.NewsletterId == n.Id && s.State == SubscriptionState.Active),
            Last = db.Digests.Where(d => d.NewsletterId == n.Id && d.Number != null && d.Status == DigestStatus.Sent).OrderByDescending(d => d.Number)
                .Select(d => new CardDigest(d.PublicId, d.Subject, d.FinishedAt)).FirstOrDefault(),
        }).ToListAsync(cancellationToken);
        var scheduled = (await db.Digests.Where(d => d.Status == DigestStatus.Scheduled).OrderBy(d => d.ScheduledAt).Take(Most)
            .Select(d => new { d.NewsletterId, Digest = new CardDigest(d.PublicId, d.Subject, d.ScheduledAt) }).ToListAsync(cancellationToken)).ToLookup(d => d.NewsletterId, d => d.Digest);
        var cards = new List<NewsletterCard>();
        foreach (var row in rows)
        {
            var runs = row.Newsletter.Cadence is not null && await next.RunAsync(row.Newsletter.Slug, now, ShownRuns, cancellationToken) is NextRunsOutcome.Runs known ? known.Items : [];
            cards.Add(new NewsletterCard(row.Newsletter, row.Readers, row.Last, [.. scheduled[row.Newsletter.Id]], runs));
        }
        Cards = cards;
    }
}
