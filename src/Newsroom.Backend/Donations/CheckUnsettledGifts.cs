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

    /// <summary>The thank-you page asks more often than that only when it is reloaded by hand.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <summary>The reconciler.</summary>
    [AutomaticRetry(Attempts = 0)]
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var before = clock.GetUtcNow() - Patience;
        DonationStatus[] unsettled = [DonationStatus.CheckoutOpen, DonationStatus.Processing, DonationStatus.InReview];
        var due = await db.Donations.Where(d => unsettled.Contains(d.Status) && d.SessionId != null && d.CreatedAt <= before && (d.CheckedAt == null || d.CheckedAt <= before))
            .OrderBy(d => d.CheckedAt).ThenBy(d => d.Id).Take(BatchSize)
            .Select(d => new { d.PublicId, SessionId = d.SessionId! }).ToListAsync(cancellationToken);
        foreach (var gift in due)
            await AskAsync(gift.PublicId, gift.SessionId, cancellationToken);
    }

    /// <summary>One gift, for the donor who is looking at the thank-you page.</summary>
    [AutomaticRetry(Attempts = 0)]
    public async Task RunOneAsync(long donationId, CancellationToken cancellationToken)
    {
        var gift = await db.Donations.Where(d => d.Id == donationId).Select(d => new { d.PublicId, d.SessionId, d.CheckedAt }).SingleOrDefaultAsync(cancellationToken);
        if (gift?.SessionId is { } session && !(gift.CheckedAt > clock.GetUtcNow() - Pause))
            await AskAsync(gift.PublicId, session, cancellationToken);
    }

    private async Task AskAsync(string publicId, string sessionId, CancellationToken cancellationToken)
    {
        try
        {
            if (await sync.RunAsync(new GiftObject.Checkout(sessionId), cancellationToken) is SyncOutcome.Applied)
                return;
        }
        catch (StripeUnavailableException e)
        {
            DonationsLog.CheckFailed(log, publicId, e.Message);
        }
        // Asked without an answer: its turn comes again after the others'.
        await db.Donations.Where(d => d.PublicId == publicId)
            .ExecuteUpdateAsync(d => d.SetProperty(x => x.CheckedAt, clock.GetUtcNow()), cancellationToken);
    }
}
