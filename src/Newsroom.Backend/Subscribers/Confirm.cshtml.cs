using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Subscribers;

/// <summary>Where the confirmation mail leads. Opening it changes nothing, for people and mail scanners alike; the button confirms.</summary>
[AllowAnonymous, IgnoreAntiforgeryToken, PrivatePage]
public sealed class ConfirmModel(ConfirmSignUp confirm, RenewConfirmation renew, ReaderLinks links, ConsentPlaces places, IOptions<MailOptions> mail, IOptions<SiteOptions> site) : PageModel
{
    public ConfirmOutcome Outcome { get; private set; } = new(ConfirmState.Unknown, []);

    public SiteOptions Site => site.Value;

    /// <summary>The reader's own page, once there is something to choose.</summary>
    public string? PreferencesLink { get; private set; }

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

    // From the route, not by model binding: that gives up, token and all, on a body it cannot read.
    private string Token => RouteData.Values["token"] as string ?? "";

    public async Task OnGetAsync(CancellationToken cancellationToken) => await ShowAsync(await confirm.LookAsync(Token, cancellationToken), cancellationToken);

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        // Set by the button of an expired link's page.
        var again = (await Request.ReadFormOrEmptyAsync(cancellationToken))["again"].Count > 0;
        if (again && await renew.RunAsync(Token, cancellationToken))
        {
            Response.Headers.Location = SubscribeModel.CheckYourMail;
            return StatusCode(StatusCodes.Status303SeeOther);
        }
        await ShowAsync(again ? await confirm.LookAsync(Token, cancellationToken) : await confirm.RunAsync(Token, await places.OfAsync(Request, source: null, cancellationToken), cancellationToken), cancellationToken);
        return Page();
    }

    private async Task ShowAsync(ConfirmOutcome outcome, CancellationToken cancellationToken)
    {
        Outcome = outcome;
        if (outcome is { State: ConfirmState.Confirmed or ConfirmState.AlreadyConfirmed, SubscriberPublicId: { } reader })
            PreferencesLink = await links.PreferencesAsync(reader, cancellationToken);
        if (outcome.State == ConfirmState.Unknown)
            Response.StatusCode = StatusCodes.Status404NotFound;
    }
}
