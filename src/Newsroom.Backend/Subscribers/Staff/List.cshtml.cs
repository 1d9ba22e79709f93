using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Web;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Subscribers.Staff;

/// <summary>The subscribers, newest first, found by how an address begins (a range of the index, on both databases) and by state.</summary>
[Authorize(StaffPolicies.Viewer), PrivatePage]
public sealed class ListModel(NewsroomDb db) : PageModel
{
    public IReadOnlyList<SubscriberShape> Readers { get; private set; } = [];
    public string? Address { get; private set; }
    public SubscriberStatus? Status { get; private set; }
    public string? Older { get; private set; }
    public bool IsFiltered => Address is not null || Status is not null;

    public async Task<IActionResult> OnGetAsync(string? address, string? status, string? after, CancellationToken cancellationToken)
    {
        if (!Cursor.TryDecode(after, out var before))
            return LocalRedirect("/staff/subscribers");
        (Address, Status) = (string.IsNullOrWhiteSpace(address) ? null : address.Trim(), PageCursor.Word<SubscriberStatus>(status));
        var query = db.Subscribers.Where(s => before == null || s.Id < before);
        if (Address is { } typed)
        {
            // Keys are lower-case; a range, since LIKE uses no index on SQLite. U+FFFF comes after whatever an address may hold.
            var (from, to) = (typed.ToLowerInvariant(), typed.ToLowerInvariant() + '\uffff');
#pragma warning disable CA1309 // The database compares; only this overload has a translation.
            query = query.Where(s => string.Compare(s.AddressKey, from) >= 0 && string.Compare(s.AddressKey, to) < 0);
#pragma warning restore CA1309
        }
        if (Status is { } wanted)
            query = query.Where(s => s.Status == wanted);
        var rows = await query.OrderByDescending(s => s.Id).Take(PageCursor.PageSize + 1)
            .Select(s => new { s.Id, Shape = new SubscriberShape(s.PublicId, s.Address, s.Name, s.Status, s.CreatedAt, s.ConfirmedAt, s.LeftAt) }).ToListAsync(cancellationToken);
        Readers = [.. rows.Take(PageCursor.PageSize).Select(r => r.Shape)];
        Older = rows.Count > PageCursor.PageSize ? Request.After(rows[PageCursor.PageSize - 1].Id) : null;
        return Page();
    }
}

public static class ReaderWords
{
    public static Tone ToneOf(SubscriberStatus status) => status switch
    {
        SubscriberStatus.Confirmed => Tone.Good,
        SubscriberStatus.Pending => Tone.Busy,
        SubscriberStatus.Bounced or SubscriberStatus.Complained => Tone.Bad,
        SubscriberStatus.Suppressed => Tone.Warn,
        _ => Tone.Neutral,
    };
}
