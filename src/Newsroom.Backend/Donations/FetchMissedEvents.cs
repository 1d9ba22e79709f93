using Hangfire;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Donations.Books;
using Newsroom.Backend.Donations.Stripe;

namespace Newsroom.Backend.Donations;

/// <summary>
/// Fetches events that Stripe could not deliver, sooner than its next try and after its last one (it gives up after three days and lists them for thirty:
/// https://docs.stripe.com/webhooks/process-undelivered-events). They go the way of those that were delivered.
/// </summary>
public sealed class FetchMissedEvents(
    NewsroomDb db, StripeAccount account, StripeObjects stripe, StripeInbox inbox, TimeProvider clock, ILogger<FetchMissedEvents> log)
{
    public const string Hourly = "37 * * * *";

    /// <summary>An event's delivery fails some time after it was made.</summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromDays(4);

    [AutomaticRetry(Attempts = 0)]
    public Task RunAsync(CancellationToken cancellationToken) => account.ReconcileAsync(() => FetchAsync(cancellationToken), log);

    /// <exception cref="StripeUnavailableException">Stripe could not be asked to the end; what was stored stays.</exception>
    /// <returns>How many had been missed.</returns>
    public async Task<int> FetchAsync(CancellationToken cancellationToken)
    {
        var began = clock.GetUtcNow();
        var readUntil = await StripeCursor.ReadAsync(db, StripeCursor.Events, account.IsLive, cancellationToken);
        var missed = 0;
        await foreach (var page in StripePage.AllAsync(after => stripe.UndeliveredAsync(readUntil - Overlap, after, began, cancellationToken)))
        {
            var ids = page.Select(e => e.EventId).ToArray();
            var known = await db.StripeEvents.Where(e => EF.Parameter(ids).Contains(e.EventId)).Select(e => e.EventId).ToListAsync(cancellationToken);
            // The oldest first, as they would have come.
            foreach (var one in page.ExceptBy(known, e => e.EventId, StringComparer.Ordinal).Reverse())
            {
                await inbox.StoreAsync(one, cancellationToken);
                missed++;
            }
        }
        await StripeCursor.MoveAsync(db, StripeCursor.Events, account.IsLive, began, cancellationToken);
        return missed;
    }
}
