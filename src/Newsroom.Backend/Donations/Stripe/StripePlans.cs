using Newsroom.Backend.Primitives;
using Stripe;

namespace Newsroom.Backend.Donations.Stripe;

/// <summary>
/// What the program asks Stripe to do with a plan, by itself, because staff said so or because its donor did. Done twice, each is the same as once, so no call has a key: Stripe answers a key with its first
/// answer for a day, even a failure.
/// </summary>
public sealed class StripePlans(StripeAccount account)
{
    /// <summary>
    /// Stops collecting: what falls due meanwhile is void (https://docs.stripe.com/billing/subscriptions/pause-payment). Payments that are
    /// missing already are made void too, because a pause does not stop their retries.
    /// </summary>
    /// <param name="subscriptionId">Stripe's id of the plan.</param>
    /// <param name="until">When it collects again by itself; null: when it is told to.</param>
    /// <param name="cancellationToken">Ends the work between two calls.</param>
    /// <exception cref="StripeUnavailableException">Stripe did not do it, or did not say.</exception>
    public async Task PauseAsync(string subscriptionId, DateTimeOffset? until, CancellationToken cancellationToken)
    {
        var pause = new SubscriptionPauseCollectionOptions { Behavior = "void" };
        // Assigned null is sent as an empty value.
        if (until is { } end)
            pause.ResumesAt = end.UtcDateTime;
        await account.AskAsync(client => client.V1.Subscriptions.UpdateAsync(subscriptionId,
            new SubscriptionUpdateOptions { PauseCollection = pause }, cancellationToken: cancellationToken)!, cancellationToken);
        var open = await account.AskAsync(async client => (await client.V1.Invoices.ListAsync(
            new InvoiceListOptions { Subscription = subscriptionId, Status = "open", Limit = 100 }, cancellationToken: cancellationToken)).Data, cancellationToken);
        // A server that does not know the filter would hand out any invoice.
        foreach (var invoice in open?.FindAll(i => i.Status == "open" && GiftSnapshots.SubscriptionIdOf(i) == subscriptionId) ?? [])
            await account.AskAsync(client => client.V1.Invoices.VoidInvoiceAsync(invoice.Id, cancellationToken: cancellationToken)!, cancellationToken);
    }

    /// <summary>Another sum from the next payment on; nothing is charged or given back for the period that runs.</summary>
    /// <param name="subscriptionId">Stripe's id of the plan.</param>
    /// <param name="amount">In the plan's currency.</param>
    /// <param name="cancellationToken">Ends the work between two calls.</param>
    /// <inheritdoc cref="PauseAsync" path="/exception"/>
    public Task ChangeAmountAsync(string subscriptionId, Money amount, CancellationToken cancellationToken) => account.AskAsync(async client =>
    {
        var plan = await client.V1.Subscriptions.GetAsync(subscriptionId, new SubscriptionGetOptions { Expand = ["items.data.price.product"] }, cancellationToken: cancellationToken);
        // A plan of several items is none that our checkout made: which of them is the gift, nobody knows.
        if (plan.Items?.Data is not [{ Price: { Recurring: { } every } price } item])
            throw new StripeUnavailableException("The plan has not one price.", silent: false);
        return await client.V1.Subscriptions.UpdateAsync(subscriptionId, new SubscriptionUpdateOptions
        {
            ProrationBehavior = "none",
            Items =
            [
                new SubscriptionItemOptions
                {
                    Id = item.Id,
                    Quantity = 1,
                    PriceData = new SubscriptionItemPriceDataOptions
                    {
                        Currency = amount.Currency.Code.ToLowerInvariant(),
                        Product = await ActiveProductAsync(client, price, cancellationToken),
                        UnitAmount = amount.Currency.ToStripe(amount.Minor),
                        Recurring = new SubscriptionItemPriceDataRecurringOptions { Interval = every.Interval, IntervalCount = every.IntervalCount },
                    },
                },
            ],
        }, cancellationToken: cancellationToken);
    }, cancellationToken);

    /// <summary>
    /// The product that a checkout makes beside its price is put away at once, and Stripe takes no new price for one that is. After the first change the plan has
    /// a product that stays.
    /// </summary>
    private static async Task<string> ActiveProductAsync(StripeClient client, Price price, CancellationToken cancellationToken)
    {
        if (price.Product is { Active: true, Deleted: not true } own)
            return own.Id;
        var made = await client.V1.Products.CreateAsync(new ProductCreateOptions { Name = price.Product?.Name ?? "Regular gift" }, cancellationToken: cancellationToken);
        return made.Id;
    }

    /// <summary>Takes back an end that was set for the end of the period.</summary>
    /// <inheritdoc cref="PauseAsync" path="/exception"/>
    public Task KeepAsync(string subscriptionId, CancellationToken cancellationToken) => account.AskAsync(client => client.V1.Subscriptions.UpdateAsync(
        subscriptionId, new SubscriptionUpdateOptions { CancelAtPeriodEnd = false }, cancellationToken: cancellationToken)!, cancellationToken);

    /// <summary>Collects again from the next period on (https://docs.stripe.com/billing/subscriptions/pause-payment#unpausing); what was void stays so.</summary>
    /// <inheritdoc cref="PauseAsync" path="/exception"/>
    public Task ResumeAsync(string subscriptionId, CancellationToken cancellationToken)
    {
        var resume = new SubscriptionUpdateOptions();
        // An empty text takes the pause away; the typed option can only set one.
        resume.AddExtraParam("pause_collection", "");
        return account.AskAsync(client => client.V1.Subscriptions.UpdateAsync(subscriptionId, resume, cancellationToken: cancellationToken)!, cancellationToken);
    }

    /// <summary>Ends a plan now; one that is gone is ended.</summary>
    /// <inheritdoc cref="PauseAsync" path="/exception"/>
    public Task EndAsync(string subscriptionId, CancellationToken cancellationToken) => account.AskAsync(client => client.V1.Subscriptions.CancelAsync(
        subscriptionId, new SubscriptionCancelOptions { InvoiceNow = false, Prorate = false }, cancellationToken: cancellationToken)!, cancellationToken);
}
