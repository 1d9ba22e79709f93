using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Web;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Subscribers.Staff;

/// <summary>All readers, the newest first; a search shows the first that fit.</summary>
[Authorize(StaffPolicies.Viewer), PrivatePage]
public sealed class SubscribersModel(NewsroomDb db, FindReaders find) : PageModel
{
    public const string Path = "/staff/subscribers";

    public static IReadOnlyList<SubscriberStatus> Statuses { get; } = Enum.GetValues<SubscriberStatus>();

    public IReadOnlyList<ReaderLine> Lines { get; private set; } = [];
    public IReadOnlyList<(string Slug, string Name)> Newsletters { get; private set; } = [];
    public string? Text { get; private set; }
    public SubscriberStatus? Status { get; private set; }
    public string? Newsletter { get; private set; }
    public bool HasFilter => Text is not null || Status is not null || Newsletter is not null;

    /// <summary>Of a search: there are more than are shown.</summary>
    public bool IsCut { get; private set; }

    /// <summary>The next page's address; null on the last, and for a search.</summary>
    public string? Older { get; private set; }

    public async Task<IActionResult> OnGetAsync(string? q, string? status, string? newsletter, string? after, CancellationToken cancellationToken)
    {
        if (!Cursor.TryDecode(after, out var before))
            return LocalRedirect(Path);
        Newsletters = (await db.Newsletters.OrderBy(n => n.Id).Select(n => new { n.Slug, n.Name }).ToListAsync(cancellationToken)).ConvertAll(n => (n.Slug, n.Name));
        Text = string.IsNullOrWhiteSpace(q) ? null : q.Trim();
        Status = Statuses.Cast<SubscriberStatus?>().FirstOrDefault(s => s.ToString()!.Equals(status, StringComparison.OrdinalIgnoreCase));
        Newsletter = Newsletters.FirstOrDefault(n => n.Slug == newsletter).Slug;
        var page = await find.RunAsync(new ReaderFilter(Text, Status, Newsletter, before), cancellationToken);
        Lines = page.Lines;
        IsCut = page.HasMore && Text is not null;
        Older = page.HasMore && Text is null ? Request.After(page.Lines[^1].Key) : null;
        return Page();
    }
}
