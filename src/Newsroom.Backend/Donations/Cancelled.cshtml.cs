using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Donations;

/// <summary>
/// The donor turned back on Stripe's page. Leaving it is no proof that nothing was paid (another tab, a webhook under way), so this says
/// only what Stripe has said, and until then leads back to the one page, which cannot be paid twice.
/// </summary>
[AllowAnonymous, PrivatePage]
public sealed class CancelledModel(NewsroomDb db, IOptions<SiteOptions> site) : PageModel
{
    public enum View
    {
        Unknown,

        /// <summary>No payment has been heard of.</summary>
        Open,
        UnderWay,
        Booked,

        /// <summary>Stripe has said so.</summary>
        NotCharged,
    }

    public View Shown { get; private set; }

    /// <summary>The donation form with what was chosen before.</summary>
    public string Retry { get; private set; } = "/donate";

    public string Sum { get; private set; } = "";

    /// <summary>Stripe's checkout page, while it can be paid.</summary>
    public string? PaymentPage { get; private set; }

    public SiteOptions Site => site.Value;

    public async Task OnGetAsync(string? gift, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(gift) || await db.Donations.AsNoTracking().SingleOrDefaultAsync(d => d.PublicId == gift, cancellationToken) is not { } donation)
        {
            Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }
        Shown = donation switch
        {
            { IsBooked: true } => View.Booked,
            { Status: DonationStatus.Processing or DonationStatus.InReview } => View.UnderWay,
            { Status: DonationStatus.Expired or DonationStatus.Failed or DonationStatus.Rejected } => View.NotCharged,
            _ => View.Open,
        };
        var sum = donation.Amount.Format(site.Value.Culture);
        Sum = Words.EveryPeriod(donation.Frequency) is { } period ? $"{sum} {period}" : sum;
        PaymentPage = donation.IsOpen ? donation.SessionUrl : null;
        Retry = RetryLink(donation);
    }

    /// <summary>What was chosen, without anything personal: addresses of pages are kept in many places.</summary>
    internal static string RetryLink(Donation donation)
    {
        var gift = donation.Amount with { Minor = donation.AmountMinor - donation.FeeCoverMinor };
        var query = new QueryBuilder
        {
            { "amount", gift.ToDecimalString() },
            { "currency", donation.CurrencyCode },
            { "frequency", Words.Adverb(donation.Frequency) },
        };
        if (donation.FeeCoverMinor > 0)
            query.Add("cover_fees", "true");
        if (donation.Campaign is not null)
            query.Add("campaign", donation.Campaign);
        if (donation.Attribution is not null)
            query.Add("src", donation.Attribution);
        return "/donate" + query;
    }
}
