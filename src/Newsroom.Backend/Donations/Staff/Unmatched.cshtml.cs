using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Donations.Books;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Web;
using Newsroom.Backend.Web.Auditing;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Donations.Staff;

/// <summary>One such payment. <c>HasGift</c>: the gift it was made for is in this database.</summary>
public sealed record UnmatchedLine(long Key, string Id, string StripeId, string GiftId, bool HasGift, string Why, DateTimeOffset FoundAt, DateTimeOffset? SettledAt, string? Note);

/// <summary>Money that Stripe took for a gift which cannot have it: each waits for a person.</summary>
[Authorize(StaffPolicies.Viewer), PrivatePage]
public sealed class UnmatchedModel(NewsroomDb db, SettleMoney settle, StripeDesk desk, AuditTrail trail) : PageModel
{
    private const string Path = "/staff/unmatched";

    public bool Settled { get; private set; }
    public IReadOnlyList<UnmatchedLine> Lines { get; private set; } = [];
    public string? Older { get; private set; }

    /// <summary>Of the note that was refused.</summary>
    public (string Id, string? Note, string WhatToDo)? Fault { get; private set; }

    public string? AtStripe(string id) => desk.PageOf(id);

    public async Task<IActionResult> OnGetAsync(bool settled, string? after, CancellationToken cancellationToken)
    {
        if (!Cursor.TryDecode(after, out var before))
            return LocalRedirect(Path);
        Settled = settled;
        await LookAsync(before, cancellationToken);
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(string id, string? note, CancellationToken cancellationToken)
    {
        if (!User.MayActAs(StaffRole.Publisher))
            return Forbid();
        switch (await settle.RunAsync(id, note, cancellationToken))
        {
            case SettleMoneyOutcome.Settled:
                await trail.SayAsync(User, "unmatched.settled", id);
                this.Toast("Settled. It stands under Settled, with your note.");
                return LocalRedirect(Path);
            case SettleMoneyOutcome.Unknown:
                trail.SayNothing();
                this.Toast("Nothing was changed: there is none with that id. Look at the list again.");
                return LocalRedirect(Path);
            case SettleMoneyOutcome.BadNote bad:
                (Fault, Response.StatusCode) = ((id, note, bad.WhatToDo), StatusCodes.Status422UnprocessableEntity);
                await LookAsync(null, cancellationToken);
                return Page();
            case var other:
                throw new InvalidOperationException($"Unknown outcome {other}.");
        }
    }

    private async Task LookAsync(long? before, CancellationToken cancellationToken)
    {
        var money = Settled ? db.UnmatchedPayments.Where(u => u.SettledAt != null) : db.UnmatchedPayments.Where(u => u.SettledAt == null);
        var rows = await money.Where(u => before == null || u.Id < before).OrderByDescending(u => u.Id).Take(PageCursor.PageSize + 1)
            .Select(u => new UnmatchedLine(u.Id, u.PublicId, u.StripeId, u.GiftId, db.Donations.Any(d => d.PublicId == u.GiftId), u.Why, u.FoundAt, u.SettledAt, u.Note)).ToListAsync(cancellationToken);
        Lines = [.. rows.Take(PageCursor.PageSize)];
        Older = rows.Count > PageCursor.PageSize ? Request.After(rows[PageCursor.PageSize - 1].Key) : null;
    }
}
