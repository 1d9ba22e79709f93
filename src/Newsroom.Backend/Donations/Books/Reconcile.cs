using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Donations.Stripe;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Donations.Books;

/// <summary>How the books stand against Stripe.</summary>
/// <param name="StoppedBecause">Null when everything was read; otherwise why Stripe could not be asked to the end.</param>
/// <param name="NewTransactions">Movements of the balance that nobody had told of.</param>
/// <param name="Balances">What is at Stripe by the books, for each currency.</param>
/// <param name="BalancesThatDiffer">Currencies in which Stripe's own balance is another; empty also when Stripe does not say.</param>
/// <param name="PayoutsThatDiffer">Stripe's ids of payouts that are not the sum of their transactions.</param>
/// <param name="GiftsWithoutMoney">Ids of booked gifts whose charge is not in the books, the first hundred.</param>
/// <param name="MoneyWithoutGift">Payments for a gift that cannot have them, waiting for a person.</param>
/// <param name="FailedEvents">Events of the last thirty days that could not be applied.</param>
public sealed record Reconciliation(
    string? StoppedBecause, int NewTransactions, IReadOnlyList<MoneyShape> Balances, IReadOnlyList<BalanceDifference> BalancesThatDiffer,
    IReadOnlyList<string> PayoutsThatDiffer, IReadOnlyList<string> GiftsWithoutMoney,
    int MoneyWithoutGift, int FailedEvents)
{
    public bool Agrees => StoppedBecause is null && BalancesThatDiffer.Count == 0 && PayoutsThatDiffer.Count == 0 && GiftsWithoutMoney.Count == 0 && MoneyWithoutGift == 0;
}

/// <param name="Currency">ISO 4217.</param>
/// <param name="Books">What is at Stripe by the books, in the currency's smallest unit.</param>
/// <param name="Stripe">What Stripe says is there.</param>
public sealed record BalanceDifference(string Currency, long Books, long Stripe);

/// <summary>
/// All reconcilers one after the other, now: missed events, unsettled gifts, plans, movements of the balance, disputes and warnings, payouts. Then what does
/// not agree.
/// </summary>
public sealed class Reconcile(
    NewsroomDb db, StripeAccount account, StripeBooks stripe, FetchMissedEvents events, ApplyStripeEvents apply, CheckUnsettledGifts gifts, CheckPlans plans, SweepBalance sweep,
    SweepCases cases, HoldDisputedPlans holds, CheckPayouts payouts, TimeProvider clock)
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
        IReadOnlyList<BalanceDifference> differ = [];
        try
        {
            await events.FetchAsync(cancellationToken);
            await apply.RunAsync(cancellationToken);
            await gifts.RunAsync(cancellationToken);
            await plans.RunAsync(cancellationToken);
            added = await sweep.SweepAsync(cancellationToken);
            await cases.SweepAsync(cancellationToken);
            await holds.HoldAllAsync(cancellationToken);
            await payouts.CheckAsync(cancellationToken);
            differ = await CompareAsync(cancellationToken);
            if (differ.Count > 0)
            {
                // Money may have moved since the sweep.
                added += await sweep.SweepAsync(cancellationToken);
                differ = await CompareAsync(cancellationToken);
            }
        }
        catch (StripeUnavailableException e)
        {
            stoppedBecause = e.Message;
        }
        return await ReadAsync(stoppedBecause, added, differ, cancellationToken);
    }

    private async Task<IReadOnlyList<BalanceDifference>> CompareAsync(CancellationToken cancellationToken)
    {
        if (await stripe.BalanceAsync(cancellationToken) is not { } theirs)
            return [];
        var ours = (await BalancesAsync(cancellationToken)).ToDictionary(b => b.Currency, b => b.Amount, StringComparer.Ordinal);
        return [.. ours.Keys.Union(theirs.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .Select(code => new BalanceDifference(code, ours.GetValueOrDefault(code), theirs.GetValueOrDefault(code))).Where(b => b.Books != b.Stripe)];
    }

    private async Task<List<MoneyShape>> BalancesAsync(CancellationToken cancellationToken)
    {
        var isLive = account.IsLive;
        return (await db.LedgerEntries.Where(e => e.Account == LedgerAccount.StripeBalance && e.Transaction.LiveMode == isLive).GroupBy(e => e.CurrencyCode)
            .Select(g => new { g.Key, Sum = g.Sum(e => e.AmountMinor) }).OrderBy(b => b.Key).ToListAsync(cancellationToken)).ConvertAll(b => new MoneyShape(b.Sum, b.Key));
    }

    private async Task<Reconciliation> ReadAsync(string? stoppedBecause, int added, IReadOnlyList<BalanceDifference> balancesThatDiffer, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var isLive = account.IsLive;
        var (settled, reach) = (now - Patience, now - EventsReach);
        var differ = await db.Payouts.Where(p => p.Agreement == PayoutAgreement.Differs && p.LiveMode == isLive).OrderBy(p => p.Id).Select(p => p.PayoutId).ToListAsync(cancellationToken);
        var withoutMoney = await db.Donations.Where(d => d.PaidAt != null && d.PaidAt < settled && d.LiveMode == isLive
                && !db.StripeTransactions.Any(t => t.DonationId == d.Id && t.Kind == TransactionKind.Charge))
            .OrderBy(d => d.Id).Select(d => d.PublicId).Take(Shown).ToListAsync(cancellationToken);
        return new Reconciliation(
            stoppedBecause, added, await BalancesAsync(cancellationToken), balancesThatDiffer, differ, withoutMoney,
            await db.UnmatchedPayments.CountAsync(u => u.SettledAt == null, cancellationToken),
            await db.StripeEvents.CountAsync(e => e.State == StripeEventState.Failed && e.ReceivedAt > reach, cancellationToken));
    }
}
