using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Subscribers.Preferences;

/// <summary>Where the mail to a reader's new address leads. Opening it changes nothing; the button moves the newsletters.</summary>
[AllowAnonymous, IgnoreAntiforgeryToken, PrivatePage]
public sealed class NewAddressModel(ConfirmAddressChange change) : PageModel
{
    public AddressChangeState State { get; private set; }

    // From the route, not by model binding: that gives up, token and all, on a body it cannot read.
    private string Token => RouteData.Values["token"] as string ?? "";

    public async Task OnGetAsync(CancellationToken cancellationToken) => Show(await change.LookAsync(Token, cancellationToken));

    public async Task OnPostAsync(CancellationToken cancellationToken) => Show(await change.RunAsync(Token, cancellationToken));

    private void Show(AddressChangeState state)
    {
        State = state;
        if (state == AddressChangeState.Unknown)
            Response.StatusCode = StatusCodes.Status404NotFound;
    }
}
