using System.Globalization;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Subscribers.Privacy;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Subscribers.Preferences;

/// <summary>
/// A reader's own page, by the link in every mail: the token is the authority. GET shows. Each form on it has one <see cref="ActField"/>; a good POST
/// is answered by 303 back here with the key of a fixed sentence, a bad one by the page with what to do.
/// </summary>
[AllowAnonymous, IgnoreAntiforgeryToken, PrivatePage]
public sealed class PreferencesModel(
    LookAtPreferences look, ChooseNewsletters newsletters, ChooseRhythm rhythm, PauseMail pause, RenameReader rename, ChooseLanguage language,
    AskAddressChange address, SendMyDataLink sendMyData, IOptions<SiteOptions> site) : PageModel
{
    public const string ActField = "act";

    /// <summary>Slugs that were ticked when the page was made. What changed elsewhere meanwhile is not undone by an old page.</summary>
    public const string HadField = "had";

    /// <summary>Null for a link we do not know.</summary>
    public PreferencesView? View { get; private set; }

    public SiteOptions Site => site.Value;

    public CultureInfo Culture => ReaderLanguage.CultureOf(View?.Language, Site);

    /// <summary>What the last form did, from a fixed list; null when nothing did.</summary>
    public string? Done => PreferencesNotice.Of(Request.Query["done"]);

    /// <summary>Of the form that was not right: its field's id, and what to do.</summary>
    public (string Field, string Text)? Error { get; private set; }

    /// <summary>As typed.</summary>
    public string? Typed { get; private set; }

    public DateOnly Tomorrow => pause.Today.AddDays(1);

    public DateOnly LastDay => pause.Today.AddDays(PauseMail.Longest);

    // From the route, not by model binding: that gives up, token and all, on a body it cannot read.
    private string Token => RouteData.Values["token"] as string ?? "";

    public string LocalDay(DateTimeOffset instant) => TimeZoneInfo.ConvertTime(instant, Site.Zone).ToString("D", Culture);

    public Task OnGetAsync(CancellationToken cancellationToken) => ShowAsync(cancellationToken);

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        await ShowAsync(cancellationToken);
        if (View is null)
            return Page();
        var form = await Request.ReadFormOrEmptyAsync(cancellationToken);
        switch (form[ActField].ToString())
        {
            case "newsletters":
                return await ChooseAsync(form, cancellationToken);
            case "leave-all":
                await newsletters.RunAsync(View.SubscriberId, [.. View.Newsletters.Select(n => n.Newsletter.Slug)], [], ConsentWording.LeaveAll, cancellationToken);
                return Back(PreferencesNotice.Left);
            case "pause":
                return await PauseAsync(form, cancellationToken);
            case "go-on":
                await pause.RunAsync(View.SubscriberId, null, cancellationToken);
                return Back(PreferencesNotice.GoesOn);
            case "name":
                await rename.RunAsync(View.SubscriberId, form["name"], cancellationToken);
                return Back(PreferencesNotice.Saved);
            case "language":
                await language.RunAsync(View.SubscriberId, form["language"], cancellationToken);
                return Back(PreferencesNotice.Saved);
            case "my-data":
                await sendMyData.RunAsync(View.SubscriberId, cancellationToken);
                return Back(PreferencesNotice.MyData);
            case "address":
                return await MoveAsync(form, cancellationToken);
            default:
                return Page();
        }
    }

    private async Task<IActionResult> ChooseAsync(IFormCollection form, CancellationToken cancellationToken)
    {
        string[] Slugs(string field) => [.. form[field].OfType<string>()];

        var (ticked, had) = (Slugs("newsletter"), Slugs(HadField));
        var outcome = await newsletters.RunAsync(View!.SubscriberId, [.. had.Except(ticked)], [.. ticked.Except(had)], ConsentWording.Preferences, cancellationToken);
        if (outcome == ChoiceOutcome.Saved)
        {
            var chosen = ticked.Distinct().Select(slug => (Slug: slug, Rhythm: RhythmWords.Read(form["rhythm-" + slug]))).Where(c => c.Rhythm is not null);
            await rhythm.RunAsync(View.SubscriberId, chosen.ToDictionary(c => c.Slug, c => c.Rhythm!.Value), cancellationToken);
        }
        return outcome switch
        {
            ChoiceOutcome.Saved => Back(PreferencesNotice.Saved),
            ChoiceOutcome.Asked => Back(PreferencesNotice.Asked),
            ChoiceOutcome.Barred => Wrong("newsletters", "We may not write to your address, so nothing can be added. “Not receiving our mail?” at the foot of this page says what to do."),
            _ => throw new InvalidOperationException($"No answer for {outcome}."),
        };
    }

    private async Task<IActionResult> PauseAsync(IFormCollection form, CancellationToken cancellationToken)
    {
        Typed = form["until"];
        var day = form["days"].Count > 0 ? pause.Today.AddDays(PauseMail.UsualDays)
            : DateOnly.TryParseExact(Typed, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var read) ? read : (DateOnly?)null;
        return day is not null && await pause.RunAsync(View!.SubscriberId, day, cancellationToken) == PauseOutcome.Saved
            ? Back(PreferencesNotice.Paused)
            : Wrong("until", $"Choose a day from {Tomorrow.ToString("D", Culture)} to {LastDay.ToString("D", Culture)}, or press “Pause for {PauseMail.UsualDays} days”.");
    }

    private async Task<IActionResult> MoveAsync(IFormCollection form, CancellationToken cancellationToken)
    {
        Typed = form["email"];
        return await address.RunAsync(View!.SubscriberId, Typed, cancellationToken) switch
        {
            AskAddressOutcome.Accepted => Back(PreferencesNotice.AddressAsked),
            AskAddressOutcome.BadAddress => Wrong("email", SignUpWords.BadAddress),
            AskAddressOutcome.TooOften => Wrong("email", "You have asked for several changes today. Please try again tomorrow, or use the button in one of the messages we sent."),
            AskAddressOutcome.Locked => Wrong("email", "The address cannot be changed here at present. Please write to us: the contact is at the foot of this page."),
            var outcome => throw new InvalidOperationException($"No answer for {outcome}."),
        };
    }

    private StatusCodeResult Back(string notice)
    {
        Response.Headers.Location = $"/preferences/{Token}?done={notice}";
        return StatusCode(StatusCodes.Status303SeeOther);
    }

    private PageResult Wrong(string field, string text)
    {
        Error = (field, text);
        Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        return Page();
    }

    private async Task ShowAsync(CancellationToken cancellationToken)
    {
        View = await look.RunAsync(Token, cancellationToken);
        if (View is null)
            Response.StatusCode = StatusCodes.Status404NotFound;
    }
}

/// <summary>What the page says after a form. Only these keys are heeded: an address must not put words onto our page.</summary>
internal static class PreferencesNotice
{
    public const string Saved = "saved";
    public const string Asked = "asked";
    public const string Left = "left";
    public const string Paused = "paused";
    public const string GoesOn = "goes-on";
    public const string AddressAsked = "address-asked";
    public const string MyData = "my-data";

    public static string? Of(string? key) => key switch
    {
        Saved => "Saved.",
        Asked => "A message is on its way to you: press the button in it, and what you chose comes to you. We ask once more because you had left, and old links should bring nobody back.",
        Left => "You have left all our newsletters. A regular gift is not ended by that: it goes on until you stop it.",
        Paused => "Paused. Nothing comes before the day you chose; then it goes on by itself.",
        GoesOn => "Your newsletters come again, from the next one on.",
        AddressAsked => "A message is on its way to the new address. Press the button in it within two days; until then everything comes to the old one.",
        MyData => "A message with the link to your data is on its way to you. If none comes, you have asked three times today: use the last one.",
        _ => null,
    };
}
