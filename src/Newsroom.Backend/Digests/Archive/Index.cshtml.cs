using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Digests.Archive;

/// <summary>Past digests: of every newsletter, or of one.</summary>
[AllowAnonymous]
public sealed class IndexModel(NewsroomDb db) : PageModel
{
    /// <summary>Null on the page of all newsletters.</summary>
    public string? Slug { get; private set; }
    public string? Name { get; private set; }
    public IReadOnlyList<PublicDigest> Digests { get; private set; } = [];

    /// <summary>The cursor of the next page; null on the last.</summary>
    public string? Next { get; private set; }

    public async Task<IActionResult> OnGetAsync(string? newsletter, string? after, CancellationToken cancellationToken)
    {
        if (!Cursor.TryDecode(after, out var before))
            return NotFound();
        int? newsletterId = null;
        if (newsletter is not null)
        {
            var found = await db.Newsletters.Where(n => n.Slug == newsletter).Select(n => new { n.Id, n.Name }).SingleOrDefaultAsync(cancellationToken);
            if (found is null)
                return NotFound();
            (newsletterId, Slug, Name) = (found.Id, newsletter, found.Name);
        }
        var rows = await PublicDigests.ListAsync(db, newsletterId, before, PublicDigests.PageSize + 1, cancellationToken);
        Digests = [.. rows.Take(PublicDigests.PageSize)];
        Next = rows.Count > PublicDigests.PageSize ? Cursor.Encode(Digests[^1].Id) : null;
        return Page();
    }
}
