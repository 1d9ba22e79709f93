using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Donations.Stripe;

namespace Newsroom.Backend.Donations.Books;

/// <summary>Enters movements of the balance into the books: each once, by Stripe's id, whoever brings it and however often.</summary>
public sealed class KeepBooks(NewsroomDb db, StripeAccount account, TimeProvider clock)
{
    /// <summary>Adds those that are not there yet and completes those that are; the caller saves, and begins anew when a unique index refuses.</summary>
    /// <param name="seen">Movements as Stripe has them.</param>
    /// <param name="giftOf">The row id of the gift a movement is about; null when it is about none, or nobody knows.</param>
    /// <param name="payout">The payout that carried them all; null when that is not known.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    /// <returns>How many are new.</returns>
    public async Task<int> AddAsync(
        IReadOnlyCollection<TransactionSnapshot> seen, Func<TransactionSnapshot, long?> giftOf, Payout? payout, CancellationToken cancellationToken)
    {
        var ids = seen.Select(t => t.Id).ToArray();
        var known = await db.StripeTransactions.Where(t => EF.Parameter(ids).Contains(t.TransactionId)).ToDictionaryAsync(t => t.TransactionId, cancellationToken);
        var added = 0;
        foreach (var snapshot in seen.DistinctBy(t => t.Id))
        {
            if (!known.TryGetValue(snapshot.Id, out var transaction))
            {
                db.Add(transaction = New(snapshot, payout));
                added++;
            }
            transaction.DonationId ??= giftOf(snapshot);
            if (payout is { Id: > 0 })
                transaction.PayoutId ??= payout.Id;
        }
        return added;
    }

    private StripeTransaction New(TransactionSnapshot snapshot, Payout? payout) => new()
    {
        TransactionId = snapshot.Id,
        Kind = snapshot.Kind,
        Category = snapshot.Category,
        SourceId = snapshot.SourceId,
        AmountMinor = snapshot.Amount.Minor,
        FeeMinor = snapshot.FeeMinor,
        NetMinor = snapshot.Amount.Minor - snapshot.FeeMinor,
        CurrencyCode = snapshot.Amount.Currency.Code,
        ExchangeRate = snapshot.ExchangeRate,
        LiveMode = account.IsLive,
        CreatedAt = snapshot.CreatedAt ?? clock.GetUtcNow(),
        Payout = payout,
        Entries = [.. LedgerEntry.Of(snapshot.Kind, snapshot.Amount.Minor, snapshot.FeeMinor, snapshot.Amount.Currency.Code)],
    };
}
