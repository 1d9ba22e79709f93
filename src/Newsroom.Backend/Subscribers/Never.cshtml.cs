using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Subscribers;

/// <summary>Where a confirmation mail's "this wasn't me" leads. Never limited: nothing may stand in the way of a no.</summary>
[AllowAnonymous, IgnoreAntiforgeryToken, PrivatePage]
public sealed class NeverModel(NeverAgain never, IOptions<SiteOptions> site) : PageModel
{
    public const string UndoField = "undo";

    public NeverState State { get; private set; }

    public SiteOptions Site => site.Value;

    public string Headline => State switch
    {
        NeverState.Open => "It was not you?",
        NeverState.Done or NeverState.DoneJustNow => "We will not write to you again",
        NeverState.Undone => "Taken back",
        _ => "We do not know this link",
    };

    // From the route, not by model binding: that gives up, token and all, on a body it cannot read.
    private string Token => RouteData.Values["token"] as string ?? "";

    public async Task OnGetAsync(CancellationToken cancellationToken) => Show(await never.LookAsync(Token, cancellationToken));

    public async Task OnPostAsync(CancellationToken cancellationToken)
    {
        var undo = (await Request.ReadFormOrEmptyAsync(cancellationToken))[UndoField].Count > 0;
        Show(undo ? await never.UndoAsync(Token, cancellationToken) : await never.RunAsync(Token, cancellationToken));
    }

    private void Show(NeverState state)
    {
        State = state;
        if (state == NeverState.Unknown)
            Response.StatusCode = StatusCodes.Status404NotFound;
    }
}
