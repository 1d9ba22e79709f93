using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Donations;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Staff.Today;

/// <summary>Gifts of one currency: sums of two are never added.</summary>
/// <param name="ThisMonth">Given this month and not given back.</param>
/// <param name="LastMonth">The same of the month before, to the same day and hour.</param>
public sealed record MonthOfGifts(Money ThisMonth, Money LastMonth);

/// <summary>Those who give every month, of one currency.</summary>
/// <param name="Count">How many are asked for their gift.</param>
/// <param name="EachMonth">What they give together.</param>
/// <param name="Missed">How many of them have a payment that is missing.</param>
public sealed record MonthlyDonors(int Count, Money EachMonth, int Missed);

public sealed class ReadGiftFigures(NewsroomDb db, IOptions<SiteOptions> site, IOptions<StripeOptions> stripe)
{
    private static readonly PlanStatus[] Asked = [PlanStatus.Active, PlanStatus.PastDue, PlanStatus.ActionRequired];

    public async Task<IReadOnlyList<MonthOfGifts>> MonthAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var today = site.Value.DayOf(now);
        var first = new DateOnly(today.Year, today.Month, 1);
        var month = site.Value.StartOf(first);
        var before = site.Value.StartOf(first.AddMonths(-1));
        var until = before + (now - month);
        // Stripe's clock may be ahead of ours.
        var these = await SumsAsync(month, now.AddDays(1), cancellationToken);
        var those = await SumsAsync(before, until < month ? until : month, cancellationToken);
        return [.. these.Keys.Union(those.Keys).Order(StringComparer.Ordinal).Select(code =>
        {
            var currency = Currency.Parse(code);
            return new MonthOfGifts(new Money(these.GetValueOrDefault(code), currency), new Money(those.GetValueOrDefault(code), currency));
        })];
    }

    public async Task<IReadOnlyList<MonthlyDonors>> MonthlyDonorsAsync(CancellationToken cancellationToken)
    {
        var isLive = stripe.Value.IsLive;
        var sums = await db.RecurringPlans
            .Where(p => Asked.Contains(p.Status) && p.Frequency == Frequency.Monthly && db.Donations.Any(d => d.PlanId == p.Id && d.LiveMode == isLive))
            .GroupBy(p => new { p.CurrencyCode, p.Status })
            .Select(g => new { g.Key.CurrencyCode, g.Key.Status, Count = g.Count(), Sum = g.Sum(p => p.AmountMinor) }).ToListAsync(cancellationToken);
        return [.. sums.GroupBy(s => s.CurrencyCode, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => new MonthlyDonors(
            g.Sum(s => s.Count), new Money(g.Sum(s => s.Sum), Currency.Parse(g.Key)), g.Where(s => s.Status != PlanStatus.Active).Sum(s => s.Count)))];
    }

    /// <summary>What was given and not given back, nor taken back by the donor's bank. With a live key tests and practice count for nothing; without one they are all there is.</summary>
    private Task<Dictionary<string, long>> SumsAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var isLive = stripe.Value.IsLive;
        return db.Donations
            .Where(d => d.LiveMode == isLive && d.PaidAt >= from && d.PaidAt < to && d.Status != DonationStatus.DisputeLost && d.Status != DonationStatus.LateFailed)
            .GroupBy(d => d.CurrencyCode)
            .Select(g => new { g.Key, Sum = g.Sum(d => d.AmountMinor - d.RefundedMinor) })
            .ToDictionaryAsync(g => g.Key, g => g.Sum, cancellationToken);
    }
}
