using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Donations.Mailed;

/// <summary>The button "send me a link when it works again", and the page after it, which is the same for everybody.</summary>
[AllowAnonymous, IgnoreAntiforgeryToken, PostLimit(CheckoutLimit.Policy)]
public sealed class ByMailModel(GiftDesk desk, IOptions<SiteOptions> site) : PageModel
{
    public const string TicketField = "ticket";
    private const string Address = "/donate/by-mail";

    public SiteOptions Site => site.Value;

    public bool IsLater { get; private set; }

    /// <summary>The button was pressed on a page that is too old.</summary>
    public bool IsTooLate { get; private set; }

    public static string After(LinkCause cause) => cause == LinkCause.StripeDown ? Address + "?when=later" : Address;

    public void OnGet() => IsLater = Request.Query["when"] == "later";

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        var ticket = (await Request.ReadFormOrEmptyAsync(cancellationToken))[TicketField];
        switch (await desk.MailWhenOpenAsync(ticket, HttpContext.Connection.RemoteIpAddress, cancellationToken))
        {
            case StartDonationOutcome.LinkFollows(var cause):
                Response.Headers.Location = After(cause);
                return StatusCode(StatusCodes.Status303SeeOther);
            case StartDonationOutcome.TooMany(var wait):
                Response.StatusCode = StatusCodes.Status429TooManyRequests;
                Response.Headers.RetryAfter = NetworkLimit.Seconds(wait);
                return new EmptyResult();
            default:
                IsTooLate = true;
                Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
                return Page();
        }
    }
}
