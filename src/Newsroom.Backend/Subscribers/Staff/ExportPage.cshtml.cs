using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Web;
using Newsroom.Backend.Web.Auditing;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Subscribers.Staff;

/// <summary>All readers as a file, written while it is read: memory does not grow with their number.</summary>
[Authorize(StaffPolicies.Proven), PrivatePage]
public sealed class ExportPageModel(NewsroomDb db, ExportReaders export, AuditTrail trail, TimeProvider clock) : PageModel
{
    public IReadOnlyList<(string Slug, string Name)> Newsletters { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken cancellationToken) =>
        Newsletters = (await db.Newsletters.OrderBy(n => n.Id).Select(n => new { n.Slug, n.Name }).ToListAsync(cancellationToken)).ConvertAll(n => (n.Slug, n.Name));

    public async Task<IActionResult> OnPostAsync(string? newsletter, string? status, CancellationToken cancellationToken)
    {
        await OnGetAsync(cancellationToken);
        // What was not offered is left out: nobody gets a smaller file than was asked for without seeing it.
        if (!string.IsNullOrEmpty(newsletter) && Newsletters.All(n => n.Slug != newsletter))
            return NotFound();
        var wanted = SubscribersModel.Statuses.Cast<SubscriberStatus?>().FirstOrDefault(s => s.ToString()!.Equals(status, StringComparison.OrdinalIgnoreCase));
        await trail.SayAsync(User, "subscribers.exported", after: $"{newsletter} {status}".Trim() is { Length: > 0 } part ? part : "all");
        Response.ContentType = "text/csv; charset=utf-8";
        Response.Headers.ContentDisposition = $"attachment; filename=\"subscribers-{clock.GetUtcNow():yyyy-MM-dd}.csv\"";
        await export.RunAsync(new ExportOrder(string.IsNullOrEmpty(newsletter) ? null : newsletter, wanted), Response.BodyWriter.AsStream(leaveOpen: true), cancellationToken);
        return new EmptyResult();
    }
}
