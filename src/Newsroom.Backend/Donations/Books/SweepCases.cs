using Hangfire;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Donations.Stripe;

namespace Newsroom.Backend.Donations.Books;

/// <summary>
/// Hears of what moves no money, so that the balance does not tell of it: a bank's question about a payment (an inquiry), how it ended, and a warning that
/// a card may be stolen. By event for the warning, and of all that was opened since the last look once a night.
/// </summary>
public sealed class SweepCases(NewsroomDb db, StripeAccount account, StripeBooks stripe, StripeObjects objects, SyncGift sync, FollowPayment follow, TimeProvider clock, ILogger<SweepCases> log)
{
    public const string Nightly = "41 2 * * *";
    private static readonly TimeSpan Overlap = TimeSpan.FromHours(48);

    [AutomaticRetry(Attempts = 0)]
    public Task RunAsync(CancellationToken cancellationToken) => account.ReconcileAsync(() => SweepAsync(cancellationToken), log);

    /// <exception cref="StripeUnavailableException">Stripe could not be asked to the end; the next sweep begins where this one did.</exception>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        var began = clock.GetUtcNow();
        var readUntil = await StripeCursor.ReadAsync(db, StripeCursor.Cases, account.IsLive, cancellationToken);
        await foreach (var page in StripePage.AllAsync(after => stripe.DisputesAsync(readUntil - Overlap, after, cancellationToken)))
            await TryEachAsync(page, d => d.Id, dispute => DisputeAsync(dispute, cancellationToken), cancellationToken);
        await foreach (var page in StripePage.AllAsync(after => stripe.FraudWarningsAsync(readUntil - Overlap, after, cancellationToken)))
            await TryEachAsync(page, w => w.Id, warning => WarnAsync(warning, cancellationToken), cancellationToken);
        var isLive = account.IsLive;
        var open = await db.Disputes.Where(d => d.Donation.LiveMode == isLive && d.Status != DisputeSnapshot.Lost && !DisputeSnapshot.ClosedWell.Contains(d.Status))
            .Select(d => d.DonationId).Distinct().ToListAsync(cancellationToken);
        await TryEachAsync(open, gift => $"gift {gift}", gift => follow.RunAsync(gift, cancellationToken), cancellationToken);
        await StripeCursor.MoveAsync(db, StripeCursor.Cases, account.IsLive, began, cancellationToken);
    }

    /// <summary>What an event told of.</summary>
    /// <exception cref="StripeUnavailableException">Stripe could not be asked.</exception>
    public async Task<SyncOutcome> WarningAsync(string warningId, CancellationToken cancellationToken) =>
        await stripe.FraudWarningAsync(warningId, cancellationToken) is { } warning && await WarnAsync(warning, cancellationToken) is { } gift
            ? new SyncOutcome.Applied(gift)
            : new SyncOutcome.NotOurs();

    private async Task TryEachAsync<T>(IReadOnlyList<T> all, Func<T, string> name, Func<T, Task> apply, CancellationToken cancellationToken)
    {
        foreach (var one in all)
        {
            try
            {
                await apply(one);
            }
            catch (StripeUnavailableException e) when (!e.Silent)
            {
                DonationsLog.CaseFailed(log, name(one), e.Message);
            }
            // One odd case is no reason to leave the others unheard.
            catch (Exception e) when (e is not StripeUnavailableException && !cancellationToken.IsCancellationRequested)
            {
                DonationsLog.CaseFailed(log, name(one), StripeFailure.Place(e));
            }
        }
    }

    private async Task DisputeAsync(CaseSnapshot dispute, CancellationToken cancellationToken)
    {
        if (await db.Disputes.AnyAsync(d => d.DisputeId == dispute.Id && d.Status == dispute.Status, cancellationToken))
            return;
        if (await GiftOfAsync(dispute, cancellationToken) is { } gift)
            await follow.RunAsync(gift, cancellationToken);
    }

    /// <returns>The gift that was warned of; null when it is none of ours.</returns>
    private async Task<long?> WarnAsync(CaseSnapshot warning, CancellationToken cancellationToken)
    {
        if (await GiftOfAsync(warning, cancellationToken) is not { } gift)
            return null;
        var warnedAt = warning.CreatedAt ?? clock.GetUtcNow();
        await db.Donations.Where(d => d.Id == gift && d.FraudWarnedAt == null)
            .ExecuteUpdateAsync(s => s.SetProperty(d => d.FraudWarnedAt, warnedAt).SetProperty(d => d.Version, Guid.CreateVersion7()), cancellationToken);
        return gift;
    }

    /// <summary>A case may be heard of before its gift.</summary>
    private async Task<long?> GiftOfAsync(CaseSnapshot about, CancellationToken cancellationToken)
    {
        if (about.PaymentIntentId is not { } payment)
            return null;
        if (await db.Donations.Where(d => d.PaymentIntentId == payment).Select(d => (long?)d.Id).FirstOrDefaultAsync(cancellationToken) is { } known)
            return known;
        return await objects.OwnerOfAsync("payment_intent", payment, cancellationToken) is { } owner
            && await sync.RunAsync(owner, cancellationToken) is SyncOutcome.Applied applied ? applied.DonationId : null;
    }
}
