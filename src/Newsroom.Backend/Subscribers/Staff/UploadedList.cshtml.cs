using System.Globalization;
using CsvHelper;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Subscribers.Imports;
using Newsroom.Backend.Web;
using Newsroom.Backend.Web.Auditing;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Subscribers.Staff;

/// <summary>One uploaded list from its first rows to the decision: columns and consent, the check, its report.</summary>
[Authorize(StaffPolicies.Administrator), PrivatePage]
public sealed class UploadedListModel(NewsroomDb db, UploadedFiles files, CheckList check, BringListIn bringIn, ThrowListAway throwAway, AuditTrail trail, IOptions<SiteOptions> site) : PageModel
{
    private const int FirstNotTaken = 20;

    public UploadedList List { get; private set; } = null!;

    /// <summary>Null while it is not the form that is shown.</summary>
    public ListPreview? Preview { get; private set; }
    public ColumnForm Columns { get; private set; } = null!;
    public IReadOnlyList<(string Slug, string Name)> Newsletters { get; private set; } = [];
    public string? Newsletter { get; private set; }
    public string? Consent { get; private set; }
    public Dictionary<string, string> Faults { get; } = new(StringComparer.Ordinal);

    /// <summary>The first rows that the check found not to be new: line, address, verdict, reason.</summary>
    public IReadOnlyList<string[]> NotTaken { get; private set; } = [];

    public string NewsletterName => Newsletters.FirstOrDefault(n => n.Slug == List.Newsletter).Name ?? List.Newsletter ?? "";

    /// <summary>How far it is, in a sentence.</summary>
    public string HowFar => List.IsUnderWay ? $"{List.Counts.Rows.ToString("N0", site.Value.Culture)} rows so far."
        : List.Stage == ListStage.Checked ? "Checked, nothing written yet."
        : List.Fault ?? (Preview is null ? "The list's file is gone. Throw it away and upload it again." : "");

    public static string PathOf(string id) => $"/staff/imports/lists/{Uri.EscapeDataString(id)}";

    public async Task<IActionResult> OnGetAsync(string id, bool change, CancellationToken cancellationToken)
    {
        if (!await FindAsync(id, cancellationToken))
            return NotFound();
        if (List.ImportId is { } import)
            return LocalRedirect($"/staff/imports/{await db.Imports.Where(i => i.Id == import).Select(i => i.PublicId).SingleAsync(cancellationToken)}");
        (Newsletter, Consent) = (List.Newsletter, List.ConsentText);
        if (List.Stage == ListStage.Uploaded || (List.Stage == ListStage.Checked && change))
            await PreviewAsync(cancellationToken);
        else if (List.Stage == ListStage.Checked)
            await ReadNotTakenAsync(cancellationToken);
        return Page();
    }

    public Task<IActionResult> OnGetLiveAsync(string id) => this.WatchAsync(async (services, ends) =>
        await services.GetRequiredService<NewsroomDb>().UploadedLists.AsNoTracking().SingleOrDefaultAsync(l => l.PublicId == id, ends) is { } now
            ? ($"{now.Stage} {now.Counts} {now.Fault}", !now.IsUnderWay) : null);

    public async Task<IActionResult> OnGetNotTakenAsync(string id, CancellationToken cancellationToken)
    {
        if (!await FindAsync(id, cancellationToken) || await files.OpenNotTakenAsync(List.Id, cancellationToken) is not { } rows)
            return NotFound();
        return File(rows, "text/csv; charset=utf-8", $"not-taken-{id}.csv");
    }

    public async Task<IActionResult> OnPostCheckAsync(string id, string? newsletter, string? consent, bool declared, CancellationToken cancellationToken)
    {
        if (!await FindAsync(id, cancellationToken))
            return NotFound();
        (Newsletter, Consent) = (newsletter, consent);
        if (List.Stage is not (ListStage.Uploaded or ListStage.Checked))
            return Back(id, "Nothing was changed: the list is being checked or brought in already.");
        await PreviewAsync(cancellationToken);
        if (Preview is null)
            return Back(id, "The list's file is gone. Upload it again.");
        Columns = ColumnForm.Read(Preview, name => Request.Form[name]);
        if (!declared)
            Faults["declared"] = "Say that these people agreed to get this newsletter, and that you can show it. Without that nobody may be written to.";
        var outcome = Faults.Count > 0 ? null : await check.RunAsync(id, newsletter, consent, Columns.Choices, cancellationToken);
        if (outcome is CheckListOutcome.Invalid(var field, var whatToDo))
            Faults[field] = whatToDo;
        if (Faults.Count > 0)
        {
            Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
            return Page();
        }
        if (outcome is not CheckListOutcome.Begun)
            return Back(id, "Nothing was changed: somebody else has gone on with this list, or thrown it away.");
        await trail.SayAsync(User, "list.check-ordered", id, after: newsletter);
        return LocalRedirect(PathOf(id));
    }

    public async Task<IActionResult> OnPostBringInAsync(string id, CancellationToken cancellationToken)
    {
        if (await bringIn.RunAsync(id, cancellationToken) is not BringListInOutcome.Begun(var import))
            return Back(id, "Nothing was brought in: the list is not checked, is on its way already, or was thrown away.");
        await trail.SayAsync(User, "import.started", import, after: id);
        return LocalRedirect($"/staff/imports/{import}");
    }

    public async Task<IActionResult> OnPostThrowAwayAsync(string id, CancellationToken cancellationToken)
    {
        if (!await throwAway.RunAsync(id, cancellationToken))
            return Back(id, "Nothing was thrown away: the list is gone already, or being brought in.");
        await trail.SayAsync(User, "list.thrown-away", id);
        this.Toast("The list is gone, and its file. Nobody was added.");
        return LocalRedirect(ImportsModel.Path);
    }

    private LocalRedirectResult Back(string id, string said)
    {
        trail.SayNothing();
        this.Toast(said);
        return LocalRedirect(PathOf(id));
    }

    private async Task<bool> FindAsync(string id, CancellationToken cancellationToken)
    {
        if (await db.UploadedLists.AsNoTracking().SingleOrDefaultAsync(l => l.PublicId == id, cancellationToken) is not { } list)
            return false;
        List = list;
        Newsletters = (await db.Newsletters.OrderBy(n => n.Id).Select(n => new { n.Slug, n.Name }).ToListAsync(cancellationToken)).ConvertAll(n => (n.Slug, n.Name));
        return true;
    }

    private async Task PreviewAsync(CancellationToken cancellationToken)
    {
        if (await files.OpenAsync(List.Id, cancellationToken) is not { } file)
            return;
        await using (file)
            Preview = await ListPreview.OfAsync(file, cancellationToken);
        Columns = ColumnForm.Of(Preview, List.Choices);
    }

    private async Task ReadNotTakenAsync(CancellationToken cancellationToken)
    {
        if (await files.OpenNotTakenAsync(List.Id, cancellationToken) is not { } file)
            return;
        using var csv = new CsvParser(new StreamReader(file), CultureInfo.InvariantCulture);
        var rows = new List<string[]>();
        // The first one names the columns.
        await csv.ReadAsync();
        while (rows.Count < FirstNotTaken && await csv.ReadAsync())
            rows.Add([.. csv.Record!.Select(SafeCsv.Unescape)]);
        NotTaken = rows;
    }
}
