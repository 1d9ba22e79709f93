using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Donations.Stripe;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Donations.Books;

/// <summary>What stands in one account, in one currency.</summary>
public sealed record AccountBalance(LedgerAccount Account, Money Balance);

/// <summary>
/// What stands in each account of the present mode, test or live, from sums by kind of movement that one index holds: the entries of many movements of a kind are
/// those of their sum (<see cref="LedgerEntry.Of"/> only adds and splits). It is what adding up every entry gives, for a tenth of the time.
/// </summary>
public sealed class AccountBalances(NewsroomDb db, StripeAccount account)
{
    public async Task<IReadOnlyList<AccountBalance>> RunAsync(CancellationToken cancellationToken)
    {
        var isLive = account.IsLive;
        var sums = await db.StripeTransactions.Where(t => t.LiveMode == isLive).GroupBy(t => new { t.Kind, t.CurrencyCode })
            .Select(g => new { g.Key.Kind, g.Key.CurrencyCode, Amount = g.Sum(t => t.AmountMinor), Fee = g.Sum(t => t.FeeMinor) }).ToListAsync(cancellationToken);
        return [.. sums.SelectMany(s => LedgerEntry.Of(s.Kind, s.Amount, s.Fee, s.CurrencyCode))
            .GroupBy(e => (e.CurrencyCode, e.Account), e => e.AmountMinor)
            .OrderBy(g => g.Key.CurrencyCode, StringComparer.Ordinal).ThenBy(g => g.Key.Account)
            .Select(g => new AccountBalance(g.Key.Account, new Money(g.Sum(), Currency.Parse(g.Key.CurrencyCode))))];
    }
}
