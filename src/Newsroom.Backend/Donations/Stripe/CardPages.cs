using Microsoft.Extensions.Options;
using Newsroom.Backend.Web;
using Stripe;
using Stripe.BillingPortal;

namespace Newsroom.Backend.Donations.Stripe;

/// <summary>
/// Stripe's page on which a donor gives another card, and nothing else (https://docs.stripe.com/customer-management/portal-deep-links). Its configuration is made
/// at the first use and known by its metadata, so nobody has to save one in the dashboard.
/// </summary>
public sealed class CardPages(StripeAccount account, IOptions<SiteOptions> site)
{
    private const string PurposeKey = "newsroom_page";
    private const string Purpose = "card";

    /// <param name="subscriptionId">The plan that the card is to pay.</param>
    /// <param name="customerId">Whose plan it is.</param>
    /// <param name="returnPath">Where the donor comes back to.</param>
    /// <param name="cancellationToken">Ends the work between two calls.</param>
    /// <returns>The page's address, good for one visit; null: Stripe has no such customer or plan.</returns>
    /// <exception cref="StripeUnavailableException">Stripe gave none.</exception>
    public Task<string?> OpenAsync(string subscriptionId, string customerId, string returnPath, CancellationToken cancellationToken) => account.AskAsync(async client =>
    {
        await LetCustomersCardPayAsync(client, subscriptionId, customerId, cancellationToken);
        var back = site.Value.Link(returnPath);
        var session = await client.V1.BillingPortal.Sessions.CreateAsync(new SessionCreateOptions
        {
            Customer = customerId,
            Configuration = await ConfigurationAsync(client, cancellationToken),
            ReturnUrl = back,
            FlowData = new SessionFlowDataOptions
            {
                Type = "payment_method_update",
                AfterCompletion = new SessionFlowDataAfterCompletionOptions { Type = "redirect", Redirect = new SessionFlowDataAfterCompletionRedirectOptions { ReturnUrl = back } },
            },
        }, cancellationToken: cancellationToken);
        return session.Url;
    }, cancellationToken);

    /// <summary>
    /// The page sets the customer's card; a subscription that a checkout made has one of its own, which goes before it. So that one becomes the customer's first. In
    /// this order, and done twice, the plan is always paid by the same card.
    /// </summary>
    private static async Task LetCustomersCardPayAsync(StripeClient client, string subscriptionId, string customerId, CancellationToken cancellationToken)
    {
        var plan = await client.V1.Subscriptions.GetAsync(subscriptionId, cancellationToken: cancellationToken);
        if (plan.DefaultPaymentMethodId is not { } own)
            return;
        await client.V1.Customers.UpdateAsync(customerId, new CustomerUpdateOptions
        {
            InvoiceSettings = new CustomerInvoiceSettingsOptions { DefaultPaymentMethod = own },
        }, cancellationToken: cancellationToken);
        var clear = new SubscriptionUpdateOptions();
        // An empty text takes it away (https://docs.stripe.com/api/subscriptions/update#update_subscription-default_payment_method).
        clear.AddExtraParam("default_payment_method", "");
        await client.V1.Subscriptions.UpdateAsync(subscriptionId, clear, cancellationToken: cancellationToken);
    }

    private static async Task<string> ConfigurationAsync(StripeClient client, CancellationToken cancellationToken)
    {
        var known = await client.V1.BillingPortal.Configurations.ListAsync(new ConfigurationListOptions { Active = true, Limit = 100 }, cancellationToken: cancellationToken);
        if (known.Data.Find(c => c.Metadata?.GetValueOrDefault(PurposeKey) == Purpose) is { } ours)
            return ours.Id;
        var made = await client.V1.BillingPortal.Configurations.CreateAsync(new ConfigurationCreateOptions
        {
            BusinessProfile = new ConfigurationBusinessProfileOptions { Headline = "Another card for your gift" },
            Features = new ConfigurationFeaturesOptions { PaymentMethodUpdate = new ConfigurationFeaturesPaymentMethodUpdateOptions { Enabled = true } },
            Metadata = new Dictionary<string, string>(StringComparer.Ordinal) { [PurposeKey] = Purpose },
        }, cancellationToken: cancellationToken);
        return made.Id;
    }
}
