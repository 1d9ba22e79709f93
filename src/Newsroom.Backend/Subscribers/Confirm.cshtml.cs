using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Subscribers;

/// <summary>Where the confirmation mail leads. Opening it changes nothing, for people and mail scanners alike; the button confirms.</summary>
[AllowAnonymous, IgnoreAntiforgeryToken, PrivatePage]
public sealed class ConfirmModel(ConfirmSignUp confirm, RenewConfirmation renew, IOptions<MailOptions> mail, IOptions<SiteOptions> site) : PageModel
{
    public ConfirmOutcome Outcome { get; private set; } = new(ConfirmState.Unknown, []);

    public SiteOptions Site => site.Value;

    /// <summary>What readers put into their contacts.</summary>
    public string? SenderAddress => mail.Value.Sender?.Address.Value;

    public string Headline => Outcome.State switch
    {
        ConfirmState.Open => "Confirm your subscription",
        ConfirmState.Confirmed => "You are signed up",
        ConfirmState.AlreadyConfirmed => "Already confirmed",
        ConfirmState.Expired => "This link has expired",
        ConfirmState.LeftSince => "You have left since",
        ConfirmState.Barred => "We may not write to you",
        _ => "We do not know this link",
    };

    public async Task OnGetAsync(string token, CancellationToken cancellationToken) => Show(await confirm.LookAsync(token, cancellationToken));

    /// <param name="token">The link's.</param>
    /// <param name="again">Set by the button of an expired link's page.</param>
    /// <param name="cancellationToken">Cancels before the save.</param>
    public async Task<IActionResult> OnPostAsync(string token, string? again, CancellationToken cancellationToken)
    {
        if (again is not null && await renew.RunAsync(token, cancellationToken))
        {
            Response.Headers.Location = SubscribeModel.CheckYourMail;
            return StatusCode(StatusCodes.Status303SeeOther);
        }
        Show(again is null ? await confirm.RunAsync(token, cancellationToken) : await confirm.LookAsync(token, cancellationToken));
        return Page();
    }

    private void Show(ConfirmOutcome outcome)
    {
        Outcome = outcome;
        if (outcome.State == ConfirmState.Unknown)
            Response.StatusCode = StatusCodes.Status404NotFound;
    }
}
