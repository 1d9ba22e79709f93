using System.Globalization;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Web;
using Stripe.Checkout;

namespace Newsroom.Backend.Donations.Stripe;

public abstract record CheckoutPage
{
    private CheckoutPage() { }

    public sealed record Open(string SessionId, string Url) : CheckoutPage;

    /// <param name="Why">Without personal data.</param>
    /// <param name="Definitive">Asking again under the same key is no use.</param>
    /// <param name="Field">The form's field that Stripe does not take; null when the fault is none of the donor's.</param>
    public sealed record None(string Why, bool Definitive, string? Field = null) : CheckoutPage;
}

/// <summary>Makes Stripe Checkout sessions: the card is typed there, never here.</summary>
public sealed class CheckoutPages(StripeAccount account, IOptions<SiteOptions> site, IOptions<OrganisationOptions> organisation, IOptions<StripeOptions> options)
{
    /// <summary>Metadata on everything Stripe keeps for a gift: its public id.</summary>
    public const string DonationIdKey = "donation_id";
    private const string SchemaVersionKey = "schema_version";
    private const string SchemaVersion = "1";

    /// <summary>
    /// The page of a gift's present attempt. The parameters come from the row alone, so a repeated call repeats them and Stripe gives
    /// the same session again (https://docs.stripe.com/api/idempotent_requests: at least 24 h).
    /// </summary>
    public async Task<CheckoutPage> OpenAsync(Donation donation, CancellationToken cancellationToken)
    {
        // Retries included: somebody sits in front of this request.
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(2 * options.Value.TimeoutSeconds));
        try
        {
            var session = await account.Client(retries: 2).V1.Checkout.Sessions.CreateAsync(Parameters(donation), new global::Stripe.RequestOptions
            {
                IdempotencyKey = string.Create(CultureInfo.InvariantCulture, $"don:{donation.PublicId}:session:{donation.Attempt}"),
            }, deadline.Token);
            // A replayed answer may be older than what became of its session, so it can be without an address: then it is no page any more.
            return session.Url is { Length: > 0 } url
                ? new CheckoutPage.Open(session.Id, url)
                : new CheckoutPage.None($"Stripe's session is {session.Status} and has no page.", Definitive: true);
        }
        catch (Exception e) when (StripeFailure.Of(e, cancellationToken) is { } failure)
        {
            return new CheckoutPage.None(failure.Why, failure.Definitive, failure.Definitive ? FieldOf(failure.Code, failure.Parameter) : null);
        }
    }

    internal static string? FieldOf(string? code, string? parameter) => (code, parameter) switch
    {
        ("email_invalid", _) or (_, "customer_email") => "email",
        ("amount_too_small" or "amount_too_large", _) => "amount",
        (_, { } name) when name.EndsWith("[unit_amount]", StringComparison.Ordinal) => "amount",
        (_, { } name) when name.EndsWith("[currency]", StringComparison.Ordinal) => "currency",
        _ => null,
    };

    private SessionCreateOptions Parameters(Donation donation)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal) { [DonationIdKey] = donation.PublicId, [SchemaVersionKey] = SchemaVersion };
        var parameters = new SessionCreateOptions
        {
            ClientReferenceId = donation.PublicId,
            CustomerEmail = donation.Address,
            Metadata = metadata,
            // Our form named the sum in this currency; converting it would make the receipt's amount another one.
            AdaptivePricing = new SessionAdaptivePricingOptions { Enabled = false },
            SuccessUrl = site.Value.Link("/donate/thanks?session_id={CHECKOUT_SESSION_ID}"),
            CancelUrl = site.Value.Link($"/donate/cancelled?gift={donation.PublicId}"),
            LineItems = [LineOf(donation)],
        };
        if (donation.Frequency == Frequency.Once)
        {
            parameters.Mode = "payment";
            parameters.SubmitType = "donate";
            parameters.PaymentIntentData = new SessionPaymentIntentDataOptions { Metadata = metadata };
        }
        else
        {
            parameters.Mode = "subscription";
            parameters.SubscriptionData = new SessionSubscriptionDataOptions { Metadata = metadata };
        }
        return parameters;
    }

    private SessionLineItemOptions LineOf(Donation donation)
    {
        var to = organisation.Value.LegalName;
        var (name, interval) = donation.Frequency switch
        {
            Frequency.Once => ($"Gift to {to}", null),
            Frequency.Monthly => ($"Monthly gift to {to}", "month"),
            Frequency.Yearly => ($"Yearly gift to {to}", "year"),
            _ => throw new InvalidOperationException($"{donation.Frequency} has no interval."),
        };
        return new SessionLineItemOptions
        {
            Quantity = 1,
            PriceData = new SessionLineItemPriceDataOptions
            {
                Currency = donation.CurrencyCode.ToLowerInvariant(),
                UnitAmount = donation.Amount.Currency.ToStripe(donation.AmountMinor),
                ProductData = new SessionLineItemPriceDataProductDataOptions { Name = name },
                Recurring = interval is null ? null : new SessionLineItemPriceDataRecurringOptions { Interval = interval },
            },
        };
    }
}
