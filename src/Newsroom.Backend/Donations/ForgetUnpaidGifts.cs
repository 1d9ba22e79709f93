using Hangfire;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Donations.Mailed;

namespace Newsroom.Backend.Donations;

/// <summary>
/// Takes away what was begun and never paid: nobody confirmed that the address is theirs, and nothing is owed to it any more. A session lives for a day and
/// pays once, so no payment can come for one of these; only a regular gift whose first payment failed may still be paid, by the bank's next tries.
/// </summary>
public sealed class ForgetUnpaidGifts(NewsroomDb db, TimeProvider clock)
{
    public const string Daily = "33 3 * * *";

    /// <summary>A mailed link opens for its lifetime from its mail on, which waited for as long at most; a day more.</summary>
    public static readonly TimeSpan KeptFor = (2 * MailedLink.Lifetime) + TimeSpan.FromDays(1);

    /// <summary>A failed first payment of a regular gift: Stripe tries again for two months at most (https://docs.stripe.com/billing/revenue-recovery/smart-retries).</summary>
    public static readonly TimeSpan FailedPlanKeptFor = TimeSpan.FromDays(90);

    [AutomaticRetry(Attempts = 0)]
    public Task RunAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var (before, failedBefore) = (now - KeptFor, now - FailedPlanKeptFor);
        return db.Donations
            .Where(d => d.PaidAt == null && d.CreatedAt < before
                && (((d.Status == DonationStatus.Draft || d.Status == DonationStatus.Deferred) && d.SessionId == null)
                    || d.Status == DonationStatus.Expired || d.Status == DonationStatus.Rejected
                    || (d.Status == DonationStatus.Failed && (d.Frequency == Frequency.Once || d.CreatedAt < failedBefore)))
                // Money that moved for it stays explained.
                && !db.StripeTransactions.Any(t => t.DonationId == d.Id))
            .ExecuteDeleteAsync(cancellationToken);
    }
}
