using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Donations.Campaigns;

public abstract record AddCampaignOutcome
{
    private AddCampaignOutcome()
    {
    }

    public sealed record Added(Campaign Campaign) : AddCampaignOutcome;

    public sealed record Invalid(IReadOnlyList<FormFault> Faults) : AddCampaignOutcome;
}

/// <summary>Makes a campaign of a word that links carry, or will carry.</summary>
public sealed class AddCampaign(NewsroomDb db, CampaignRules rules, TimeProvider clock)
{
    public async Task<AddCampaignOutcome> RunAsync(string? word, CampaignText text, CancellationToken cancellationToken)
    {
        var faults = new List<FormFault>();
        var slug = CampaignRules.ReadSlug(word, faults);
        var terms = rules.Read(text, faults);
        if (faults.Count > 0)
            return new AddCampaignOutcome.Invalid(faults);
        var campaign = Campaign.Begin(slug!, terms!, clock.GetUtcNow());
        db.Add(campaign);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            return new AddCampaignOutcome.Added(campaign);
        }
        catch (DbUpdateException e) when (db.IsUniqueViolation(e))
        {
            db.Entry(campaign).State = EntityState.Detached;
            return new AddCampaignOutcome.Invalid([new("slug", $"There is a campaign with the word “{slug}” already. Change that one, or choose another word.")]);
        }
    }
}
