using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Donations.Stripe;

namespace Newsroom.Backend.Donations.Books;

/// <summary>
/// Enters movements that nobody told of: finds the gift each belongs to, books a gift whose every event was lost, and brings a gift up to date when money
/// moved of which it does not know.
/// </summary>
public sealed class MatchTransactions(
    NewsroomDb db, StripeObjects objects, SyncGift sync, FollowPayment follow, KeepBooks books, ILogger<MatchTransactions> log)
{
    /// <param name="seen">Movements as Stripe has them.</param>
    /// <param name="payout">The row of the payout that carried them; null when that is not known.</param>
    /// <param name="cancellationToken">Ends the work between two of them.</param>
    /// <exception cref="StripeUnavailableException">Stripe could not be asked; what was entered stays.</exception>
    /// <returns>How many are new.</returns>
    public async Task<int> RunAsync(IReadOnlyList<TransactionSnapshot> seen, long? payout, CancellationToken cancellationToken)
    {
        var gifts = await GiftsAsync(seen, cancellationToken);
        foreach (var transaction in await NewAsync(seen, cancellationToken))
        {
            if (transaction.Payment is { } payment && await MatchAsync(transaction.Id, payment, gifts.GetValueOrDefault(payment.PaymentIntentId), cancellationToken) is { } gift)
                gifts[payment.PaymentIntentId] = gift;
        }
        db.ChangeTracker.Clear();
        return await db.RetryingAsync(async token =>
        {
            var row = payout is { } id ? await db.Payouts.SingleAsync(p => p.Id == id, token) : null;
            var added = await books.AddAsync(seen, t => t.Payment is { } p && gifts.TryGetValue(p.PaymentIntentId, out var gift) ? gift : null, row, token);
            await db.SaveChangesAsync(token);
            return added;
        }, cancellationToken);
    }

    /// <param name="transactionId">Stripe's, for the log.</param>
    /// <param name="payment">What it belongs to.</param>
    /// <param name="known">The row id of the gift that has this payment; 0 when none has.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The gift; null when it is none of ours.</returns>
    private async Task<long?> MatchAsync(string transactionId, PaymentOfTransaction payment, long known, CancellationToken cancellationToken)
    {
        try
        {
            if (known != 0)
            {
                if (!payment.IsCharge)
                    await follow.RunAsync(known, cancellationToken);
                return known;
            }
            return payment.IsCharge && await objects.OwnerOfAsync("payment_intent", payment.PaymentIntentId, cancellationToken) is { } owner
                && await sync.RunAsync(owner, cancellationToken) is SyncOutcome.Applied applied ? applied.DonationId : null;
        }
        catch (StripeUnavailableException e) when (!e.Silent)
        {
            DonationsLog.TransactionUnmatched(log, transactionId, e.Message);
        }
        // One odd payment is no reason to leave the others out of the books.
        catch (Exception e) when (e is not StripeUnavailableException && !cancellationToken.IsCancellationRequested)
        {
            DonationsLog.TransactionUnmatched(log, transactionId, StripeFailure.Place(e));
        }
        return known == 0 ? null : known;
    }

    private async Task<Dictionary<string, long>> GiftsAsync(IReadOnlyList<TransactionSnapshot> seen, CancellationToken cancellationToken)
    {
        var payments = seen.Select(t => t.Payment?.PaymentIntentId).OfType<string>().Distinct(StringComparer.Ordinal).ToArray();
        var rows = await db.Donations.Where(d => EF.Parameter(payments).Contains(d.PaymentIntentId) && d.PaidAt != null)
            .Select(d => new { d.Id, d.PaymentIntentId }).ToListAsync(cancellationToken);
        // Nothing forbids two gifts the same payment, and it would be no reason to keep no books.
        return rows.DistinctBy(r => r.PaymentIntentId).ToDictionary(r => r.PaymentIntentId!, r => r.Id, StringComparer.Ordinal);
    }

    /// <summary>The oldest first: a charge before its refund.</summary>
    private async Task<IReadOnlyList<TransactionSnapshot>> NewAsync(IReadOnlyList<TransactionSnapshot> seen, CancellationToken cancellationToken)
    {
        var ids = seen.Select(t => t.Id).ToArray();
        var known = await db.StripeTransactions.Where(t => EF.Parameter(ids).Contains(t.TransactionId)).Select(t => t.TransactionId).ToListAsync(cancellationToken);
        return [.. seen.ExceptBy(known, t => t.Id, StringComparer.Ordinal).Reverse()];
    }
}
