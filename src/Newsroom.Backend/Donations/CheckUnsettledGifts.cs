using Hangfire;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Donations.Stripe;

namespace Newsroom.Backend.Donations;

/// <summary>
/// Asks Stripe itself about gifts on which the last word has not been heard, so that a webhook which never came does no harm.
/// </summary>
public sealed class CheckUnsettledGifts(NewsroomDb db, SyncGift sync, TimeProvider clock, ILogger<CheckUnsettledGifts> log)
{
    public const string EveryTenMinutes = "*/10 * * * *";
    private const int BatchSize = 100;

    /// <summary>Time for the webhook to come by itself, and between two questions about one gift.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    /// <summary>The thank-you page asks more seldom than it is opened.</summary>
    internal static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    /// <summary>One run ends before the next begins, however slowly Stripe answers; what is left is that one's.</summary>
    private static readonly TimeSpan LongestRun = TimeSpan.FromMinutes(8);

    /// <summary>The reconciler.</summary>
    [AutomaticRetry(Attempts = 0)]
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var before = now - Patience;
        DonationStatus[] unsettled = [DonationStatus.CheckoutOpen, DonationStatus.Processing, DonationStatus.InReview];
        var due = await db.Donations.Where(d => unsettled.Contains(d.Status) && d.SessionId != null && d.CreatedAt <= before && (d.CheckedAt == null || d.CheckedAt <= before))
            .OrderBy(d => d.CheckedAt).ThenBy(d => d.Id).Take(BatchSize).Select(d => d.Id).ToListAsync(cancellationToken);
        foreach (var id in due)
        {
            if (clock.GetUtcNow() - now > LongestRun)
                return;
            if (await ClaimAsync(db, id, clock.GetUtcNow(), Patience, cancellationToken) && !await AskAsync(id, cancellationToken))
                return;
        }
    }

    /// <summary>One gift, for the donor who is looking at the thank-you page, which has claimed the question.</summary>
    [AutomaticRetry(Attempts = 0)]
    public Task RunOneAsync(long donationId, CancellationToken cancellationToken) => AskAsync(donationId, cancellationToken);

    /// <summary>
    /// Takes the right to ask about a gift, before asking: a gift on which the question fails, even with the program, has had its turn
    /// and does not come first again.
    /// </summary>
    /// <returns>False: somebody asked less than <paramref name="pause"/> ago.</returns>
    internal static async Task<bool> ClaimAsync(NewsroomDb db, long donationId, DateTimeOffset now, TimeSpan pause, CancellationToken cancellationToken)
    {
        var before = now - pause;
        return await db.Donations.Where(d => d.Id == donationId && (d.CheckedAt == null || d.CheckedAt <= before))
            .ExecuteUpdateAsync(d => d.SetProperty(x => x.CheckedAt, now), cancellationToken) == 1;
    }

    /// <returns>False when Stripe answers nobody at present: the others' turn comes with the next run.</returns>
    private async Task<bool> AskAsync(long donationId, CancellationToken cancellationToken)
    {
        var gift = await db.Donations.Where(d => d.Id == donationId).Select(d => new { d.PublicId, d.SessionId }).SingleOrDefaultAsync(cancellationToken);
        if (gift?.SessionId is not { } session)
            return true;
        try
        {
            await sync.RunAsync(new GiftObject.Checkout(session), cancellationToken);
        }
        catch (StripeUnavailableException e)
        {
            DonationsLog.CheckFailed(log, gift.PublicId, e.Message);
            return !e.Silent;
        }
        // One odd gift is no reason to leave the others unasked.
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            DonationsLog.CheckFailed(log, gift.PublicId, StripeFailure.Place(e));
        }
        return true;
    }
}
