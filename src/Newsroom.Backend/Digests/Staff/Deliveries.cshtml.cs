using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Web;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Digests.Staff;

/// <summary>What became of each reader's copy of one digest.</summary>
[Authorize(StaffPolicies.Viewer), PrivatePage]
public sealed class DeliveriesModel(NewsroomDb db) : PageModel
{
    public string Digest { get; private set; } = "";
    public string Subject { get; private set; } = "";
    public DeliveryState? State { get; private set; }
    public FaultOwner? Owner { get; private set; }
    public IReadOnlyList<(string Address, DeliveryShape Shape)> Rows { get; private set; } = [];
    public string? Further { get; private set; }
    public bool IsFiltered => State is not null || Owner is not null;

    public static string Words(DeliveryState state) => state switch
    {
        DeliveryState.HandingOver => "in the air",
        DeliveryState.Deferred => "tried again later",
        _ => state.ToString().ToLowerInvariant(),
    };

    public static Tone ToneOf(DeliveryState state) => state switch
    {
        DeliveryState.Accepted => Tone.Good,
        DeliveryState.Refused => Tone.Bad,
        DeliveryState.Uncertain or DeliveryState.Deferred => Tone.Warn,
        DeliveryState.Claimed or DeliveryState.HandingOver => Tone.Busy,
        _ => Tone.Neutral,
    };

    public async Task<IActionResult> OnGetAsync(string id, string? state, string? owner, string? after, CancellationToken cancellationToken)
    {
        if (await db.Digests.Where(d => d.PublicId == id).Select(d => new { d.Id, d.Subject }).SingleOrDefaultAsync(cancellationToken) is not { } digest)
            return NotFound();
        if (!Cursor.TryDecode(after, out var from))
            return LocalRedirect($"/staff/digests/{id}/deliveries");
        (Digest, Subject, State, Owner) = (id, digest.Subject, PageCursor.Word<DeliveryState>(state), PageCursor.Word<FaultOwner>(owner));
        var rows = await DeliveriesApi.PageAsync(db, digest.Id, State, Owner, from, PageCursor.PageSize + 1, cancellationToken);
        Rows = [.. rows.Take(PageCursor.PageSize).Select(r => (r.Address, r.Shape))];
        Further = rows.Count > PageCursor.PageSize ? Request.After(rows[PageCursor.PageSize - 1].Key) : null;
        return Page();
    }
}
