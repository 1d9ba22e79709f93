using Microsoft.Extensions.Options;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Donations;

/// <summary>Which account gifts go to.</summary>
public enum StripeMode
{
    /// <summary>None: no gifts can be made.</summary>
    Off,
    Live,
    Test,

    /// <summary>Something that speaks like Stripe at <see cref="StripeOptions.ApiBase"/>.</summary>
    Practice,
}

/// <summary>
/// Section <c>Stripe</c>: the account and what the donation form offers. Sums are decimal text in major units ("5", "4.50").
/// <c>Minimum</c>, <c>Maximum</c> and <c>Presets</c> may be given once, for the first currency, or per currency
/// (<c>Stripe:Minimum:EUR</c>, <c>Stripe:Presets:EUR:Monthly</c>); see <see cref="GivingTerms"/>.
/// </summary>
public sealed class StripeOptions
{
    public const string Section = "Stripe";

    /// <summary>Secret or restricted key (<c>sk_test_…</c>, <c>rk_live_…</c>). Empty: no gifts can be made, and the pages say so.</summary>
    public string SecretKey { get; set; } = "";

    /// <summary>The signing secret of the webhook endpoint (<c>whsec_…</c>).</summary>
    public string WebhookSecret { get; set; } = "";

    /// <summary>Where Stripe's API is, when not at api.stripe.com.</summary>
    public string ApiBase { get; set; } = "";

    /// <summary>ISO 4217 codes the form offers, the first one preselected; empty: USD.</summary>
    public IList<string> Currencies { get; } = [];

    /// <summary>Whether the form asks for a postal address.</summary>
    public AddressWanted MailingAddress { get; set; }

    /// <summary>How long one call to Stripe may take.</summary>
    public int TimeoutSeconds { get; set; } = 15;

    public bool IsConfigured => SecretKey.Length > 0;

    public StripeMode Mode => !IsConfigured ? StripeMode.Off : IsLive ? StripeMode.Live : IsStripeItself ? StripeMode.Test : StripeMode.Practice;

    /// <summary>Whether the key moves real money. Events of the other mode are refused.</summary>
    public bool IsLive => SecretKey.StartsWith("sk_live_", StringComparison.Ordinal) || SecretKey.StartsWith("rk_live_", StringComparison.Ordinal);

    private bool IsStripeItself => ApiBase.Length == 0 || (Uri.TryCreate(ApiBase, UriKind.Absolute, out var api) && api.Host == "api.stripe.com");
}

internal sealed class StripeOptionsRules(IConfiguration configuration, IOptions<SiteOptions> site, IOptions<OrganisationOptions> organisation)
    : IValidateOptions<StripeOptions>
{
    private static readonly string[] KeyShapes = ["sk_test_", "sk_live_", "rk_test_", "rk_live_"];

    public ValidateOptionsResult Validate(string? name, StripeOptions options)
    {
        var faults = options.IsConfigured ? AccountFaults(options).ToList() : [];
        try
        {
            _ = GivingTerms.Read(options, configuration.GetSection(StripeOptions.Section));
        }
        catch (FormatException fault)
        {
            faults.Add(fault.Message);
        }
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private IEnumerable<string> AccountFaults(StripeOptions options)
    {
        if (!KeyShapes.Any(k => options.SecretKey.StartsWith(k, StringComparison.Ordinal)))
            yield return "Stripe:SecretKey is no secret key: it begins with sk_test_, sk_live_, rk_test_ or rk_live_ (a publishable pk_ key cannot make payments).";
        if (!options.WebhookSecret.StartsWith("whsec_", StringComparison.Ordinal))
            yield return "Stripe:WebhookSecret is missing or no signing secret: copy the one beginning with whsec_ from the webhook endpoint in Stripe's dashboard.";
        if (options.ApiBase.Length > 0 && !(Uri.TryCreate(options.ApiBase, UriKind.Absolute, out var api) && (api.Scheme == "https" || (api.Scheme == "http" && api.IsLoopback))))
            yield return $"Stripe:ApiBase '{options.ApiBase}' is not an https address (http only on this machine): leave it empty for Stripe itself.";
        if (options.TimeoutSeconds is < 1 or > 60)
            yield return "Stripe:TimeoutSeconds must be from 1 to 60.";
        if (site.Value.PublicUrl.Length == 0)
            yield return "Site:PublicUrl is empty: Stripe sends donors back to it. Give the address readers reach, for example https://news.example.org.";
        if (string.IsNullOrWhiteSpace(organisation.Value.LegalName))
            yield return "Organisation:LegalName is empty: receipts name who took the gift.";
    }
}
