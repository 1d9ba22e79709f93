using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Digests;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Subscribers;

/// <summary>The newsroom's front door: sign up, give, and what came lately.</summary>
[AllowAnonymous]
public sealed class HomeModel(NewsroomDb db, IOptions<SiteOptions> site) : PageModel
{
    private const int Shown = 5;

    /// <param name="Newsletter">Slug, as in the archive's addresses.</param>
    /// <param name="NewsletterName">Its name.</param>
    /// <param name="Number">The digest's.</param>
    /// <param name="Subject">The digest's.</param>
    /// <param name="SentOn">In the newsroom's zone.</param>
    public sealed record RecentDigest(string Newsletter, string NewsletterName, int Number, string Subject, DateOnly SentOn);

    public SiteOptions Site => site.Value;

    public SignUpView Form { get; private set; } = new([], new SignUpFields());

    public IReadOnlyList<RecentDigest> Recent { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        var newsletters = await db.Newsletters.AsNoTracking().OrderBy(n => n.Id).ToListAsync(cancellationToken);
        Form = new SignUpView(newsletters, new SignUpFields { Source = "home" });
        var recent = await db.Digests
            .Where(d => (d.Status == DigestStatus.Sent || d.Status == DigestStatus.Sending) && d.StartedAt != null && d.Number != null)
            .OrderByDescending(d => d.Id).Take(Shown)
            .Join(db.Newsletters, d => d.NewsletterId, n => n.Id, (d, n) => new { n.Slug, n.Name, Number = d.Number!.Value, d.Subject, SentAt = d.StartedAt!.Value })
            .ToListAsync(cancellationToken);
        var zone = Site.Zone;
        Recent = recent.ConvertAll(d => new RecentDigest(
            d.Slug, d.Name, d.Number, d.Subject, DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(d.SentAt, zone).DateTime)));
    }
}
