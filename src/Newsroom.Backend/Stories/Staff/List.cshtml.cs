using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Web;
using Newsroom.Backend.Web.Auditing;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Stories.Staff;

/// <summary>One story in the list. <c>IsWithdrawn</c>: the newsroom or its site took it back. <c>SeenBefore</c>: it was there before its feed was first read.</summary>
public sealed record StoryLine(
    long Key, string Id, string Link, string Title, string? Section, string? Author, DateTimeOffset? PublishedAt, DateTimeOffset FirstSeenAt, bool SeenBefore, bool IsWithdrawn, string? Newsletter);

/// <summary>One feed and how its last polls went.</summary>
public sealed record FeedState(string Url, DateTimeOffset? LastReadAt, DateTimeOffset? LastFailedAt, string? LastError);

/// <summary>The stories that came in, newest first, and the feeds they come from.</summary>
[Authorize(StaffPolicies.Viewer)]
public sealed class ListModel(NewsroomDb db, AuditTrail trail) : PageModel
{
    private const string Path = "/staff/stories";
    private const int MostFeeds = 50;

    public IReadOnlyList<StoryLine> Stories { get; private set; } = [];
    public IReadOnlyList<FeedState> Feeds { get; private set; } = [];
    public string? Older { get; private set; }

    public async Task<IActionResult> OnGetAsync(string? after, CancellationToken cancellationToken)
    {
        if (!Cursor.TryDecode(after, out var before))
            return LocalRedirect(Path);
        var feeds = await db.Feeds.OrderBy(f => f.Id).Take(MostFeeds).Select(f => new FeedState(f.Url, f.LastReadAt, f.LastFailedAt, f.LastError)).ToListAsync(cancellationToken);
        Feeds = feeds.ConvertAll(f => f with { Url = UrlText.WithoutPassword(f.Url) });
        var rows = await db.Stories.Where(s => before == null || s.Id < before).OrderByDescending(s => s.Id).Take(PageCursor.PageSize + 1)
            .Select(s => new StoryLine(
                s.Id, s.PublicId, s.Link, s.Title, s.Section, s.Author, s.PublishedAt, s.FirstSeenAt, s.SeenBefore, s.WithdrawnAt != null,
                db.Newsletters.Where(n => n.Id == s.NewsletterId).Select(n => n.Name).SingleOrDefault()))
            .ToListAsync(cancellationToken);
        Stories = [.. rows.Take(PageCursor.PageSize)];
        Older = rows.Count > PageCursor.PageSize ? Request.After(rows[PageCursor.PageSize - 1].Key) : null;
        return Page();
    }

    /// <summary>Reads every feed now, in this request: staff want to see their story come in.</summary>
    public async Task<IActionResult> OnPostAsync([FromServices] FetchStories fetch, CancellationToken cancellationToken)
    {
        if (!User.MayActAs(StaffRole.Editor))
            return Forbid();
        var report = await fetch.RunAsync(cancellationToken);
        await trail.SayAsync(User, "stories.fetched");
        this.Toast(Said(report));
        return LocalRedirect(Path);
    }

    public Task<IActionResult> OnPostWithdrawAsync(string id, string? after, [FromServices] WithdrawStory withdraw, CancellationToken cancellationToken) =>
        StepAsync(id, after, "story.withdrawn", "Withdrawn: no digest that has not begun brings it.", () => withdraw.RunAsync(id, cancellationToken));

    public Task<IActionResult> OnPostBringBackAsync(string id, string? after, [FromServices] WithdrawStory withdraw, CancellationToken cancellationToken) =>
        StepAsync(id, after, "story.brought-back", "It is back. A digest that went without it meanwhile does not get it: pick it by hand for the next.", () => withdraw.BringBackAsync(id, cancellationToken));

    private async Task<IActionResult> StepAsync(string id, string? after, string action, string done, Func<Task<StoryStep>> step)
    {
        if (!User.MayActAs(StaffRole.Editor))
            return Forbid();
        var became = await step();
        if (became == StoryStep.NotFound)
            return NotFound();
        if (became == StoryStep.Done)
            await trail.SayAsync(User, action, id);
        else
            trail.SayNothing();
        this.Toast(became == StoryStep.Done ? done : "Nothing was changed: somebody else did it before you.");
        return LocalRedirect(after is null ? Path : $"{Path}?after={Uri.EscapeDataString(after)}");
    }

    private static string Said(FetchReport report)
    {
        if (report.Feeds.Count == 0)
            return "There is no feed to read: set Stories:Feeds:0:Url.";
        var (added, failed) = (report.NewStories, report.Feeds.Count(f => f.Error is not null));
        return (added == 1 ? "One new story came in." : $"{added} new stories came in.") + (failed == 0 ? "" : $" {failed} of {report.Feeds.Count} feeds could not be read: see below.");
    }
}
