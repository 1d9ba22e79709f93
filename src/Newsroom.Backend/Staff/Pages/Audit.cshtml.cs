using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Web.Auditing;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Staff.Pages;

public sealed record AuditLine(AuditEntry Entry, string Who)
{
    public string Change => (Entry.Before, Entry.After) switch
    {
        (null, null) => "",
        (null, { } after) => after,
        ({ } before, null) => before + " → nothing",
        var (before, after) => $"{before} → {after}",
    };
}

/// <summary>The audit log, newest first, filtered by who, by how the deed's name begins, and by what it was done to.</summary>
[Authorize(StaffPolicies.Administrator)]
public sealed class AuditModel(NewsroomDb db, ExportAudit export, AuditTrail trail, TimeProvider clock) : PageModel
{
    private const int PageSize = 100;

    public IReadOnlyList<AuditLine> Lines { get; private set; } = [];
    public IReadOnlyDictionary<string, string> Actors { get; private set; } = new Dictionary<string, string>(StringComparer.Ordinal);
    public string? Who { get; private set; }
    public string? What { get; private set; }
    public string? Thing { get; private set; }
    public string? Older { get; private set; }

    public async Task<IActionResult> OnGetAsync(string? who, string? what, string? thing, string? after, CancellationToken cancellationToken)
    {
        (Who, What, Thing) = (Given(who), Given(what), Given(thing));
        if (!Cursor.TryDecode(after, out var afterKey))
            return LocalRedirect("/staff/audit");
        Actors = await export.ActorsAsync(cancellationToken);
        var entries = db.AuditEntries.AsNoTracking();
        if (Who is { } actor)
            entries = entries.Where(a => a.Actor == actor);
        if (What is { } deed)
            entries = entries.Where(a => a.Action.StartsWith(deed));
        if (Thing is { } subject)
            entries = entries.Where(a => a.Subject == subject);
        if (afterKey is { } key)
            entries = entries.Where(a => a.Id < key);
        var rows = await entries.OrderByDescending(a => a.Id).Take(PageSize + 1).ToListAsync(cancellationToken);
        Lines = [.. rows.Take(PageSize).Select(a => new AuditLine(a, Actors.GetValueOrDefault(a.Actor, a.Actor)))];
        Older = rows.Count > PageSize ? Request.After(rows[PageSize - 1].Id) : null;
        return Page();
    }

    public async Task<IActionResult> OnPostExportAsync(CancellationToken cancellationToken)
    {
        await trail.SayAsync(User, "audit.exported");
        Response.ContentType = "text/csv; charset=utf-8";
        Response.Headers.ContentDisposition = $"attachment; filename=\"audit-{clock.GetUtcNow():yyyy-MM-dd}.csv\"";
        await export.WriteAsync(Response.BodyWriter.AsStream(leaveOpen: true), cancellationToken);
        return new EmptyResult();
    }

    private static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
