using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Web;
using Newsroom.Backend.Web.Auditing;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Donations.Campaigns.Staff;

/// <summary>One campaign: how far it has come, and for publishers everything of it that may change.</summary>
[Authorize(StaffPolicies.Viewer)]
public sealed class EditCampaignModel(
    NewsroomDb db, ShowCampaigns show, EditCampaign edit, EndCampaign end, DeleteCampaign delete, GivingTerms giving, IOptions<SiteOptions> site, AuditTrail trail, TimeProvider clock) : PageModel
{
    private IReadOnlyList<FormFault> _faults = [];

    public CampaignView Shown { get; private set; } = null!;

    /// <summary>Somebody else was faster; the form keeps what was typed.</summary>
    public bool WasEditedMeanwhile { get; private set; }

    [BindProperty]
    public CampaignForm Form { get; set; } = new();

    public CampaignFields Fields => new(Form, _faults, [.. giving.Currencies.Select(c => c.Currency)]);

    public async Task<IActionResult> OnGetAsync(string slug, CancellationToken cancellationToken)
    {
        if (await FindAsync(slug, cancellationToken) is not { } found)
            return NotFound();
        Form = CampaignForm.Of(found, site.Value.Culture);
        return await ShowAsync(found, cancellationToken);
    }

    public async Task<IActionResult> OnPostAsync(string slug, CancellationToken cancellationToken)
    {
        if (!User.MayActAs(StaffRole.Publisher))
            return Forbid();
        if (await FindAsync(slug, cancellationToken) is not { } found)
            return NotFound();
        switch (await edit.RunAsync(found.PublicId, Form.Text, Form.Seen, cancellationToken))
        {
            case EditCampaignOutcome.Edited(var edited, var before, var after):
                this.Toast(await trail.SayChangeAsync(User, "campaign.edited", edited.PublicId, before, after) ? "Saved." : "Nothing was changed.");
                return LocalRedirect(PathOf(edited));
            case EditCampaignOutcome.Invalid(var faults):
                (_faults, Response.StatusCode) = (faults, StatusCodes.Status422UnprocessableEntity);
                return await ShowAsync(found, cancellationToken);
            case EditCampaignOutcome.EditedMeanwhile(var theirs):
                (WasEditedMeanwhile, Response.StatusCode) = (true, StatusCodes.Status409Conflict);
                Form.Seen = EditCampaign.SeenOf(theirs);
                return await ShowAsync(theirs, cancellationToken);
            case EditCampaignOutcome.NoSuchCampaign:
                return NotFound();
            case var other:
                throw new InvalidOperationException($"Unknown outcome {other}.");
        }
    }

    public async Task<IActionResult> OnPostEndAsync(string slug, CancellationToken cancellationToken)
    {
        if (!User.MayActAs(StaffRole.Publisher))
            return Forbid();
        if (await FindAsync(slug, cancellationToken) is not { } found)
            return NotFound();
        var outcome = await end.RunAsync(found.PublicId, cancellationToken);
        if (outcome == EndCampaignOutcome.Ended)
            await trail.SayAsync(User, "campaign.ended", found.PublicId, before: EditCampaign.PartsOf(found)[2]);
        else
            trail.SayNothing();
        this.Toast(outcome switch
        {
            EndCampaignOutcome.Ended => "Today is its last day: gifts count until midnight.",
            EndCampaignOutcome.NotRunning => "Nothing was changed: it does not run any more, or ends today anyway.",
            EndCampaignOutcome.ChangedMeanwhile => "Nothing was changed: somebody else changed it at the same moment. Look at it again.",
            _ => throw new InvalidOperationException($"Unknown outcome {outcome}."),
        });
        return LocalRedirect(PathOf(found));
    }

    public async Task<IActionResult> OnPostDeleteAsync(string slug, CancellationToken cancellationToken)
    {
        if (!User.MayActAs(StaffRole.Publisher))
            return Forbid();
        if (await FindAsync(slug, cancellationToken) is not { } found || !await delete.RunAsync(found.PublicId, cancellationToken))
            return NotFound();
        await trail.SayAsync(User, "campaign.deleted", found.PublicId, before: $"{found.Slug}; {string.Join("; ", EditCampaign.PartsOf(found))}");
        this.Toast($"{found.Name} is deleted. Its gifts keep the word {found.Slug}.");
        return LocalRedirect(CampaignsModel.Path);
    }

    private static string PathOf(Campaign campaign) => $"{CampaignsModel.Path}/{campaign.Key}";

    /// <summary>By its word; a public id is its name where the word cannot stand in a path.</summary>
    private Task<Campaign?> FindAsync(string slug, CancellationToken cancellationToken) =>
        db.Campaigns.AsNoTracking().Where(Campaign.IsAt(slug)).OrderBy(c => c.Slug == slug ? 0 : 1).ThenBy(c => c.Id).FirstOrDefaultAsync(cancellationToken);

    private async Task<IActionResult> ShowAsync(Campaign campaign, CancellationToken cancellationToken)
    {
        Shown = await show.OneAsync(campaign, clock.GetUtcNow(), cancellationToken);
        return Page();
    }
}
