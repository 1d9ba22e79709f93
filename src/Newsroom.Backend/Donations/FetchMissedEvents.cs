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
public sealed class FetchMissedEvents(NewsroomDb db, StripeObjects stripe, StripeInbox inbox, TimeProvider clock, ILogger<FetchMissedEvents> log)
{
    public const string Hourly = "37 * * * *";

    /// <summary>An event's delivery fails some time after it was made.</summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromDays(4);

    [AutomaticRetry(Attempts = 0)]
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (!stripe.IsConfigured)
            return;
        try
        {
            await FetchAsync(cancellationToken);
        }
        catch (StripeUnavailableException e)
        {
            DonationsLog.SweepFailed(log, e.Message);
        }
    }

    /// <exception cref="StripeUnavailableException">Stripe could not be asked to the end; what was stored stays.</exception>
    /// <returns>How many had been missed.</returns>
    public async Task<int> FetchAsync(CancellationToken cancellationToken)
    {
        var began = clock.GetUtcNow();
        var readUntil = await StripeCursor.ReadAsync(db, StripeCursor.Events, cancellationToken);
        var missed = 0;
        string? after = null;
        do
        {
            var page = await stripe.UndeliveredAsync(readUntil - Overlap, after, began, cancellationToken);
            var ids = page.Items.Select(e => e.EventId).ToArray();
            var known = await db.StripeEvents.Where(e => EF.Parameter(ids).Contains(e.EventId)).Select(e => e.EventId).ToListAsync(cancellationToken);
            // The oldest first, as they would have come.
            foreach (var one in page.Items.ExceptBy(known, e => e.EventId, StringComparer.Ordinal).Reverse())
            {
                await inbox.StoreAsync(one, cancellationToken);
                missed++;
            }
            after = page.Next;
        }
        while (after is not null);
        await StripeCursor.MoveAsync(db, StripeCursor.Events, began, cancellationToken);
        return missed;
    }
}
