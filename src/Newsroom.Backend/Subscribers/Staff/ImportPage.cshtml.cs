using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Subscribers.Imports;
using Newsroom.Backend.Web;
using Newsroom.Backend.Web.Auditing;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Subscribers.Staff;

/// <summary>One import: how far it is, what became of its rows, and taking it back.</summary>
[Authorize(StaffPolicies.Administrator)]
public sealed class ImportPageModel(ReadImport read, AskUndo undo, AuditTrail trail, IOptions<SiteOptions> site) : PageModel
{
    public ImportProgress Progress { get; private set; } = null!;

    /// <summary>How far it is, in a sentence.</summary>
    public string HowFar => Progress switch
    {
        { IsBeingUndone: true } => $"{Number(Progress.Import.Removed)} readers removed so far.",
        { IsOver: false, AllRows: { } all and > 0 } => $"{Number(Rows)} of {Number(all)} rows, {Rows * 100L / all}\u00a0%.",
        { IsOver: false } => $"{Number(Rows)} rows so far.",
        { State: ImportState.Done } => $"{Number(Progress.Import.Counts.New)} readers were brought in.",
        { State: ImportState.Undone } => $"{Number(Progress.Import.Removed)} of {Number(Progress.Import.Counts.New)} readers were removed without a trace. Who had got mail, or had chosen something, is kept as left; who has confirmed since stays.",
        _ => "Part of the way. What is counted below is written; the same file brought in again goes on from there.",
    };

    public int Rows => Progress.Import.Counts.Rows;

    public async Task<IActionResult> OnGetAsync(string id, CancellationToken cancellationToken)
    {
        if (await read.RunAsync(id, cancellationToken) is not { } progress)
            return NotFound();
        Progress = progress;
        return Page();
    }

    public Task<IActionResult> OnGetLiveAsync(string id) => this.WatchAsync(async (services, ends) =>
        await services.GetRequiredService<ReadImport>().RunAsync(id, ends) is { } now ? (now.Mark, now.IsOver) : null);

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

    private string Number(int count) => count.ToString("N0", site.Value.Culture);
}
