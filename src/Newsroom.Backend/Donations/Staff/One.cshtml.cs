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
public sealed class OneModel(NewsroomDb db, SyncGift sync, StripeDesk desk, AuditTrail trail, IOptions<SiteOptions> site) : PageModel
{
    public DonationShape Gift { get; private set; } = null!;
    public GiftMoney Money { get; private set; } = null!;

    public string Mode => desk.ModeOf(Gift.LiveMode);
    public bool IsErased => DonorWords.IsErased(Gift.Email);

    /// <summary>What Stripe's dashboard finds it by.</summary>
    public string? StripeId => Gift.Stripe.PaymentIntent ?? Gift.Stripe.Invoice ?? Gift.Stripe.Session;

    public string? AtStripe(string? id) => desk.PageOf(id, Gift.LiveMode);

    public string Text(MoneyShape money) => Text(new Money(money.Amount, Currency.Parse(money.Currency)));

    public string Text(Money money) => money.Signed(site.Value.Culture);

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
        (Gift, Money) = (gift, await GiftMoney.OfAsync(db, id, cancellationToken));
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
