using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Donations.Mailed;

/// <summary>Where the mailed link leads. Opening it changes nothing, for people and mail scanners alike; the button goes on to the payment page.</summary>
[AllowAnonymous, IgnoreAntiforgeryToken, PrivatePage, PostLimit(CheckoutLimit.Policy)]
public sealed class ResumeModel(ResumeGift resume, GiftDesk desk, [FromKeyedServices(CheckoutLimit.Opened)] NetworkLimit limit, IOptions<SiteOptions> site) : PageModel
{
    public ResumeView Found { get; private set; } = new(ResumeState.Unknown, null);

    /// <summary>Why the button did not lead on.</summary>
    public string? NotPossible { get; private set; }

    public SiteOptions Site => site.Value;

    public string Sum => Found.Gift?.Amount.Format(site.Value.Culture) ?? "";

    public string? EveryPeriod => Found.Gift is { } gift ? Words.EveryPeriod(gift.Frequency) : null;

    /// <summary>With most of its letters hidden: mails are forwarded.</summary>
    public string MaskedAddress => Found.Gift is { } gift ? EmailAddress.Parse(gift.Address).Masked : "";

    public string Retry => Found.Gift is { } gift ? CancelledModel.RetryLink(gift) : "/donate";

    // From the route, not by model binding: that gives up, token and all, on a body it cannot read.
    private string Token => RouteData.Values["token"] as string ?? "";

    public Task OnGetAsync(CancellationToken cancellationToken) => ShowAsync(cancellationToken);

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        // Each press asks Stripe, as each form does.
        if (!limit.Allows(HttpContext.Connection.RemoteIpAddress, out var wait))
        {
            await ShowAsync(cancellationToken);
            NotPossible = GiftDesk.TooMany;
            Response.StatusCode = StatusCodes.Status429TooManyRequests;
            Response.Headers.RetryAfter = NetworkLimit.Seconds(wait);
            return Page();
        }
        var outcome = desk.IsOpen ? await resume.RunAsync(Token, cancellationToken) : null;
        if (outcome is StartDonationOutcome.Opened(_, var url))
            return SeeOther(url);
        if (outcome is StartDonationOutcome.AlreadyGiven(_, var session))
            return SeeOther($"/donate/thanks?session_id={Uri.EscapeDataString(session)}");
        await ShowAsync(cancellationToken);
        if (Found.State != ResumeState.Ready)
            return Page();
        NotPossible = outcome is StartDonationOutcome.Refused
            ? "The payment service does not take this gift as it is. Nothing was charged. Please choose another sum."
            : "The payment service does not answer at the moment. Nothing was charged. The link stays valid: please press the button again in a few minutes.";
        Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        return Page();
    }

    private async Task ShowAsync(CancellationToken cancellationToken)
    {
        Found = await resume.LookAsync(Token, cancellationToken);
        if (Found.State == ResumeState.Unknown)
            Response.StatusCode = StatusCodes.Status404NotFound;
        else if (Found.State == ResumeState.Expired)
            Response.StatusCode = StatusCodes.Status410Gone;
    }

    private StatusCodeResult SeeOther(string url)
    {
        Response.Headers.Location = url;
        return StatusCode(StatusCodes.Status303SeeOther);
    }
}
