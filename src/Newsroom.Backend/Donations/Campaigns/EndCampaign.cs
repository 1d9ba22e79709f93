using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Donations.Campaigns;

public enum EndCampaignOutcome
{
    Ended,

    /// <summary>It has not begun, is over, or ends today anyway.</summary>
    NotRunning,

    /// <summary>Somebody changed or deleted it at the same moment.</summary>
    ChangedMeanwhile,
}

/// <summary>Makes today, by the newsroom's calendar, a campaign's last day.</summary>
public sealed class EndCampaign(NewsroomDb db, IOptions<SiteOptions> site, TimeProvider clock)
{
    public async Task<EndCampaignOutcome> RunAsync(string publicId, CancellationToken cancellationToken)
    {
        if (await db.Campaigns.SingleOrDefaultAsync(c => c.PublicId == publicId, cancellationToken) is not { } campaign)
            return EndCampaignOutcome.ChangedMeanwhile;
        var today = site.Value.DayOf(clock.GetUtcNow());
        if (!campaign.CanEndOn(today))
            return EndCampaignOutcome.NotRunning;
        campaign.End(today);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            return EndCampaignOutcome.Ended;
        }
        catch (DbUpdateConcurrencyException)
        {
            return EndCampaignOutcome.ChangedMeanwhile;
        }
    }
}

/// <summary>Takes away what donors are told about a word. The gifts keep the word, and a campaign can be made of it again.</summary>
public sealed class DeleteCampaign(NewsroomDb db)
{
    /// <returns>False: it was gone already.</returns>
    public async Task<bool> RunAsync(string publicId, CancellationToken cancellationToken) =>
        await db.Campaigns.Where(c => c.PublicId == publicId).ExecuteDeleteAsync(cancellationToken) == 1;
}
