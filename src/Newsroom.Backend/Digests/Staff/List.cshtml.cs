using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Subscribers;
using Newsroom.Backend.Web.Auditing;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Digests.Staff;

public sealed record NewsletterChoice(string Slug, string Name);

/// <summary>The digests, newest first; makes a draft of what is new.</summary>
[Authorize(StaffPolicies.Viewer)]
public sealed class ListModel(NewsroomDb db, Ledgers ledgers, ComposeDigest compose, AuditTrail trail) : PageModel
{
    private const int MostNewsletters = 200;

    public IReadOnlyList<NewsletterChoice> Newsletters { get; private set; } = [];
    public IReadOnlyList<DigestShape> Digests { get; private set; } = [];
    public string? Newsletter { get; private set; }
    public DigestStatus? Status { get; private set; }
    public string? Older { get; private set; }
    public bool IsFiltered => Newsletter is not null || Status is not null;

    public async Task<IActionResult> OnGetAsync(string? newsletter, string? status, string? after, CancellationToken cancellationToken)
    {
        if (!Cursor.TryDecode(after, out var before))
            return LocalRedirect("/staff/digests");
        (Newsletter, Status) = (string.IsNullOrEmpty(newsletter) ? null : newsletter, PageCursor.Word<DigestStatus>(status));
        Newsletters = await db.Newsletters.OrderBy(n => n.Name).Select(n => new NewsletterChoice(n.Slug, n.Name)).Take(MostNewsletters).ToListAsync(cancellationToken);
        var query = DigestShape.RowsOf(db).Where(d => d.Rhythm == Rhythm.AsPublished && (before == null || d.Id < before));
        if (Newsletter is { } slug)
            query = query.Where(d => d.Newsletter == slug);
        if (Status is { } wanted)
            query = query.Where(d => d.Status == wanted);
        var rows = await query.OrderByDescending(d => d.Id).Take(PageCursor.PageSize + 1).ToListAsync(cancellationToken);
        var shown = rows.Take(PageCursor.PageSize).ToList();
        var counted = await ledgers.OfAsync(db, shown.ConvertAll(r => r.Id), cancellationToken);
        Digests = shown.ConvertAll(r => DigestShape.Of(r, counted.GetValueOrDefault(r.Id, Ledger.Empty)));
        Older = rows.Count > shown.Count ? Request.After(shown[^1].Id) : null;
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(string? of, string? subject, CancellationToken cancellationToken)
    {
        if (!User.MayActAs(StaffRole.Editor))
            return Forbid();
        subject = string.IsNullOrWhiteSpace(subject) ? null : subject.Trim();
        var newsletter = await db.Newsletters.Where(n => n.Slug == of).Select(n => (int?)n.Id).SingleOrDefaultAsync(cancellationToken);
        if (newsletter is null || subject?.Length > Digest.SubjectLength || subject?.Any(char.IsControl) == true)
            return Back("No digest was made: choose a newsletter, and keep the subject on one line.");
        switch (await compose.RunAsync(new DigestOrder(newsletter.Value, subject, null, null), cancellationToken))
        {
            case ComposeOutcome.Composed(_, var id):
                await trail.SayAsync(User, "digest.made", id);
                return LocalRedirect("/staff/digests/" + id);
            case ComposeOutcome.NothingNew(var why, _):
                return Back(why);
            case var other:
                throw new InvalidOperationException($"Unknown outcome {other}.");
        }
    }

    private LocalRedirectResult Back(string said)
    {
        trail.SayNothing();
        this.Toast(said);
        return LocalRedirect("/staff/digests");
    }
}

/// <summary>A digest's state in words, and how it feels.</summary>
public static class DigestStates
{
    public static string Of(DigestStatus status) => status switch
    {
        DigestStatus.Stopped => "stopped by itself",
        _ => status.ToString().ToLowerInvariant(),
    };

    public static Tone ToneOf(DigestStatus status) => status switch
    {
        DigestStatus.Sent => Tone.Good,
        DigestStatus.Sending or DigestStatus.Scheduled => Tone.Busy,
        DigestStatus.Paused => Tone.Warn,
        DigestStatus.Stopped => Tone.Bad,
        _ => Tone.Neutral,
    };
}
