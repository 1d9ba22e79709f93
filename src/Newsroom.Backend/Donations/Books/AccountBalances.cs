using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Donations.Stripe;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Donations.Books;

/// <summary>What stands in one account, in one currency.</summary>
public sealed record AccountBalance(LedgerAccount Account, Money Balance);

/// <summary>
/// What stands in each account of the present mode, test or live. All entries are added up from an index and those of the other mode are taken off again:
/// an entry does not say its mode, its transaction does, and of the other mode there are few or none.
/// </summary>
public sealed class AccountBalances(NewsroomDb db, StripeAccount account)
{
    public async Task<IReadOnlyList<AccountBalance>> RunAsync(CancellationToken cancellationToken)
    {
        var isLive = account.IsLive;
        var others = await SumsAsync(db.StripeTransactions.Where(t => t.LiveMode != isLive).SelectMany(t => t.Entries), cancellationToken);
        return [.. (await SumsAsync(db.LedgerEntries, cancellationToken))
            .Select(s => new AccountBalance(s.Key.Account, new Money(s.Value - others.GetValueOrDefault(s.Key), Currency.Parse(s.Key.Currency))))
            .OrderBy(b => b.Balance.Currency.Code, StringComparer.Ordinal).ThenBy(b => b.Account)];
    }

    private static Task<Dictionary<(LedgerAccount Account, string Currency), long>> SumsAsync(IQueryable<LedgerEntry> entries, CancellationToken cancellationToken) =>
        entries.GroupBy(e => new { e.Account, e.CurrencyCode })
            .Select(g => new { g.Key.Account, g.Key.CurrencyCode, Sum = g.Sum(e => e.AmountMinor) })
            .ToDictionaryAsync(g => (g.Account, g.CurrencyCode), g => g.Sum, cancellationToken);
}
