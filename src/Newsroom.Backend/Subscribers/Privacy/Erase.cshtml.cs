using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Subscribers.Privacy;

/// <summary>Where the button of the data's page leads: POST erases, twice is once. Opening it only leads back, and so does a link that may not erase yet.</summary>
[AllowAnonymous, IgnoreAntiforgeryToken, PrivatePage]
public sealed class EraseModel(MyDataLink link, EraseReader erase) : PageModel
{
    /// <summary>What stays, and why; empty also when it was erased before.</summary>
    public IReadOnlyList<string> Stays { get; private set; } = [];

    private string Token => RouteData.Values["token"] as string ?? "";

    public IActionResult OnGet() => Redirect(MyDataLink.PathOf(Token));

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        switch (await link.RunAsync(Token, cancellationToken))
        {
            case MyDataLinkHolder.Reader(var address, Moved: null):
                if (await erase.RunAsync(address, EraseCause.Wish, cancellationToken) is EraseOutcome.Erased erased)
                    Stays = erased.Stays;
                return Page();
            case MyDataLinkHolder.Erased:
                return Page();
            default:
                // Its page says what is the matter with the link, or from when on it erases.
                Response.Headers.Location = MyDataLink.PathOf(Token);
                return StatusCode(StatusCodes.Status303SeeOther);
        }
    }
}
