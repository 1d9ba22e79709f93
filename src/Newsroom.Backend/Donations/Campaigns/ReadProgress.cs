using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Donations.Campaigns;

/// <summary>
/// What campaigns have raised, summed up from their gifts each time: a refund, a late failure, a dispute that runs or was lost takes it down by itself. With
/// a live key tests and practice count for nothing; without one they are all there is. 50,000 gifts of one campaign take 80 ms (SQLite, a busy machine,
/// 2026-11-30), so nothing is kept to drift.
/// </summary>
public sealed class ReadProgress(NewsroomDb db, IOptions<SiteOptions> site, IOptions<StripeOptions> stripe)
{
    /// <param name="campaigns">Some tens at most: each is a term of the one query.</param>
    /// <param name="cancellationToken">To stop.</param>
    /// <returns>By <see cref="Campaign.Id"/>, one for each.</returns>
    public async Task<IReadOnlyDictionary<int, CampaignProgress>> RunAsync(IReadOnlyCollection<Campaign> campaigns, CancellationToken cancellationToken)
    {
        var sums = campaigns.Count == 0 ? [] : await SumsOf(Counting().Where(WithinAny(campaigns))).ToListAsync(cancellationToken);
        var byWord = sums.ToLookup(s => s.Word, StringComparer.Ordinal);
        return campaigns.ToDictionary(c => c.Id, c => CampaignProgress.Of(c, byWord[c.Slug]));
    }

    /// <summary>Words that gifts carry and no campaign has, whenever they were given.</summary>
    public async Task<IReadOnlyList<CampaignSum>> WithoutCampaignAsync(int most, CancellationToken cancellationToken) =>
        await SumsOf(Counting().Where(d => d.PaidAt != null && d.Campaign != null && !db.Campaigns.Any(c => c.Slug == d.Campaign))).Take(most).ToListAsync(cancellationToken);

    /// <summary>The newsroom's day on which the first gift with a word was paid; null: none was.</summary>
    public async Task<DateOnly?> FirstDayOfAsync(string word, CancellationToken cancellationToken) =>
        await Counting().Where(d => d.Campaign == word && d.PaidAt != null).MinAsync(d => d.PaidAt, cancellationToken) is { } at ? site.Value.DayOf(at) : null;

    private IQueryable<Donation> Counting()
    {
        var isLive = stripe.Value.IsLive;
        return db.Donations.Where(d => d.LiveMode == isLive && (d.Status == DonationStatus.Succeeded || d.Status == DonationStatus.PartiallyRefunded));
    }

    private static IQueryable<CampaignSum> SumsOf(IQueryable<Donation> gifts) => gifts
        .GroupBy(d => new { d.Campaign, d.CurrencyCode })
        .OrderBy(g => g.Key.Campaign).ThenBy(g => g.Key.CurrencyCode)
        .Select(g => new CampaignSum(
            g.Key.Campaign!, g.Key.CurrencyCode, g.Sum(d => d.AmountMinor - d.RefundedMinor), g.Sum(d => d.Frequency == Frequency.Once ? d.AmountMinor - d.RefundedMinor : 0L),
            g.Count(), g.Select(d => d.DonorId).Distinct().Count()));

    private Expression<Func<Donation, bool>> WithinAny(IEnumerable<Campaign> campaigns)
    {
        var each = campaigns.Select(Within).ToList();
        var gift = each[0].Parameters[0];
        var any = each.Select(one => ReplacingExpressionVisitor.Replace(one.Parameters[0], gift, one.Body)).Aggregate((all, one) => Expression.OrElse(all, one));
        return Expression.Lambda<Func<Donation, bool>>(any, gift);
    }

    /// <summary>With its word, and paid on one of its days by the newsroom's clock.</summary>
    private Expression<Func<Donation, bool>> Within(Campaign campaign)
    {
        var (word, begins) = (campaign.Slug, site.Value.StartOf(campaign.StartsOn));
        if (campaign.EndsOn is not { } last)
            return d => d.Campaign == word && d.PaidAt >= begins;
        var ends = site.Value.StartOf(last.AddDays(1));
        return d => d.Campaign == word && d.PaidAt >= begins && d.PaidAt < ends;
    }
}
