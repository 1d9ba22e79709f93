using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Subscribers.Imports;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Subscribers.Staff;

public sealed record WaitingList(string Id, string FileName, ListStage Stage, DateTimeOffset UploadedAt);

public sealed record ImportLine(string Id, string FileName, string Newsletter, ImportState State, RowCounts Counts, DateTimeOffset StartedAt);

/// <summary>Lists that were brought in, the latest first, and those on their way.</summary>
[Authorize(StaffPolicies.Administrator)]
public sealed class ImportsModel(NewsroomDb db, TimeProvider clock) : PageModel
{
    public const string Path = "/staff/imports";

    public IReadOnlyList<WaitingList> Waiting { get; private set; } = [];
    public IReadOnlyList<ImportLine> Lines { get; private set; } = [];
    public string? Older { get; private set; }

    public async Task<IActionResult> OnGetAsync(string? after, CancellationToken cancellationToken)
    {
        if (!Cursor.TryDecode(after, out var before))
            return LocalRedirect(Path);
        var now = clock.GetUtcNow();
        Waiting = before is not null ? [] : await db.UploadedLists.Where(l => l.Stage != ListStage.Imported && l.Stage != ListStage.Importing).OrderByDescending(l => l.Id).Take(PageCursor.PageSize)
            .Select(l => new WaitingList(l.PublicId, l.FileName, l.Stage, l.UploadedAt)).ToListAsync(cancellationToken);
        var rows = await db.Imports.AsNoTracking().Include(i => i.Newsletter).Where(i => before == null || i.Id < before).OrderByDescending(i => i.Id).Take(PageCursor.PageSize + 1).ToListAsync(cancellationToken);
        Lines = [.. rows.Take(PageCursor.PageSize).Select(i => new ImportLine(i.PublicId, i.FileName, i.Newsletter.Name, i.StateAt(now), i.Counts, i.StartedAt))];
        Older = rows.Count > PageCursor.PageSize ? Request.After(rows[PageCursor.PageSize - 1].Id) : null;
        return Page();
    }
}
