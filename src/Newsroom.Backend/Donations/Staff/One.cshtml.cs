using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Donations.Stripe;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Web;
using Newsroom.Backend.Web.Auditing;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Donations.Staff;

/// <summary>One gift with everything that happened to it.</summary>
[Authorize(StaffPolicies.Viewer), PrivatePage]
public sealed class OneModel(NewsroomDb db, SyncGift sync, AuditTrail trail, IOptions<SiteOptions> site, IOptions<StripeOptions> stripe) : PageModel
{
    public DonationShape Gift { get; private set; } = null!;

    /// <summary>Its page in Stripe's own dashboard; none in practice, where there is no such page.</summary>
    public string? StripePage => string.IsNullOrEmpty(stripe.Value.ApiBase) || stripe.Value.ApiBase.Contains("api.stripe.com", StringComparison.OrdinalIgnoreCase)
        ? $"https://dashboard.stripe.com/{(Gift.LiveMode ? "" : "test/")}payments/{Gift.Stripe.PaymentIntent}" : null;

    public string Text(MoneyShape money) => new Money(money.Amount, Currency.Parse(money.Currency)).Format(site.Value.Culture);

    public static string Words(string what) => what switch
    {
        "form" => "form filled in",
        "fraudWarning" => "warning of fraud",
        "event" => "Stripe told us",
        "ledger" => "booked",
        _ => what,
    };

    public async Task<IActionResult> OnGetAsync(string id, CancellationToken cancellationToken)
    {
        if (await DonationsApi.DetailAsync(db, id, cancellationToken) is not { } gift)
            return NotFound();
        Gift = gift;
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(string id, CancellationToken cancellationToken)
    {
        if (!User.MayActAs(StaffRole.Publisher))
            return Forbid();
        if (await DonationsApi.KnownToStripeAsync(db, id, cancellationToken) is not { } about)
            return Back(id, "Stripe knows nothing of this gift yet: it has no checkout page.");
        try
        {
            await sync.RunAsync(about, cancellationToken);
        }
        catch (StripeUnavailableException)
        {
            return Back(id, "Stripe did not answer to the end. Nothing is lost: try again in a few minutes.");
        }
        await trail.SayAsync(User, "gift.synced", id);
        return Back(id, "Stripe was asked, and this page shows its answer.");
    }

    private LocalRedirectResult Back(string id, string said)
    {
        trail.SayNothing();
        this.Toast(said);
        return LocalRedirect("/staff/donations/" + id);
    }
}
