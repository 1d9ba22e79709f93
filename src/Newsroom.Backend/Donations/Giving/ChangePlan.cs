using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Donations.Stripe;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Donations.Giving;

public enum ChangePlanOutcome
{
    Done,

    /// <summary>That address has no such regular gift.</summary>
    Unknown,

    /// <summary>As it stands now it cannot be done (any more).</summary>
    NotNow,

    /// <summary>Stripe did not do it, or did not say.</summary>
    Unavailable,
}

/// <summary>
/// What a donor may do to a regular gift. Stripe is asked first, then our row is brought in line with it, which also writes the donor's mail: a crash in between
/// is made good by Stripe's event or by the daily look. Every deed done twice is the same as once.
/// </summary>
public sealed class ChangePlan(NewsroomDb db, StripeAccount account, StripePlans stripe, CardPages cards, FollowPlan plans)
{
    /// <summary>Longest pause that ends by itself, in payments left out.</summary>
    public const int MostLeftOut = 12;

    /// <param name="addressKey">Of the proven address.</param>
    /// <param name="planId">Public id.</param>
    /// <param name="amount">Each period's from the next payment on.</param>
    /// <param name="cancellationToken">Ends the work before Stripe is asked.</param>
    public Task<ChangePlanOutcome> AmountAsync(string addressKey, string planId, Money amount, CancellationToken cancellationToken) => ActAsync(
        addressKey, planId, p => p.TakesChanges && p.CurrencyCode == amount.Currency.Code, p => stripe.ChangeAmountAsync(p.SubscriptionId, amount, cancellationToken), cancellationToken);

    /// <param name="addressKey">Of the proven address.</param>
    /// <param name="planId">Public id.</param>
    /// <param name="payments">How many are left out, 1 to <see cref="MostLeftOut"/>; null: until the donor goes on.</param>
    /// <param name="cancellationToken">Ends the work before Stripe is asked.</param>
    public Task<ChangePlanOutcome> PauseAsync(string addressKey, string planId, int? payments, CancellationToken cancellationToken) => ActAsync(
        addressKey, planId, p => p.CanPause && (payments is null || p.NextPaymentAt is not null),
        p => stripe.PauseAsync(p.SubscriptionId, payments is { } left ? p.AfterLeavingOut(left) : null, cancellationToken), cancellationToken);

    public Task<ChangePlanOutcome> ResumeAsync(string addressKey, string planId, CancellationToken cancellationToken) => ActAsync(
        addressKey, planId, p => p.Status == PlanStatus.Paused, p => stripe.ResumeAsync(p.SubscriptionId, cancellationToken), cancellationToken);

    public Task<ChangePlanOutcome> KeepAsync(string addressKey, string planId, CancellationToken cancellationToken) => ActAsync(
        addressKey, planId, p => p.Status == PlanStatus.CancelScheduled, p => stripe.KeepAsync(p.SubscriptionId, cancellationToken), cancellationToken);

    /// <summary>Now, not with the period: nothing is owed for the rest of it, and nothing more is taken.</summary>
    /// <inheritdoc cref="ResumeAsync"/>
    public Task<ChangePlanOutcome> EndAsync(string addressKey, string planId, CancellationToken cancellationToken) => ActAsync(
        addressKey, planId, p => p.CanEnd, p => stripe.EndAsync(p.SubscriptionId, cancellationToken), cancellationToken);

    /// <returns>The address of Stripe's page for another card; null with the reason why there is none.</returns>
    public async Task<(string? Url, ChangePlanOutcome Outcome)> CardAsync(string addressKey, string planId, string returnPath, CancellationToken cancellationToken)
    {
        string? url = null;
        var outcome = await ActAsync(addressKey, planId, p => p.TakesChanges && p.CustomerId is not null,
            async p => url = await cards.OpenAsync(p.SubscriptionId, p.CustomerId!, returnPath, cancellationToken), cancellationToken);
        return (url, outcome == ChangePlanOutcome.Done && url is null ? ChangePlanOutcome.NotNow : outcome);
    }

    private async Task<ChangePlanOutcome> ActAsync(
        string addressKey, string planId, Func<RecurringPlan, bool> isAllowed, Func<RecurringPlan, Task> act, CancellationToken cancellationToken)
    {
        var plan = await ReadGiving.PlansOf(db, addressKey, account.IsLive).AsNoTracking().SingleOrDefaultAsync(p => p.PublicId == planId, cancellationToken);
        if (plan is null)
            return ChangePlanOutcome.Unknown;
        if (!isAllowed(plan))
            return ChangePlanOutcome.NotNow;
        try
        {
            await act(plan);
            // Stripe has done it: our row learns it even when the donor has closed the page.
            return await plans.RunAsync(plan.SubscriptionId, CancellationToken.None) is null ? ChangePlanOutcome.NotNow : ChangePlanOutcome.Done;
        }
        catch (StripeUnavailableException)
        {
            return ChangePlanOutcome.Unavailable;
        }
    }
}
