using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Subscribers;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Donations.Giving;

/// <summary>Where donors ask for the link to their gifts. The page answers every address alike.</summary>
[AllowAnonymous, IgnoreAntiforgeryToken, PostLimit(GivingSetup.Limit)]
public sealed class AskModel(AskForGiving ask, IOptions<SiteOptions> site) : PageModel
{
    internal const string Asked = OpenGiving.Path + "?done=asked";
    private const string NoMailYet = "This newsroom has not set up its email, so no link can be mailed. Please write to us: the contact is at the foot of this page.";

    public SiteOptions Site => site.Value;

    public bool IsAsked => Request.Query["done"] == "asked" && Error is null;

    /// <summary>As typed: an error takes nothing away.</summary>
    public string? Email { get; private set; }
    public string? Error { get; private set; }

    public void OnGet()
    {
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        Email = (await Request.ReadFormOrEmptyAsync(cancellationToken))["email"];
        var outcome = await ask.RunAsync(Email, cancellationToken);
        if (outcome == AskForGivingOutcome.Accepted)
        {
            Response.Headers.Location = Asked;
            return StatusCode(StatusCodes.Status303SeeOther);
        }
        var isBad = outcome == AskForGivingOutcome.BadAddress;
        Error = isBad ? SignUpWords.BadAddress : NoMailYet;
        Response.StatusCode = isBad ? StatusCodes.Status422UnprocessableEntity : StatusCodes.Status503ServiceUnavailable;
        return Page();
    }
}
