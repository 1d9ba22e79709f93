using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail.Bounces;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Web.Auditing;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Subscribers.Staff;

public sealed record WaitingReport(long Key, string Id, ReportSource Source, DateTimeOffset ReceivedAt, string? Status, string? Diagnostic, string? Note, bool KnowsItsMail);

/// <summary>What waits for people: messages that came back and that nobody here could read, and sign-ups that a flood keeps back.</summary>
[Authorize(StaffPolicies.Publisher)]
public sealed class BouncesModel(NewsroomDb db, HeldSignUps held, ReleaseHeld release, DiscardHeld discard, AuditTrail trail) : PageModel
{
    public const string Path = "/staff/bounces";

    public IReadOnlyList<WaitingReport> Reports { get; private set; } = [];
    public HeldShape Held { get; private set; } = new(0, null, 0);
    public string? Later { get; private set; }

    public async Task<IActionResult> OnGetAsync(string? after, CancellationToken cancellationToken)
    {
        if (!Cursor.TryDecode(after, out var last))
            return LocalRedirect(Path);
        // The oldest first: the one that has waited longest is forgotten first.
        var rows = await db.MailReports.Where(r => r.Outcome == ReportOutcome.Waiting && (last == null || r.Id > last)).OrderBy(r => r.Id).Take(PageCursor.PageSize + 1)
            .Select(r => new WaitingReport(r.Id, r.PublicId, r.Source, r.ReceivedAt, r.Status, r.Diagnostic, r.Note, r.MailedRecipientId != null)).ToListAsync(cancellationToken);
        Reports = [.. rows.Take(PageCursor.PageSize)];
        Later = rows.Count > PageCursor.PageSize ? Request.After(Reports[^1].Key) : null;
        Held = await held.LookAsync(cancellationToken);
        return Page();
    }

    public async Task<IActionResult> OnPostReleaseAsync(CancellationToken cancellationToken)
    {
        var count = await release.RunAsync(cancellationToken);
        return await DoneAsync("sign-ups.released", count, $"{count} sign-ups were let go: each gets its mail that asks for confirmation, unless the address had one just now.");
    }

    public async Task<IActionResult> OnPostDiscardAsync(CancellationToken cancellationToken)
    {
        var count = await discard.RunAsync(cancellationToken);
        return await DoneAsync("sign-ups.discarded", count, $"{count} sign-ups are forgotten. None of them got a mail.");
    }

    private async Task<IActionResult> DoneAsync(string action, int count, string said)
    {
        await trail.SayAsync(User, action, after: count.ToString(System.Globalization.CultureInfo.InvariantCulture));
        this.Toast(said);
        return LocalRedirect(Path);
    }
}
