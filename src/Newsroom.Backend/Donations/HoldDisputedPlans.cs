using Hangfire;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Donations.Books;
using Newsroom.Backend.Donations.Stripe;

namespace Newsroom.Backend.Donations;

/// <summary>
/// Takes no further gift from a donor whose bank disputes one: stops collecting for its plan while the dispute runs, and ends the plan when it is lost.
/// When it was won a person asks the donor before going on; nothing resumes by itself. Which dispute has had which is on its row, so a crash in between
/// asks again for what is done.
/// </summary>
public sealed class HoldDisputedPlans(NewsroomDb db, StripeAccount account, StripePlans stripe, FollowPlan plans, TimeProvider clock, ILogger<HoldDisputedPlans> log)
{
    private const int BatchSize = 100;

    private sealed record Case(long Id, string DisputeId, string Status, string SubscriptionId, string PlanId);

    [AutomaticRetry(Attempts = 0)]
    public Task RunAsync(CancellationToken cancellationToken) => account.ReconcileAsync(() => HoldAllAsync(cancellationToken), log);

    /// <exception cref="StripeUnavailableException">Stripe answers nobody at present.</exception>
    public async Task HoldAllAsync(CancellationToken cancellationToken)
    {
        var isLive = account.IsLive;
        var closed = DisputeSnapshot.ClosedWell;
        var running = db.Disputes.Where(d => d.Donation.Plan != null && d.Donation.Plan.EndedAt == null && d.Donation.LiveMode == isLive);
        var due = await running.Where(d => d.Status == DisputeSnapshot.Lost ? d.PlanEndedAt == null : d.PlanHeldAt == null && !closed.Contains(d.Status))
            .OrderBy(d => d.Id).Take(BatchSize)
            .Select(d => new Case(d.Id, d.DisputeId, d.Status, d.Donation.Plan!.SubscriptionId, d.Donation.Plan.PublicId)).ToListAsync(cancellationToken);
        foreach (var one in due)
        {
            await TryAsync(one, () => one.Status == DisputeSnapshot.Lost ? EndAsync(one, cancellationToken) : HoldAsync(one, cancellationToken));
            // Also after a refusal: a plan that has ended at Stripe is no case any more.
            await TryAsync(one, () => plans.RunAsync(one.SubscriptionId, cancellationToken));
        }
    }

    private async Task TryAsync(Case one, Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (StripeUnavailableException e) when (!e.Silent)
        {
            DonationsLog.PlanCheckFailed(log, one.PlanId, e.Message);
        }
    }

    private async Task HoldAsync(Case one, CancellationToken cancellationToken)
    {
        await stripe.PauseAsync(one.SubscriptionId, until: null, cancellationToken);
        var now = clock.GetUtcNow();
        // Stripe has done it: that is written down even while the program stops.
        await db.Disputes.Where(d => d.Id == one.Id).ExecuteUpdateAsync(s => s.SetProperty(d => d.PlanHeldAt, now), CancellationToken.None);
        DonationsLog.PlanHeld(log, one.PlanId, one.DisputeId);
    }

    private async Task EndAsync(Case one, CancellationToken cancellationToken)
    {
        await stripe.EndAsync(one.SubscriptionId, cancellationToken);
        var now = clock.GetUtcNow();
        await db.Disputes.Where(d => d.Id == one.Id).ExecuteUpdateAsync(s => s.SetProperty(d => d.PlanEndedAt, now), CancellationToken.None);
        DonationsLog.PlanEnded(log, one.PlanId, one.DisputeId);
    }
}
