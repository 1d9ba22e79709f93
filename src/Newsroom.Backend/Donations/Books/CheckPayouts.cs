using Hangfire;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Donations.Stripe;

namespace Newsroom.Backend.Donations.Books;

/// <summary>
/// Compares each payout with what it is made of: the sum of its transactions must be what arrived at the bank, to the cent
/// (https://docs.stripe.com/payouts/reconciliation). By event, and once a night for those whose events were lost.
/// </summary>
public sealed class CheckPayouts(
    NewsroomDb db, StripeAccount account, StripeBooks stripe, MatchTransactions match, TimeProvider clock, ILogger<CheckPayouts> log)
{
    public const string Nightly = "53 2 * * *";

    /// <summary>Behind where the list was last read to its end: a paid payout may still fail some business days later, and is settled long before.</summary>
    private static readonly TimeSpan LookBack = TimeSpan.FromDays(40);

    private const int MostDiffering = 100;

    [AutomaticRetry(Attempts = 0)]
    public Task RunAsync(CancellationToken cancellationToken) => account.ReconcileAsync(() => CheckAsync(cancellationToken), log);

    /// <exception cref="StripeUnavailableException">Stripe could not be asked to the end; what was compared stays.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        var began = clock.GetUtcNow();
        var readUntil = await StripeCursor.ReadAsync(db, StripeCursor.Payouts, account.IsLive, cancellationToken);
        await foreach (var page in StripePage.AllAsync(after => stripe.PayoutsAsync(readUntil - LookBack, after, cancellationToken)))
        {
            foreach (var payout in page)
                await TakeAsync(payout, cancellationToken);
        }
        foreach (var differing in await DifferingAsync(readUntil - LookBack, cancellationToken))
            await CheckOneAsync(differing, cancellationToken);
        await StripeCursor.MoveAsync(db, StripeCursor.Payouts, account.IsLive, began, cancellationToken);
    }

    /// <summary>One payout, because an event told of it.</summary>
    /// <inheritdoc cref="CheckAsync" path="/exception"/>
    /// <returns>False: Stripe has none of that id.</returns>
    public async Task<bool> CheckOneAsync(string payoutId, CancellationToken cancellationToken)
    {
        if (await stripe.PayoutAsync(payoutId, cancellationToken) is not { } payout)
            return false;
        await TakeAsync(payout, cancellationToken);
        return true;
    }

    /// <summary>What still differs is compared until it agrees, however old it is.</summary>
    /// <param name="before">Younger ones were just listed; null: all were.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    private Task<List<string>> DifferingAsync(DateTimeOffset? before, CancellationToken cancellationToken)
    {
        var isLive = account.IsLive;
        return db.Payouts.Where(p => p.Agreement == PayoutAgreement.Differs && p.LiveMode == isLive && p.CreatedAt < before)
            .OrderByDescending(p => p.Id).Take(MostDiffering).Select(p => p.PayoutId).ToListAsync(cancellationToken);
    }

    private async Task TakeAsync(PayoutSnapshot snapshot, CancellationToken cancellationToken)
    {
        var (id, isSettled) = await SaveAsync(snapshot, cancellationToken);
        if (isSettled)
            return;
        if (!snapshot.IsAutomatic)
        {
            await SettleAsync(id, PayoutAgreement.Manual, null, cancellationToken);
            return;
        }
        if (!snapshot.IsComplete)
            return;
        var sum = 0L;
        await foreach (var page in StripePage.AllAsync(after => stripe.TransactionsOfPayoutAsync(snapshot.Id, after, cancellationToken)))
        {
            await match.RunAsync(page, id, cancellationToken);
            sum += page.Where(t => t.Kind != TransactionKind.Payout).Sum(t => t.Amount.Minor - t.FeeMinor);
        }
        var difference = snapshot.Amount.Minor - sum;
        if (difference != 0)
            DonationsLog.PayoutDiffers(log, snapshot.Id);
        await SettleAsync(id, difference == 0 ? PayoutAgreement.Agrees : PayoutAgreement.Differs, difference, cancellationToken);
    }

    private Task<(long Id, bool IsSettled)> SaveAsync(PayoutSnapshot snapshot, CancellationToken cancellationToken)
    {
        db.ChangeTracker.Clear();
        return db.RetryingAsync(async token =>
        {
            var payout = await db.Payouts.SingleOrDefaultAsync(p => p.PayoutId == snapshot.Id, token);
            if (payout is null)
            {
                db.Add(payout = new Payout
                {
                    PayoutId = snapshot.Id,
                    AmountMinor = snapshot.Amount.Minor,
                    CurrencyCode = snapshot.Amount.Currency.Code,
                    Status = snapshot.Status,
                    LiveMode = account.IsLive,
                    CreatedAt = snapshot.CreatedAt ?? clock.GetUtcNow(),
                });
            }
            // Nothing comes after a failure (https://docs.stripe.com/api/payouts/object#payout_object-status), so an answer that was overtaken changes nothing.
            if (payout.Status is not ("failed" or "canceled"))
                (payout.Status, payout.FailureCode, payout.ArrivalAt) = (snapshot.Status, snapshot.FailureCode, snapshot.ArrivalAt);
            await db.SaveChangesAsync(token);
            return (payout.Id, payout.Agreement is PayoutAgreement.Agrees or PayoutAgreement.Manual);
        }, cancellationToken);
    }

    private async Task SettleAsync(long id, PayoutAgreement agreement, long? difference, CancellationToken cancellationToken) =>
        await db.Payouts.Where(p => p.Id == id)
            .ExecuteUpdateAsync(s => s.SetProperty(p => p.Agreement, agreement).SetProperty(p => p.DifferenceMinor, difference), cancellationToken);
}
