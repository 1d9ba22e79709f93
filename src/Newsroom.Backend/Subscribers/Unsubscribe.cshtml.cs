using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Newsroom.Backend.Subscribers.Preferences;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Subscribers;

public enum UnsubscribeAct
{
    /// <summary>Only looked.</summary>
    None,
    Left,
    Returned,
}

/// <summary>
/// Where <c>List-Unsubscribe</c> and the link in a newsletter's footer lead. GET shows a button. POST leaves: a mail program's (RFC 8058, form-encoded
/// or multipart, no cookies) is answered 200 with nothing, a person's with the page. Never limited: nothing may stand in the way of leaving.
/// </summary>
[AllowAnonymous, IgnoreAntiforgeryToken, PrivatePage]
public sealed class UnsubscribeModel(Leave leave, ReaderLinks links, ConsentPlaces places) : PageModel
{
    /// <summary>In our page's form only, so a mail program's POST is whatever has it not.</summary>
    public const string FromField = "from";
    public const string AllField = "all";
    public const string UndoField = "undo";

    /// <summary>A rhythm's name: bring it back, but less often.</summary>
    public const string InsteadField = "instead";

    /// <summary>Null for a token that no subscription has.</summary>
    public LeaveView? View { get; private set; }

    public UnsubscribeAct Act { get; private set; }

    /// <summary>The reader's own page.</summary>
    public string? PreferencesLink { get; private set; }

    /// <summary>What the page offers to who has just left; null when it could hardly come less often.</summary>
    public Rhythm? Instead => View is { CanUndo: true } ? RhythmWords.LessOften(View.Rhythm, View.Newsletter) : null;

    public string Headline => (View, Act) switch
    {
        (null, _) => "We do not know this link",
        ({ IsActive: true }, UnsubscribeAct.Returned) => $"You get {View.Newsletter.Name} again",
        ({ IsActive: true }, _) => $"Leave {View.Newsletter.Name}?",
        _ => $"You have left {View.Newsletter.Name}",
    };

    // From the route, not by model binding: that gives up, token and all, on a body it cannot read.
    private string Token => RouteData.Values["token"] as string ?? "";

    public async Task OnGetAsync(CancellationToken cancellationToken) => await ShowAsync(await leave.LookAsync(Token, cancellationToken), cancellationToken);

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        // The token says it all: a body that cannot be read is as good as none.
        var form = await Request.ReadFormOrEmptyAsync(cancellationToken);
        var place = await places.OfAsync(Request, source: null, cancellationToken);
        var instead = RhythmWords.Read(form[InsteadField]);
        if (form[UndoField].Count > 0 || instead is not null)
        {
            await ShowAsync(await leave.UndoAsync(Token, instead, place, cancellationToken), cancellationToken);
            Act = UnsubscribeAct.Returned;
            return Page();
        }
        var byPerson = form[FromField].Count > 0;
        var view = await leave.RunAsync(Token, form[AllField].Count > 0, byPerson ? ConsentMethod.UnsubscribePage : ConsentMethod.OneClick, place, cancellationToken);
        await ShowAsync(view, cancellationToken);
        if (View is not null && !byPerson)
            return new EmptyResult();
        Act = UnsubscribeAct.Left;
        return Page();
    }

    private async Task ShowAsync(LeaveView? view, CancellationToken cancellationToken)
    {
        View = view;
        if (view is null)
            Response.StatusCode = StatusCodes.Status404NotFound;
        else
            PreferencesLink = await links.PreferencesAsync(view.SubscriberPublicId, cancellationToken);
    }
}
