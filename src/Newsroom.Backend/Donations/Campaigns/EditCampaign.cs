using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Donations.Campaigns;

public abstract record EditCampaignOutcome
{
    private EditCampaignOutcome()
    {
    }

    /// <param name="Campaign">As it is now.</param>
    /// <param name="Before">What has changed, as it was; empty: nothing has.</param>
    /// <param name="After">The same, as it is.</param>
    public sealed record Edited(Campaign Campaign, string Before, string After) : EditCampaignOutcome;

    public sealed record Invalid(IReadOnlyList<FormFault> Faults) : EditCampaignOutcome;

    /// <summary>Somebody else was faster; nothing was changed.</summary>
    public sealed record EditedMeanwhile(Campaign Campaign) : EditCampaignOutcome;

    public sealed record NoSuchCampaign : EditCampaignOutcome;
}

/// <summary>Changes everything of a campaign but its word, on which links and gifts hold.</summary>
public sealed class EditCampaign(NewsroomDb db, CampaignRules rules)
{
    /// <param name="publicId">Whose.</param>
    /// <param name="text">All of it: what is left out is taken away.</param>
    /// <param name="seen"><see cref="SeenOf"/> what the editor had before them; whoever saw something older is refused.</param>
    /// <param name="cancellationToken">To stop.</param>
    public async Task<EditCampaignOutcome> RunAsync(string publicId, CampaignText text, string? seen, CancellationToken cancellationToken)
    {
        var faults = new List<FormFault>();
        if (rules.Read(text, faults) is not { } terms)
            return new EditCampaignOutcome.Invalid(faults);
        if (await db.Campaigns.SingleOrDefaultAsync(c => c.PublicId == publicId, cancellationToken) is not { } campaign)
            return new EditCampaignOutcome.NoSuchCampaign();
        if (seen != SeenOf(campaign))
            return new EditCampaignOutcome.EditedMeanwhile(campaign);
        if (terms == campaign.Terms)
            return new EditCampaignOutcome.Edited(campaign, "", "");
        var (before, matcherBefore) = (PartsOf(campaign), campaign.MatchedBy);
        campaign.Change(terms);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateConcurrencyException)
        {
            db.ChangeTracker.Clear();
            return await db.Campaigns.AsNoTracking().SingleOrDefaultAsync(c => c.PublicId == publicId, cancellationToken) is { } theirs
                ? new EditCampaignOutcome.EditedMeanwhile(theirs) : new EditCampaignOutcome.NoSuchCampaign();
        }
        var after = PartsOf(campaign);
        // The matcher may be a person, whose name the audit log does not hold.
        string[] matcher = campaign.MatchedBy == matcherBefore ? [] : ["who matches: changed"];
        return new EditCampaignOutcome.Edited(campaign, string.Join("; ", before.Except(after)), string.Join("; ", after.Except(before).Concat(matcher)));
    }

    /// <summary>For the form to bring back.</summary>
    public static string SeenOf(Campaign campaign) => campaign.Version.ToString("N");

    /// <summary>In words and without a person's name, for the audit log and for who was too late: all but who matches.</summary>
    public static IReadOnlyList<string> PartsOf(Campaign campaign) =>
    [
        $"name: {campaign.Name}",
        $"goal: {campaign.Goal}",
        string.Create(CultureInfo.InvariantCulture, $"days: {campaign.StartsOn:yyyy-MM-dd} to {(campaign.EndsOn is { } last ? last.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : "open")}"),
        campaign.Match is { } match ? $"match: {match.Percent} % up to {match.Cap}, {(match.OnlySingle ? "single gifts" : "all gifts")}" : "match: none",
        $"what it is for: {campaign.Why ?? "not said"}",
    ];
}
