using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Web;
using Newsroom.Backend.Web.Auditing;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Donations.Campaigns.Staff;

/// <summary>The making of a campaign, also of a word that gifts carry already.</summary>
[Authorize(StaffPolicies.Publisher)]
public sealed class NewCampaignModel(AddCampaign add, ReadProgress progress, GivingTerms giving, IOptions<SiteOptions> site, AuditTrail trail, TimeProvider clock) : PageModel
{
    private IReadOnlyList<FormFault> _faults = [];

    [BindProperty]
    public CampaignForm Form { get; set; } = new();

    public CampaignFields Fields => new(Form, _faults, [.. giving.Currencies.Select(c => c.Currency)]);

    public async Task OnGetAsync(string? word, CancellationToken cancellationToken)
    {
        Form.StartsOn = CampaignForm.DayText(site.Value.DayOf(clock.GetUtcNow()));
        if (string.IsNullOrWhiteSpace(word) || word.Trim().Length > Campaign.SlugLength)
            return;
        Form.Slug = word.Trim();
        Form.Name = CampaignForm.NameOf(Form.Slug);
        if (await progress.FirstDayOfAsync(Form.Slug, cancellationToken) is { } first)
            Form.StartsOn = CampaignForm.DayText(first);
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        switch (await add.RunAsync(Form.Slug, Form.Text, cancellationToken))
        {
            case AddCampaignOutcome.Added(var made):
                await trail.SayAsync(User, "campaign.added", made.PublicId, after: $"{made.Slug}; {string.Join("; ", EditCampaign.PartsOf(made))}");
                this.Toast($"{made.Name} is there. Its link is {made.DonatePath}.");
                return LocalRedirect($"{CampaignsModel.Path}/{made.Key}");
            case AddCampaignOutcome.Invalid(var faults):
                _faults = faults;
                Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
                return Page();
            case var other:
                throw new InvalidOperationException($"Unknown outcome {other}.");
        }
    }
}
