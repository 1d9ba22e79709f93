using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Donations.Campaigns;

/// <summary>Campaigns with what they have raised.</summary>
public sealed class ShowCampaigns(NewsroomDb db, ReadProgress progress, IOptions<SiteOptions> site)
{
    /// <summary>Of a word from a link; null: no campaign has it. Gifts are looked up only while it runs.</summary>
    public async Task<CampaignView?> OfWordAsync(string word, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var slug = word.Trim();
        var today = site.Value.DayOf(now);
        if (await db.Campaigns.AsNoTracking().SingleOrDefaultAsync(c => c.Slug == slug, cancellationToken) is not { } campaign)
            return null;
        return campaign.StateOn(today) == CampaignState.Running
            ? (await ShowAsync([campaign], today, cancellationToken))[0]
            : new CampaignView(campaign, CampaignProgress.Of(campaign, []), today, site.Value.Culture);
    }

    /// <summary>Those that run and, unless <paramref name="onlyRunning"/>, those to come; the first to end first.</summary>
    public async Task<IReadOnlyList<CampaignView>> PresentAsync(int most, bool onlyRunning, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var today = site.Value.DayOf(now);
        var campaigns = await db.Campaigns.AsNoTracking().Where(c => (c.EndsOn == null || c.EndsOn >= today) && (!onlyRunning || c.StartsOn <= today))
            .OrderBy(c => c.EndsOn ?? DateOnly.MaxValue).ThenBy(c => c.Id).Take(most).ToListAsync(cancellationToken);
        return await ShowAsync(campaigns, today, cancellationToken);
    }

    /// <summary>Those that are over, the newest first.</summary>
    public async Task<IReadOnlyList<CampaignView>> OverAsync(long? before, int most, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var today = site.Value.DayOf(now);
        var campaigns = await db.Campaigns.AsNoTracking().Where(c => c.EndsOn < today && (before == null || c.Id < before))
            .OrderByDescending(c => c.Id).Take(most).ToListAsync(cancellationToken);
        return await ShowAsync(campaigns, today, cancellationToken);
    }

    public async Task<CampaignView> OneAsync(Campaign campaign, DateTimeOffset now, CancellationToken cancellationToken) =>
        (await ShowAsync([campaign], site.Value.DayOf(now), cancellationToken))[0];

    private async Task<IReadOnlyList<CampaignView>> ShowAsync(IReadOnlyList<Campaign> campaigns, DateOnly today, CancellationToken cancellationToken)
    {
        var known = await progress.RunAsync(campaigns, cancellationToken);
        return [.. campaigns.Select(c => new CampaignView(c, known[c.Id], today, site.Value.Culture))];
    }
}

internal static class CampaignsSetup
{
    public static IServiceCollection AddCampaigns(this IServiceCollection services) => services
        .AddScoped<CampaignRules>().AddScoped<ReadProgress>().AddScoped<ShowCampaigns>().AddScoped<AddCampaign>().AddScoped<EditCampaign>().AddScoped<EndCampaign>().AddScoped<DeleteCampaign>();
}
