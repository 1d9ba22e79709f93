using Hangfire;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Donations.Mailed;

namespace Newsroom.Backend.Donations;

/// <summary>
/// Takes away what never reached a payment page: nobody confirmed that the address is theirs, and nothing is owed to it any more. A session lives for a day,
/// so no payment can come for one of these.
/// </summary>
public sealed class ForgetUnpaidGifts(NewsroomDb db, TimeProvider clock)
{
    public const string Daily = "33 3 * * *";

    /// <summary>A mailed link opens for its lifetime from its mail on, which waited for as long at most; a day more.</summary>
    public static readonly TimeSpan KeptFor = (2 * MailedLink.Lifetime) + TimeSpan.FromDays(1);

    [AutomaticRetry(Attempts = 0)]
    public Task RunAsync(CancellationToken cancellationToken)
    {
        var before = clock.GetUtcNow() - KeptFor;
        return db.Donations
            .Where(d => (d.Status == DonationStatus.Draft || d.Status == DonationStatus.Deferred) && d.SessionId == null && d.PaidAt == null && d.CreatedAt < before)
            .ExecuteDeleteAsync(cancellationToken);
    }
}
