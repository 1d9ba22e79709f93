using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Donations.Stripe;

namespace Newsroom.Backend.Donations;

public enum SettleHeldPlanOutcome
{
    Done,

    /// <summary>There is none with that id.</summary>
    Unknown,

    /// <summary>It is not held (any more).</summary>
    NotHeld,

    /// <summary>The bank has not decided: nothing more may be taken from that donor.</summary>
    DisputeRuns,

    /// <summary>Stripe did not do it, or did not say.</summary>
    Unavailable,
}

/// <summary>Ends the hold that <see cref="HoldDisputedPlans"/> put on a regular gift, once a person has asked the donor: it goes on, or it is over.</summary>
public sealed class SettleHeldPlan(NewsroomDb db, StripePlans stripe, FollowPlan plans)
{
    public async Task<SettleHeldPlanOutcome> ResumeAsync(string id, CancellationToken cancellationToken)
    {
        if (await db.Disputes.AnyAsync(d => d.Donation.Plan!.PublicId == id && d.Donation.Status == DonationStatus.Disputed, cancellationToken))
            return SettleHeldPlanOutcome.DisputeRuns;
        return await ActAsync(id, stripe.ResumeAsync, cancellationToken);
    }

    public Task<SettleHeldPlanOutcome> EndAsync(string id, CancellationToken cancellationToken) => ActAsync(id, stripe.EndAsync, cancellationToken);

    private async Task<SettleHeldPlanOutcome> ActAsync(string id, Func<string, CancellationToken, Task> act, CancellationToken cancellationToken)
    {
        var plan = await db.RecurringPlans.Where(p => p.PublicId == id).Select(p => new { p.SubscriptionId, p.Status }).SingleOrDefaultAsync(cancellationToken);
        if (plan is null)
            return SettleHeldPlanOutcome.Unknown;
        if (plan.Status != PlanStatus.Held)
            return SettleHeldPlanOutcome.NotHeld;
        try
        {
            await act(plan.SubscriptionId, cancellationToken);
            await plans.RunAsync(plan.SubscriptionId, cancellationToken);
            return SettleHeldPlanOutcome.Done;
        }
        catch (StripeUnavailableException)
        {
            return SettleHeldPlanOutcome.Unavailable;
        }
    }
}
