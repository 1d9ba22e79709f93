using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail.Doctor;
using Newsroom.Backend.Web;
using Stripe;

namespace Newsroom.Backend.Donations.Stripe;

/// <summary>
/// Looks at what decides whether a gift is heard of: the key, the webhook endpoint at Stripe (its address, its state, its events, its API version), and
/// when something last came from it. Changes nothing.
/// </summary>
public sealed class CheckStripe(
    NewsroomDb db, StripeAccount account, IOptions<StripeOptions> options, IOptions<SiteOptions> site, TimeProvider clock)
{
    /// <summary>What the program acts on (https://docs.stripe.com/api/events/types).</summary>
    public static readonly IReadOnlyList<string> EventTypes =
    [
        "charge.dispute.closed", "charge.dispute.created", "charge.dispute.funds_reinstated", "charge.dispute.funds_withdrawn", "charge.dispute.updated",
        "charge.failed", "charge.refunded", "charge.succeeded", "charge.updated",
        "checkout.session.async_payment_failed", "checkout.session.async_payment_succeeded", "checkout.session.completed", "checkout.session.expired",
        "customer.deleted", "customer.subscription.created", "customer.subscription.deleted", "customer.subscription.paused", "customer.subscription.resumed", "customer.subscription.updated",
        "customer.updated",
        "invoice.marked_uncollectible", "invoice.paid", "invoice.payment_action_required", "invoice.payment_failed", "invoice.voided", "invoice_payment.paid",
        "payment_intent.canceled", "payment_intent.payment_failed", "payment_intent.processing", "payment_intent.succeeded",
        "payment_method.automatically_updated", "payment_method.updated",
        "payout.canceled", "payout.created", "payout.failed", "payout.paid", "payout.reconciliation_completed",
        "radar.early_fraud_warning.created",
        "refund.created", "refund.failed", "refund.updated",
    ];

    /// <summary>A newsroom with monthly donors hears of something each day or two.</summary>
    private static readonly TimeSpan LongSilence = TimeSpan.FromHours(36);

    public async Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellationToken)
    {
        if (!options.Value.IsConfigured)
            return [Finding.Skipped("key", "No gifts are taken.", "To take them, set Stripe:SecretKey, Stripe:WebhookSecret and Organisation:LegalName.")];
        var findings = new List<Finding>();
        try
        {
            var endpoints = await account.AskAsync(
                async client => (await client.V1.WebhookEndpoints.ListAsync(new WebhookEndpointListOptions { Limit = 100 }, cancellationToken: cancellationToken)).Data,
                cancellationToken);
            findings.Add(Finding.Ok("key", $"Stripe takes the key, in {(options.Value.IsLive ? "live" : "test")} mode."));
            findings.AddRange(Endpoint(endpoints ?? []));
        }
        catch (StripeUnavailableException e)
        {
            findings.Add(Finding.Fail("key", $"Stripe did not say which webhook endpoints there are. {e.Message}",
                "401 or 403: look at Stripe:SecretKey; a restricted key needs \"Webhook Endpoints: read\" for this check. Otherwise try again later."));
        }
        findings.Add(await HeardAsync(cancellationToken));
        return findings;
    }

    private IEnumerable<Finding> Endpoint(List<WebhookEndpoint> endpoints)
    {
        var url = site.Value.Link("/webhooks/stripe");
        if (endpoints.Find(e => e.Url == url) is not { } endpoint)
        {
            yield return Finding.Fail("endpoint", $"Stripe has no webhook endpoint {url}.",
                $"In Stripe's dashboard, under Developers → Webhooks, add it with API version {StripeConfiguration.ApiVersion}, and put its signing secret into Stripe:WebhookSecret.");
            yield break;
        }
        yield return endpoint.Status == "enabled" ? Finding.Ok("endpoint", $"{url} is enabled.")
            : Finding.Fail("endpoint", $"{url} is {endpoint.Status}: Stripe tells it nothing.", "Enable it in Stripe's dashboard. What was missed is fetched by `stripe reconcile`.");
        var missing = endpoint.EnabledEvents.Contains("*") ? [] : EventTypes.Except(endpoint.EnabledEvents, StringComparer.Ordinal).ToList();
        yield return missing.Count == 0 ? Finding.Ok("events", "The endpoint hears of everything the program acts on.")
            : Finding.Fail("events", $"The endpoint does not hear of {string.Join(", ", missing)}.", "Add these events to the endpoint in Stripe's dashboard.");
        yield return endpoint.ApiVersion is null || endpoint.ApiVersion == StripeConfiguration.ApiVersion ? Finding.Ok("version", $"API version {StripeConfiguration.ApiVersion}.")
            : Finding.Warn("version", $"The endpoint writes API version {endpoint.ApiVersion}; the program was built for {StripeConfiguration.ApiVersion}.",
                "Nothing is lost by it: each object is fetched anew. Add a second endpoint with the program's version when you find the time, then delete this one.");
    }

    private async Task<Finding> HeardAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (await db.StripeEvents.MaxAsync(e => (DateTimeOffset?)e.ReceivedAt, cancellationToken) is not { } last)
            return Finding.Warn("heard", "No event has come from Stripe yet.", "Make a gift, or send a test event from Stripe's dashboard.");
        return now - last <= LongSilence ? Finding.Ok("heard", $"The last event came {last:u}.")
            : Finding.Warn("heard", $"The last event came {last:u}.", "If gifts were made since, look at the endpoint's deliveries in Stripe's dashboard.");
    }
}
