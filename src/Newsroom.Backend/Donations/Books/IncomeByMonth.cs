using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Donations.Stripe;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Donations.Books;

/// <param name="Month">Its first day.</param>
/// <param name="Minor">What Stripe took for gifts, before fees, refunds and disputes; in the currency of the balance.</param>
public sealed record MonthOfIncome(DateOnly Month, long Minor);

/// <summary>One currency's months, the oldest first. Two currencies are never one sum.</summary>
public sealed record IncomeOfCurrency(Currency Currency, IReadOnlyList<MonthOfIncome> Months);

/// <summary>What was given in each month, by the books and the newsroom's own calendar.</summary>
public sealed class IncomeByMonth(NewsroomDb db, StripeAccount account, IOptions<SiteOptions> site)
{
    /// <param name="now">In the last of the months.</param>
    /// <param name="months">How many.</param>
    /// <param name="cancellationToken">Ends the queries.</param>
    public async Task<IReadOnlyList<IncomeOfCurrency>> RunAsync(DateTimeOffset now, int months, CancellationToken cancellationToken)
    {
        var today = site.Value.DayOf(now);
        var first = new DateOnly(today.Year, today.Month, 1).AddMonths(1 - months);
        var all = Enumerable.Range(0, months).Select(first.AddMonths).ToList();
        var sums = new Dictionary<string, Dictionary<DateOnly, long>>(StringComparer.Ordinal);
        // A month at a time, from an index that holds all of it: no database knows the newsroom's calendar.
        foreach (var month in all)
        {
            foreach (var (currency, sum) in await SumsAsync(site.Value.StartOf(month), site.Value.StartOf(month.AddMonths(1)), cancellationToken))
            {
                sums.TryAdd(currency, []);
                sums[currency][month] = sum;
            }
        }
        return [.. sums.OrderBy(s => s.Key, StringComparer.Ordinal)
            .Select(s => new IncomeOfCurrency(Currency.Parse(s.Key), all.ConvertAll(m => new MonthOfIncome(m, s.Value.GetValueOrDefault(m)))))];
    }

    private Task<Dictionary<string, long>> SumsAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var isLive = account.IsLive;
        return db.StripeTransactions
            .Where(t => t.LiveMode == isLive && t.Kind == TransactionKind.Charge && t.CreatedAt >= from && t.CreatedAt < to && t.DonationId != null)
            .GroupBy(t => t.CurrencyCode)
            .Select(g => new { g.Key, Sum = g.Sum(t => t.AmountMinor) })
            .ToDictionaryAsync(g => g.Key, g => g.Sum, cancellationToken);
    }
}
