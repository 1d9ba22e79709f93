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

        /// <summary>The donor's bank has asked about it and not decided yet.</summary>
        Disputed,

        /// <summary>All of it was given back.</summary>
        Refunded,

        /// <summary>The donor's bank took it back: a dispute it decided so, or a debit that failed late.</summary>
        TakenBack,
        NotPaid,
    }

    public View Shown { get; private set; }

    public string Sum { get; private set; } = "";

    public string? EveryPeriod { get; private set; }

    /// <summary>The part that was given back, or is on its way; null when nothing is.</summary>
    public string? GivenBack { get; private set; }

    /// <summary>With most of its letters hidden: the address of this page may be seen by others. Null once the donor is erased.</summary>
    public string? MaskedAddress { get; private set; }

    /// <summary>The name of the campaign whose word the gift carries; null: none.</summary>
    public string? Campaign { get; private set; }

    /// <summary>The newest: it makes the ones before it void.</summary>
    public Receipt? Receipt { get; private set; }

    /// <summary>What comes next of a regular gift; null for a single one, and until it is booked.</summary>
    public string? Next { get; private set; }

    public string? Retry { get; private set; }

    public string LegalName => organisation.Value.LegalName;

    public SiteOptions Site => site.Value;

    public async Task<IActionResult> OnGetAsync([FromQuery(Name = "session_id")] string? sessionId, CancellationToken cancellationToken)
    {
        var gift = string.IsNullOrEmpty(sessionId) ? null : await db.Donations.AsNoTracking().Include(d => d.Plan).SingleOrDefaultAsync(d => d.SessionId == sessionId, cancellationToken);
        if (gift is null)
        {
            Response.StatusCode = StatusCodes.Status404NotFound;
            return Page();
        }
        Shown = ViewOf(gift);
        Sum = gift.Amount.Format(site.Value.Culture);
        EveryPeriod = Words.EveryPeriod(gift.Frequency);
        GivenBack = gift.RefundedMinor > 0 ? new Money(gift.RefundedMinor, gift.Amount.Currency).Format(site.Value.Culture) : null;
        MaskedAddress = DonorPersonalData.IsErased(gift.Address) ? null : EmailAddress.Parse(gift.Address).Masked;
        Next = gift.Plan is { } plan ? NextOf(plan) : null;
        Campaign = gift.Campaign is { } word ? await db.Campaigns.Where(c => c.Slug == word).Select(c => c.Name).SingleOrDefaultAsync(cancellationToken) : null;
        Retry = CancelledModel.RetryLink(gift);
        if (gift.IsBooked)
            Receipt = await db.Receipts.AsNoTracking().Where(r => r.DonationId == gift.Id).OrderByDescending(r => r.Revision).FirstOrDefaultAsync(cancellationToken);
        // Claimed before it is enqueued: many openings of one page are one question.
        else if (gift.IsUnsettled && await CheckUnsettledGifts.ClaimAsync(db, gift.Id, clock.GetUtcNow(), CheckUnsettledGifts.Pause, cancellationToken))
            jobs.Enqueue<CheckUnsettledGifts>(Queues.Critical, j => j.RunOneAsync(gift.Id, CancellationToken.None));
        return Page();
    }

    private static View ViewOf(Donation gift) => gift switch
    {
        { IsBooked: true, Status: DonationStatus.Disputed } => View.Disputed,
        { IsBooked: true, Status: DonationStatus.Refunded } => View.Refunded,
        { IsBooked: true, Status: DonationStatus.DisputeLost or DonationStatus.LateFailed } => View.TakenBack,
        { IsBooked: true } => View.Booked,
        { Status: DonationStatus.Processing or DonationStatus.InReview } => View.AtTheBank,
        { IsUnsettled: true } => View.Confirming,
        _ => View.NotPaid,
    };

    /// <summary>The sum is the plan's, which may have been changed since its first gift.</summary>
    private string NextOf(RecurringPlan plan) => plan.Status switch
    {
        // Stripe's "unpaid": who pays the missing one gives on.
        PlanStatus.Lapsed when plan.EndedAt is null => "Your regular gift has stopped: nothing more is charged by itself.",
        _ when plan.IsOver => "Your regular gift has ended: nothing more is charged.",
        PlanStatus.CancelScheduled => "Your regular gift ends with the time that is paid: nothing more is charged.",
        PlanStatus.Paused or PlanStatus.Held => "Your regular gift is paused: nothing is charged meanwhile.",
        _ => $"{plan.Amount.Format(site.Value.Culture)} will be charged {Words.EveryPeriod(plan.Frequency)}. "
            + "You can change, pause or stop it whenever you like, under “Your gifts” at the foot of this page.",
    };
}
