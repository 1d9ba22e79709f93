using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Donations.Stripe;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Donations.Books;

/// <summary>How the books stand against Stripe.</summary>
/// <param name="StoppedBecause">Null when everything was read; otherwise why Stripe could not be asked to the end.</param>
/// <param name="NewTransactions">Movements of the balance that nobody had told of.</param>
/// <param name="Balances">What is at Stripe by the books, for each currency.</param>
/// <param name="PayoutsThatDiffer">Stripe's ids of payouts that are not the sum of their transactions.</param>
/// <param name="GiftsWithoutMoney">Ids of booked gifts whose charge is not in the books, the first hundred.</param>
/// <param name="MoneyWithoutGift">Payments for a gift that cannot have them, waiting for a person.</param>
/// <param name="FailedEvents">Events of the last thirty days that could not be applied.</param>
public sealed record Reconciliation(
    string? StoppedBecause, int NewTransactions, IReadOnlyList<MoneyShape> Balances, IReadOnlyList<string> PayoutsThatDiffer, IReadOnlyList<string> GiftsWithoutMoney,
    int MoneyWithoutGift, int FailedEvents)
{
    public bool Agrees => StoppedBecause is null && PayoutsThatDiffer.Count == 0 && GiftsWithoutMoney.Count == 0 && MoneyWithoutGift == 0;
}

/// <summary>All reconcilers one after the other, now: missed events, unsettled gifts, plans, movements of the balance, payouts. Then what does not agree.</summary>
public sealed class Reconcile(
    NewsroomDb db, StripeAccount account, FetchMissedEvents events, ApplyStripeEvents apply, CheckUnsettledGifts gifts, CheckPlans plans, SweepBalance sweep, CheckPayouts payouts, TimeProvider clock)
{
    private const int Shown = 100;

    /// <summary>A charge's movement may come some time after the charge.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromDays(1);

    /// <summary>As far back as Stripe lists events (https://docs.stripe.com/api/events/list).</summary>
    private static readonly TimeSpan EventsReach = TimeSpan.FromDays(30);

    public async Task<Reconciliation> RunAsync(CancellationToken cancellationToken)
    {
        var added = 0;
        string? stoppedBecause = null;
        try
        {
            await events.FetchAsync(cancellationToken);
            await apply.RunAsync(cancellationToken);
            await gifts.RunAsync(cancellationToken);
            await plans.RunAsync(cancellationToken);
            added = await sweep.SweepAsync(cancellationToken);
            await payouts.CheckAsync(cancellationToken);
        }
        catch (StripeUnavailableException e)
        {
            stoppedBecause = e.Message;
        }
        return await ReadAsync(stoppedBecause, added, cancellationToken);
    }

    private async Task<Reconciliation> ReadAsync(string? stoppedBecause, int added, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var isLive = account.IsLive;
        var (settled, reach) = (now - Patience, now - EventsReach);
        var balances = await db.LedgerEntries.Where(e => e.Account == LedgerAccount.StripeBalance && e.Transaction.LiveMode == isLive).GroupBy(e => e.CurrencyCode)
            .Select(g => new { g.Key, Sum = g.Sum(e => e.AmountMinor) }).OrderBy(b => b.Key).ToListAsync(cancellationToken);
        var differ = await db.Payouts.Where(p => p.Agreement == PayoutAgreement.Differs && p.LiveMode == isLive).OrderBy(p => p.Id).Select(p => p.PayoutId).ToListAsync(cancellationToken);
        var withoutMoney = await db.Donations.Where(d => d.PaidAt != null && d.PaidAt < settled && d.LiveMode == isLive
                && !db.StripeTransactions.Any(t => t.DonationId == d.Id && t.Kind == TransactionKind.Charge))
            .OrderBy(d => d.Id).Select(d => d.PublicId).Take(Shown).ToListAsync(cancellationToken);
        return new Reconciliation(
            stoppedBecause, added, balances.ConvertAll(b => new MoneyShape(b.Sum, b.Key)), differ, withoutMoney,
            await db.UnmatchedPayments.CountAsync(u => u.SettledAt == null, cancellationToken),
            await db.StripeEvents.CountAsync(e => e.State == StripeEventState.Failed && e.ReceivedAt > reach, cancellationToken));
    }
}
