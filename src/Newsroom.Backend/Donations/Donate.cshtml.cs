using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Donations.Campaigns;
using Newsroom.Backend.Donations.CardTesting;
using Newsroom.Backend.Donations.Mailed;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Subscribers;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Donations;

/// <summary>
/// The donation form. It works without script and carries no authority, so it asks for no antiforgery token: forms on the newsroom's own
/// site post here without cookies.
/// </summary>
[AllowAnonymous, IgnoreAntiforgeryToken, PostLimit(CheckoutLimit.Policy)]
public sealed class DonateModel(
    GiftDesk desk, TendBreaker breaker, GiftProof proofs, ShowCampaigns campaigns, GivingTerms terms, IOptions<SiteOptions> site, IOptions<OrganisationOptions> organisation, TimeProvider clock)
    : PageModel
{
    /// <summary>The name of the field people do not see.</summary>
    public const string TrapField = "website";

    public const string ByMailField = "by_mail";

    public static IReadOnlyList<Frequency> Frequencies { get; } = [Frequency.Once, Frequency.Monthly, Frequency.Yearly];

    public SiteOptions Site => site.Value;

    public OrganisationOptions Organisation => organisation.Value;

    public bool IsOpen => desk.IsOpen;

    /// <inheritdoc cref="GiftDesk.CanMail"/>
    public bool CanMail => desk.CanMail;

    public DonateFields Fields { get; private set; } = new();

    public CurrencyTerms Offer { get; private set; } = terms.Default;

    /// <summary>How the card's fee can be covered today; null: not offered.</summary>
    public FeeCover? Fee => Offer.FeeOn(Site.DayOf(clock.GetUtcNow()));

    public AddressWanted MailingAddress => terms.MailingAddress;

    public IReadOnlyList<CurrencyTerms> Offers => terms.Currencies;

    public IReadOnlyList<FormFault> Faults { get; private set; } = [];

    /// <summary>Why the gift could not go on although the form was right.</summary>
    public string? NotPossible { get; private set; }

    /// <summary>Of the button that has the donor told when payments work again; null: not offered.</summary>
    public string? MailTicket { get; private set; }

    /// <summary>What the browser is to work out; null: nothing.</summary>
    public ProofChallenge? Proof { get; private set; }

    /// <summary>The checkout opens only by a mailed link.</summary>
    public bool IsOnlyByMail { get; private set; }

    /// <summary>Null: no box.</summary>
    public NewsletterOffer? Newsletters { get; private set; }

    /// <summary>What the link's word is for; null: it has none, or no campaign of that word.</summary>
    public CampaignView? Campaign { get; private set; }

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        await ShowAsync(DonateFields.From(name => Request.Query[name], unsaid: Frequency.Monthly), isLink: true, cancellationToken);
        if (!IsOpen)
            Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        if (!IsOpen)
            return await OnGetAsync(cancellationToken);
        var form = await Request.ReadFormOrEmptyAsync(cancellationToken);
        // A form of the newsroom's own that names no frequency asks for one gift: a plan must be asked for.
        var fields = DonateFields.From(name => form[name], unsaid: Frequency.Once);
        var (outcome, faults) = await desk.TakeAsync(WithProof(fields.ToForm(), form), HttpContext.Connection.RemoteIpAddress, cancellationToken);
        switch (outcome)
        {
            case StartDonationOutcome.Opened(_, var url):
                return SeeOther(url);
            case StartDonationOutcome.AlreadyGiven(_, var session):
                return SeeOther($"/donate/thanks?session_id={Uri.EscapeDataString(session)}");
            case StartDonationOutcome.LinkFollows(var cause):
                return SeeOther(ByMailModel.After(cause));
            case StartDonationOutcome.OnlyByMail:
                NotPossible = GiftDesk.MailNeeded;
                Response.StatusCode = StatusCodes.Status403Forbidden;
                break;
            case StartDonationOutcome.NeedsProof(var challenge):
                (NotPossible, Proof) = (GiftDesk.ProofNeeded, challenge);
                Response.StatusCode = StatusCodes.Status403Forbidden;
                break;
            case StartDonationOutcome.Deferred(var gift):
                NotPossible = GiftDesk.Unreachable;
                MailTicket = await desk.OfferMailAsync(gift, cancellationToken);
                Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                Response.Headers.RetryAfter = "60";
                break;
            case StartDonationOutcome.TooMany(var wait):
                NotPossible = GiftDesk.TooMany;
                Response.StatusCode = StatusCodes.Status429TooManyRequests;
                Response.Headers.RetryAfter = NetworkLimit.Seconds(wait);
                break;
            default:
                Faults = faults;
                Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
                break;
        }
        await ShowAsync(fields, isLink: false, cancellationToken);
        return Page();
    }

    public string? ErrorOf(string field) => Faults.FirstOrDefault(f => f.Field == field)?.WhatToDo;

    public string Sum(Money money) => money.Format(Site.Culture, brief: true);

    /// <summary>Which button was pressed, and what the script found. Who wants the mail gets it, whatever the script has found.</summary>
    private static GiftForm WithProof(GiftForm gift, IFormCollection form)
    {
        var byMail = DonateFields.Ticks(form[ByMailField]);
        return byMail ? gift with { ByMail = true } : gift with { Ticket = form[SignUpCaller.TicketField], ProofNonce = form[SignUpCaller.NonceField] };
    }

    /// <summary>The same form in another currency, with what is not personal: addresses of pages are kept in many places.</summary>
    public string LinkTo(Currency other)
    {
        var query = new QueryBuilder { { "currency", other.Code }, { "frequency", Fields.Frequency } };
        if (Fields.Campaign is { } campaign)
            query.Add("campaign", campaign);
        if (Fields.Source is { } source)
            query.Add("src", source);
        return "/donate" + query;
    }

    private StatusCodeResult SeeOther(string url)
    {
        Response.Headers.Location = url;
        return StatusCode(StatusCodes.Status303SeeOther);
    }

    private async Task ShowAsync(DonateFields fields, bool isLink, CancellationToken cancellationToken)
    {
        Offer = terms.Find(fields.Currency) ?? terms.Default;
        fields.Place(Offer, Site.Culture, isLink);
        fields.Nonce ??= PublicId.New("form");
        Fields = fields;
        // Each rendering is a form of its own: one kept on the way would make the next donor's gift the first one's.
        Response.Headers.CacheControl = "private, no-cache";
        if (!IsOpen)
            return;
        Campaign = fields.Campaign is { } word ? await campaigns.OfWordAsync(word, clock.GetUtcNow(), cancellationToken) : null;
        Newsletters = await desk.OfferAsync(fields.Newsletter, cancellationToken);
        var level = await breaker.LookAsync(cancellationToken);
        if (level == BreakerLevel.Calm && Proof is null)
            return;
        IsOnlyByMail = level == BreakerLevel.Closed && CanMail;
        Proof = IsOnlyByMail ? null : Proof ?? await proofs.IssueAsync(cancellationToken);
        Offer = Offer with { Minimum = SmallGifts.Minimum(Offer) };
        // The ticket works once.
        Response.Headers.CacheControl = "no-store";
    }
}
