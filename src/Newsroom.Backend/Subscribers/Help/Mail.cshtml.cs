using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Subscribers.Help;

/// <summary>"Not receiving our mail?": what to look for, and a form that has the answer mailed. The page answers every address alike.</summary>
[AllowAnonymous, IgnoreAntiforgeryToken, PostLimit(AskHowMailStands.Limit)]
public sealed class MailModel(AskHowMailStands ask, IOptions<MailOptions> mail, IOptions<SiteOptions> site) : PageModel
{
    public const string Address = "/help/mail";

    public SiteOptions Site => site.Value;

    /// <summary>What readers put into their contacts.</summary>
    public string? Sender => mail.Value.Sender?.Address.Value;

    public bool IsAsked => Request.Query["done"] == "asked";

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
        if (outcome == MailStateOutcome.Accepted)
        {
            Response.Headers.Location = Address + "?done=asked";
            return StatusCode(StatusCodes.Status303SeeOther);
        }
        var isBad = outcome == MailStateOutcome.BadAddress;
        Error = isBad ? SignUpWords.BadAddress : SignUpWords.NoMailYet;
        Response.StatusCode = isBad ? StatusCodes.Status422UnprocessableEntity : StatusCodes.Status503ServiceUnavailable;
        return Page();
    }
}
