using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Donations;

/// <summary>The donor turned back on Stripe's page: nothing was charged, and the way back keeps the sum.</summary>
[AllowAnonymous, PrivatePage]
public sealed class CancelledModel(NewsroomDb db, IOptions<SiteOptions> site) : PageModel
{
    /// <summary>The donation form with what was chosen before.</summary>
    public string Retry { get; private set; } = "/donate";

    /// <summary>Null when the gift is not known.</summary>
    public string? Sum { get; private set; }

    /// <summary>The gift was paid after all, in another tab.</summary>
    public bool IsBooked { get; private set; }

    public SiteOptions Site => site.Value;

    public async Task OnGetAsync(string? gift, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(gift) || await db.Donations.AsNoTracking().SingleOrDefaultAsync(d => d.PublicId == gift, cancellationToken) is not { } donation)
            return;
        var sum = donation.Amount.Format(site.Value.Culture);
        Sum = Words.EveryPeriod(donation.Frequency) is { } period ? $"{sum} {period}" : sum;
        IsBooked = donation.IsBooked;
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
