using Hangfire;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Jobs;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Donations;

/// <summary>
/// Where Stripe sends the donor back to. It says only what is booked: the visit proves nothing, since anybody can open this address. While
/// a gift is not settled the page lets a job ask Stripe; see docs/decisions/0006.
/// </summary>
[AllowAnonymous, PrivatePage]
public sealed class ThanksModel(NewsroomDb db, IBackgroundJobClient jobs, TimeProvider clock, IOptions<SiteOptions> site, IOptions<OrganisationOptions> organisation)
    : PageModel
{
    public enum View
    {
        Unknown,
        Confirming,

        /// <summary>A bank debit: days.</summary>
        AtTheBank,
        Booked,
        NotPaid,
    }

    public View Shown { get; private set; }

    public string Sum { get; private set; } = "";

    public string? EveryPeriod { get; private set; }

    /// <summary>With most of its letters hidden: the address of this page may be seen by others.</summary>
    public string MaskedAddress { get; private set; } = "";

    public string? ReceiptNumber { get; private set; }

    public string? Retry { get; private set; }

    public string LegalName => organisation.Value.LegalName;

    public SiteOptions Site => site.Value;

    public async Task<IActionResult> OnGetAsync([FromQuery(Name = "session_id")] string? sessionId, CancellationToken cancellationToken)
    {
        var gift = string.IsNullOrEmpty(sessionId) ? null : await db.Donations.AsNoTracking().SingleOrDefaultAsync(d => d.SessionId == sessionId, cancellationToken);
        if (gift is null)
        {
            Response.StatusCode = StatusCodes.Status404NotFound;
            return Page();
        }
        Shown = gift switch
        {
            { IsBooked: true } => View.Booked,
            { Status: DonationStatus.Processing or DonationStatus.InReview } => View.AtTheBank,
            { IsUnsettled: true } => View.Confirming,
            _ => View.NotPaid,
        };
        Sum = gift.Amount.Format(site.Value.Culture);
        EveryPeriod = Words.EveryPeriod(gift.Frequency);
        MaskedAddress = EmailAddress.Parse(gift.Address).Masked;
        Retry = CancelledModel.RetryLink(gift);
        if (Shown == View.Booked)
            ReceiptNumber = (await db.Receipts.AsNoTracking().SingleOrDefaultAsync(r => r.DonationId == gift.Id && r.Revision == 0, cancellationToken))?.Number;
        // Claimed before it is enqueued: many openings of one page are one question.
        else if (gift.IsUnsettled && await CheckUnsettledGifts.ClaimAsync(db, gift.Id, clock.GetUtcNow(), CheckUnsettledGifts.Pause, cancellationToken))
            jobs.Enqueue<CheckUnsettledGifts>(Queues.Critical, j => j.RunOneAsync(gift.Id, CancellationToken.None));
        return Page();
    }
}
