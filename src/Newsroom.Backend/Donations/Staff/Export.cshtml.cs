using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Web;
using Newsroom.Backend.Web.Auditing;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Donations.Staff;

/// <summary>The gifts of a filter as a file. With names and addresses, so it asks who is sitting there, and is on the audit log.</summary>
[Authorize(StaffPolicies.Proven), PrivatePage]
public sealed class ExportModel(NewsroomDb db, ExportGifts export, AuditTrail trail, IOptions<SiteOptions> site, TimeProvider clock) : PageModel
{
    public GiftFilter Filter { get; private set; } = null!;
    public int Count { get; private set; }

    public string CountText => Count.ToString("N0", site.Value.Culture);

    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        Filter = GiftFilter.Read(name => Request.Query[name]);
        Count = await Filter.On(db, site.Value).CountAsync(cancellationToken);
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        Filter = GiftFilter.Read(name => Request.Form[name]);
        await trail.SayAsync(User, "gifts.exported", after: Filter.IsEmpty ? "all" : Filter.InWords);
        Response.ContentType = "text/csv; charset=utf-8";
        Response.Headers.ContentDisposition = $"attachment; filename=\"gifts-{site.Value.DayOf(clock.GetUtcNow()):yyyy-MM-dd}.csv\"";
        await export.RunAsync(Filter.On(db, site.Value), Response.BodyWriter.AsStream(leaveOpen: true), cancellationToken);
        return new EmptyResult();
    }
}
