using Stripe;

namespace Newsroom.Backend.Donations.Stripe;

/// <summary>What the program asks Stripe to do with a plan by itself. Each call has a key of its own cause, so that asking again does it once.</summary>
public sealed class StripePlans(StripeAccount account)
{
    /// <summary>Stops collecting, without an end (https://docs.stripe.com/billing/subscriptions/pause-payment): what falls due meanwhile is void.</summary>
    /// <param name="subscriptionId">The plan.</param>
    /// <param name="cause">Unique for what asks for it.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="StripeUnavailableException">Stripe did not do it, or did not say.</exception>
    public Task HoldAsync(string subscriptionId, string cause, CancellationToken cancellationToken) => account.AskAsync(client => client.V1.Subscriptions.UpdateAsync(
        subscriptionId, new SubscriptionUpdateOptions { PauseCollection = new SubscriptionPauseCollectionOptions { Behavior = "void" } },
        new RequestOptions { IdempotencyKey = $"plan-hold:{cause}" }, cancellationToken)!, cancellationToken);

    /// <summary>Ends a plan now; one that is gone is ended.</summary>
    /// <inheritdoc cref="HoldAsync"/>
    public Task EndAsync(string subscriptionId, string cause, CancellationToken cancellationToken) => account.AskAsync(client => client.V1.Subscriptions.CancelAsync(
        subscriptionId, new SubscriptionCancelOptions { InvoiceNow = false, Prorate = false },
        new RequestOptions { IdempotencyKey = $"plan-end:{cause}" }, cancellationToken)!, cancellationToken);
}
