using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Digests.Archive;
using Newsroom.Backend.Newsletters;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Subscribers;

/// <summary>The newsroom's front door: sign up, give, and what came lately.</summary>
[AllowAnonymous]
public sealed class HomeModel(NewsroomDb db, IOptions<SiteOptions> site) : PageModel
{
    private const int Shown = 5;

    public SiteOptions Site => site.Value;

    public SignUpView Form { get; private set; } = new([], new SignUpFields());

    public IReadOnlyList<PublicDigest> Recent { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        var newsletters = await db.NewslettersOnOffer().AsNoTracking().ToListAsync(cancellationToken);
        Form = new SignUpView(newsletters, new SignUpFields { Source = "home" });
        Recent = await PublicDigests.ListAsync(db, newsletterId: null, before: null, Shown, cancellationToken);
    }

    /// <summary>In the newsroom's zone.</summary>
    public DateTimeOffset Local(DateTimeOffset instant) => TimeZoneInfo.ConvertTime(instant, Site.Zone);
}
