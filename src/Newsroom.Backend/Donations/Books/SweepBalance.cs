using Hangfire;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Donations.Stripe;

namespace Newsroom.Backend.Donations.Books;

/// <summary>
/// Reads every movement of the balance at Stripe once a night, so that the books hold each cent whether or not any event of it arrived. Begins with all
/// there ever were; from then on with the last two days before it was last at the end. Then asks about disputes, of which some begin or end without moving
/// anything.
/// </summary>
public sealed class SweepBalance(
    NewsroomDb db, StripeAccount account, StripeBooks stripe, MatchTransactions match, FollowPayment follow, TimeProvider clock, ILogger<SweepBalance> log)
{
    public const string Nightly = "23 2 * * *";

    /// <summary>Stripe may show a movement a while after it was made.</summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromHours(48);

    [AutomaticRetry(Attempts = 0)]
    public Task RunAsync(CancellationToken cancellationToken) => account.ReconcileAsync(() => SweepAsync(cancellationToken), log);

    /// <exception cref="StripeUnavailableException">Stripe could not be asked to the end; the next sweep begins where this one did.</exception>
    /// <returns>How many movements are new.</returns>
    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        var began = clock.GetUtcNow();
        var readUntil = await StripeCursor.ReadAsync(db, StripeCursor.Transactions, account.IsLive, cancellationToken);
        var added = 0;
        await foreach (var page in StripePage.AllAsync(after => stripe.TransactionsAsync(readUntil - Overlap, after, cancellationToken)))
            added += await match.RunAsync(page, payout: null, cancellationToken);
        await FollowDisputesAsync(readUntil - Overlap, cancellationToken);
        await StripeCursor.MoveAsync(db, StripeCursor.Transactions, account.IsLive, began, cancellationToken);
        return added;
    }

    /// <summary>An inquiry takes no money and a lost dispute gives none back: when their events were lost too, only asking tells.</summary>
    private async Task FollowDisputesAsync(DateTimeOffset? from, CancellationToken cancellationToken)
    {
        var isLive = account.IsLive;
        string[] over = ["won", "lost", "warning_closed", "prevented"];
        var gifts = await db.Disputes.Where(d => !over.Contains(d.Status) && d.Donation.LiveMode == isLive).Select(d => d.DonationId).ToListAsync(cancellationToken);
        await foreach (var page in StripePage.AllAsync(after => stripe.DisputedPaymentsAsync(from, after, cancellationToken)))
        {
            var payments = page.ToArray();
            gifts.AddRange(await db.Donations.Where(d => EF.Parameter(payments).Contains(d.PaymentIntentId) && d.PaidAt != null).Select(d => d.Id).ToListAsync(cancellationToken));
        }
        foreach (var gift in gifts.Distinct())
            await FollowAsync(gift, cancellationToken);
    }

    private async Task FollowAsync(long donationId, CancellationToken cancellationToken)
    {
        try
        {
            await follow.RunAsync(donationId, cancellationToken);
        }
        // One odd gift is no reason to leave the others unasked.
        catch (Exception e) when (e is not StripeUnavailableException { Silent: true } && !cancellationToken.IsCancellationRequested)
        {
            var publicId = await db.Donations.Where(d => d.Id == donationId).Select(d => d.PublicId).SingleAsync(cancellationToken);
            DonationsLog.CheckFailed(log, publicId, e is StripeUnavailableException ? e.Message : StripeFailure.Place(e));
        }
    }
}
