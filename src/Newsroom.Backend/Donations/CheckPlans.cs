using Hangfire;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Donations.Stripe;

namespace Newsroom.Backend.Donations;

/// <summary>
/// Asks Stripe about every plan once a day: a month of which no event came is booked from the plan's own invoices, and a plan that ended
/// unheard is known to have ended.
/// </summary>
public sealed class CheckPlans(NewsroomDb db, SyncGift sync, TimeProvider clock, ILogger<CheckPlans> log)
{
    public const string Daily = "17 4 * * *";
    private const int BatchSize = 100;

    /// <summary>The last month's events may be the lost ones: an ended plan is asked about as long as Stripe tries to deliver, and a month.</summary>
    private static readonly TimeSpan AfterTheEnd = TimeSpan.FromDays(35);

    [AutomaticRetry(Attempts = 0)]
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var since = clock.GetUtcNow() - AfterTheEnd;
        var after = 0L;
        while (true)
        {
            var plans = await db.RecurringPlans.Where(p => p.Id > after && (p.EndedAt == null || p.EndedAt > since))
                .OrderBy(p => p.Id).Take(BatchSize).Select(p => new { p.Id, p.PublicId, p.SubscriptionId }).ToListAsync(cancellationToken);
            foreach (var plan in plans)
            {
                if (!await AskAsync(plan.PublicId, plan.SubscriptionId, cancellationToken))
                    return;
            }
            if (plans.Count < BatchSize)
                return;
            after = plans[^1].Id;
        }
    }

    /// <returns>False when Stripe answers nobody at present: tomorrow is another day.</returns>
    private async Task<bool> AskAsync(string publicId, string subscriptionId, CancellationToken cancellationToken)
    {
        try
        {
            await sync.RunAsync(new GiftObject.Plan(subscriptionId), cancellationToken);
        }
        catch (StripeUnavailableException e)
        {
            DonationsLog.PlanCheckFailed(log, publicId, e.Message);
            return !e.Silent;
        }
        // One odd plan is no reason to leave the others unasked.
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            DonationsLog.PlanCheckFailed(log, publicId, StripeFailure.Place(e));
        }
        return true;
    }
}
