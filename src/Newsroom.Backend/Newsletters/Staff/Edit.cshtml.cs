using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Digests;
using Newsroom.Backend.Web;
using Newsroom.Backend.Web.Auditing;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Newsletters.Staff;

/// <summary>One newsletter: when it comes next, and everything of it that may change.</summary>
[Authorize(StaffPolicies.Editor)]
public sealed class EditModel(NewsroomDb db, NextRuns next, EditNewsletter edit, IOptions<SiteOptions> site, AuditTrail trail, TimeProvider clock) : PageModel
{
    private const int ShownRuns = 5;

    public Newsletter Newsletter { get; private set; } = null!;
    public IReadOnlyList<NextRun> Runs { get; private set; } = [];

    /// <summary>What is wrong with the form, and the field that the sentence leads to.</summary>
    public (string Field, string WhatToDo)? Fault { get; private set; }

    /// <summary>Somebody else was faster; the form keeps what was typed.</summary>
    public bool WasEditedMeanwhile { get; private set; }

    [BindProperty]
    public NewsletterForm Form { get; set; } = new();

    public async Task<IActionResult> OnGetAsync(string slug, CancellationToken cancellationToken)
    {
        if (await FindAsync(slug, cancellationToken) is not { } found)
            return NotFound();
        Form = NewsletterForm.Of(found, site.Value.TimeZone);
        return await ShowAsync(found, cancellationToken);
    }

    public async Task<IActionResult> OnPostAsync(string slug, CancellationToken cancellationToken)
    {
        if (!User.MayActAs(StaffRole.Publisher) && await FindAsync(slug, cancellationToken) is { } found && Form.LetsDigestsGo(found.Cadence, site.Value.TimeZone))
            return await RefuseAsync(slug, NewsletterForm.OnlyPublishers, cancellationToken);
        switch (await edit.RunAsync(slug, new NewsletterEdit(Form.Text, Form.IsDefault, Form.IsClosed, Form.Seen), cancellationToken))
        {
            case EditNewsletterOutcome.Edited(var edited, var before, var after):
                return await DoneAsync(edited, before, after);
            case EditNewsletterOutcome.Invalid(var fault):
                return await RefuseAsync(slug, fault, cancellationToken);
            case EditNewsletterOutcome.EditedMeanwhile(var theirs):
                WasEditedMeanwhile = true;
                Form.Seen = EditNewsletter.SeenOf(theirs);
                Response.StatusCode = StatusCodes.Status409Conflict;
                return await ShowAsync(theirs, cancellationToken);
            case EditNewsletterOutcome.NoSuchNewsletter:
                return NotFound();
            case var other:
                throw new InvalidOperationException($"Unknown outcome {other}.");
        }
    }

    private async Task<IActionResult> RefuseAsync(string slug, NewsletterFault fault, CancellationToken cancellationToken)
    {
        Fault = (NewsletterForm.IdOf(fault.Field), fault.WhatToDo);
        Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        return await FindAsync(slug, cancellationToken) is { } shown ? await ShowAsync(shown, cancellationToken) : NotFound();
    }

    private async Task<IActionResult> DoneAsync(Newsletter edited, string before, string after)
    {
        this.Toast(await trail.SayChangeAsync(User, "newsletter.edited", edited.PublicId, before, after) ? "Saved." : "Nothing was changed.");
        return LocalRedirect("/staff/newsletters/" + edited.Slug);
    }

    private Task<Newsletter?> FindAsync(string slug, CancellationToken cancellationToken) =>
        db.Newsletters.AsNoTracking().SingleOrDefaultAsync(n => n.Slug == slug, cancellationToken);

    private async Task<IActionResult> ShowAsync(Newsletter newsletter, CancellationToken cancellationToken)
    {
        Newsletter = newsletter;
        if (await next.RunAsync(newsletter.Slug, clock.GetUtcNow(), ShownRuns, cancellationToken) is NextRunsOutcome.Runs known)
            Runs = known.Items;
        return Page();
    }
}
