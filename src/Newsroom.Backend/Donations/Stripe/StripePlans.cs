using Stripe;

namespace Newsroom.Backend.Donations.Stripe;

/// <summary>
/// What the program asks Stripe to do with a plan, by itself or because staff said so. Done twice, each is the same as once, so no call has a key: Stripe answers a key with its first
/// answer for a day, even a failure.
/// </summary>
public sealed class StripePlans(StripeAccount account)
{
    /// <summary>
    /// Stops collecting, without an end: what falls due meanwhile is void (https://docs.stripe.com/billing/subscriptions/pause-payment). Payments that are
    /// missing already are made void too, because a pause does not stop their retries.
    /// </summary>
    /// <exception cref="StripeUnavailableException">Stripe did not do it, or did not say.</exception>
    public async Task HoldAsync(string subscriptionId, CancellationToken cancellationToken)
    {
        await account.AskAsync(client => client.V1.Subscriptions.UpdateAsync(subscriptionId,
            new SubscriptionUpdateOptions { PauseCollection = new SubscriptionPauseCollectionOptions { Behavior = "void" } }, cancellationToken: cancellationToken)!, cancellationToken);
        var open = await account.AskAsync(async client => (await client.V1.Invoices.ListAsync(
            new InvoiceListOptions { Subscription = subscriptionId, Status = "open", Limit = 100 }, cancellationToken: cancellationToken)).Data, cancellationToken);
        // A server that does not know the filter would hand out any invoice.
        foreach (var invoice in open?.FindAll(i => i.Status == "open" && GiftSnapshots.SubscriptionIdOf(i) == subscriptionId) ?? [])
            await account.AskAsync(client => client.V1.Invoices.VoidInvoiceAsync(invoice.Id, cancellationToken: cancellationToken)!, cancellationToken);
    }

    /// <summary>Collects again from the next period on (https://docs.stripe.com/billing/subscriptions/pause-payment#unpausing); what was void stays so.</summary>
    /// <inheritdoc cref="HoldAsync" path="/exception"/>
    public Task ResumeAsync(string subscriptionId, CancellationToken cancellationToken)
    {
        var resume = new SubscriptionUpdateOptions();
        // An empty text takes the pause away; the typed option can only set one.
        resume.AddExtraParam("pause_collection", "");
        return account.AskAsync(client => client.V1.Subscriptions.UpdateAsync(subscriptionId, resume, cancellationToken: cancellationToken)!, cancellationToken);
    }

    /// <summary>Ends a plan now; one that is gone is ended.</summary>
    /// <inheritdoc cref="HoldAsync" path="/exception"/>
    public Task EndAsync(string subscriptionId, CancellationToken cancellationToken) => account.AskAsync(client => client.V1.Subscriptions.CancelAsync(
        subscriptionId, new SubscriptionCancelOptions { InvoiceNow = false, Prorate = false }, cancellationToken: cancellationToken)!, cancellationToken);
}
