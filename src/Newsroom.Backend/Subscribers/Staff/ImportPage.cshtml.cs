using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Subscribers.Imports;
using Newsroom.Backend.Web.Auditing;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Subscribers.Staff;

/// <summary>One import: how far it is, what became of its rows, and taking it back.</summary>
[Authorize(StaffPolicies.Administrator)]
public sealed class ImportPageModel(NewsroomDb db, AskUndo undo, AuditTrail trail, TimeProvider clock) : PageModel
{
    public Import Import { get; private set; } = null!;
    public ImportState State { get; private set; }

    /// <summary>Where its list is while that is kept; null for one that a command brought in, or a week later.</summary>
    public string? ListId { get; private set; }
    public string? Fault { get; private set; }

    /// <summary>Of the list's check; null: not known.</summary>
    public int? AllRows { get; private set; }

    /// <summary>It was not heard of, and will go on by itself.</summary>
    public bool GoesOn { get; private set; }
    public bool IsBeingUndone => Import.UndoAskedAt is not null;
    public bool IsOver => State != ImportState.Running && !GoesOn && !IsBeingUndone;

    public async Task<IActionResult> OnGetAsync(string id, CancellationToken cancellationToken)
    {
        if (await db.Imports.AsNoTracking().Include(i => i.Newsletter).SingleOrDefaultAsync(i => i.PublicId == id, cancellationToken) is not { } import)
            return NotFound();
        (Import, State) = (import, import.StateAt(clock.GetUtcNow()));
        var list = await db.UploadedLists.Where(l => l.ImportId == import.Id).Select(l => new { l.PublicId, l.Counts, l.Fault, l.Stage }).SingleOrDefaultAsync(cancellationToken);
        (ListId, Fault, AllRows) = (list?.PublicId, list?.Fault, list?.Counts.Rows);
        GoesOn = list?.Stage == ListStage.Importing && State == ImportState.Stopped;
        return Page();
    }

    public async Task<IActionResult> OnPostUndoAsync(string id, CancellationToken cancellationToken)
    {
        var outcome = await undo.RunAsync(id, cancellationToken);
        if (outcome == AskUndoOutcome.Asked)
            await trail.SayAsync(User, "import.undo-ordered", id);
        else
            trail.SayNothing();
        if (outcome == AskUndoOutcome.NoSuchImport)
            return NotFound();
        this.Toast(outcome switch
        {
            AskUndoOutcome.Asked => "It is being taken back.",
            AskUndoOutcome.StillRunning => "Nothing was taken back: it is still being brought in. Wait until it is done.",
            AskUndoOutcome.Undone => "It is taken back already, or just now.",
            _ => throw new InvalidOperationException($"Unknown outcome {outcome}."),
        });
        return LocalRedirect($"/staff/imports/{id}");
    }
}
