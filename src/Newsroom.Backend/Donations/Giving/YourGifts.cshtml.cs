using System.Globalization;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Donations.Giving;

/// <param name="Page">What it stands on.</param>
/// <param name="Shown">The regular gift.</param>
public sealed record PlanCard(YourGiftsModel Page, GivingPlan Shown);

/// <param name="Plan">Public id of the regular gift whose form was not right.</param>
/// <param name="Field">Id of its field; null when the fault is none of the donor's.</param>
/// <param name="Text">What to do.</param>
public sealed record GivingFault(string? Plan, string? Field, string Text);

/// <summary>
/// A donor's own page, by the mailed link: the token is the authority. GET shows; each form has one <c>act</c>, and a good POST is answered by 303 back here with the
/// key of a fixed sentence.
/// </summary>
[AllowAnonymous, IgnoreAntiforgeryToken, PrivatePage, PostLimit(GivingSetup.Limit)]
public sealed class YourGiftsModel(
    OpenGiving open, ReadGiving read, ChangePlan change, AskForGiving ask, GivingTerms terms, IOptions<SiteOptions> site) : PageModel
{
    private const string Silent = "The payment service did not answer to the end. Look at this page again in a few minutes: it then shows whether it was done, and you can try once more.";
    private const string NotNow = "Nothing was changed: the gift is not as it was when this page was made. It shows now how the gift stands.";

    public GivingHolder Holder { get; private set; } = new GivingHolder.Nobody();

    /// <summary>Null unless the link opens.</summary>
    public GivingView? View { get; private set; }

    public GivingFault? Error { get; private set; }

    /// <summary>The sum as typed: an error takes nothing away.</summary>
    public string? Typed { get; private set; }

    /// <summary>What the last form did, from a fixed list; null when nothing did.</summary>
    public string? Done => GivingNotice.Of(Request.Query["done"]);

    public CultureInfo Culture => site.Value.Culture;

    public string Headline => Holder switch
    {
        GivingHolder.Known => "Your gifts",
        GivingHolder.Expired => "This link has expired",
        GivingHolder.Erased => "Your name and address are erased",
        _ => "We do not know this link",
    };

    // From the route, not by model binding: that gives up, token and all, on a body it cannot read.
    private string Token => RouteData.Values["token"] as string ?? "";

    public string Text(Money money) => money.Format(Culture);

    /// <summary>As the form's field reads it back.</summary>
    public string Plain(Money money) => AmountText.Write(money, Culture);

    public string Day(DateOnly day) => day.ToString("D", Culture);

    public string Local(DateTimeOffset at) => TimeZoneInfo.ConvertTime(at, site.Value.Zone).ToString("D", Culture);

    public string ReceiptPath(string number) => $"{OpenGiving.PathOf(Token)}/receipts/{number}";

    public string StatementPath(int year) => string.Create(CultureInfo.InvariantCulture, $"{OpenGiving.PathOf(Token)}/statements/{year}");

    /// <summary>Null: gifts are no longer taken in that currency, so its sum stays.</summary>
    public CurrencyTerms? TermsOf(RecurringPlan plan) => terms.Find(plan.CurrencyCode);

    /// <summary>How many payments to leave out, and in words; the empty one has no end.</summary>
    public IEnumerable<(string Value, string Text)> PausesOf(RecurringPlan plan)
    {
        int[] choices = plan.NextPaymentAt is null ? [] : plan.Frequency == Frequency.Yearly ? [1] : [1, 2, 3, 6];
        foreach (var payments in choices)
        {
            var again = plan.AfterLeavingOut(payments).AddDays(1);
            yield return (payments.ToString(CultureInfo.InvariantCulture), payments == 1
                ? $"the next payment (the one after it is on {Local(again)})"
                : string.Create(CultureInfo.InvariantCulture, $"the next {payments} payments (then on {Local(again)})"));
        }
        yield return ("", "all payments, until I go on");
    }

    public async Task OnGetAsync(CancellationToken cancellationToken) => await ShowAsync(cancellationToken);

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        Holder = await open.RunAsync(Token, cancellationToken);
        var form = await Request.ReadFormOrEmptyAsync(cancellationToken);
        var (act, plan) = (form["act"].ToString(), form["plan"].ToString());
        if (Holder is GivingHolder.Expired(var address) && act == "new-link")
            return await AskAsync(address, cancellationToken);
        if (Holder is not GivingHolder.Known(_, var key))
            return await PageAsync(null, null, cancellationToken);
        switch (act)
        {
            case "amount":
                return await ChangeAmountAsync(key, plan, form["amount"], cancellationToken);
            case "pause":
                var payments = int.TryParse(form["payments"], NumberStyles.None, CultureInfo.InvariantCulture, out var left) ? Math.Clamp(left, 1, ChangePlan.MostLeftOut) : (int?)null;
                return await SayAsync(await change.PauseAsync(key, plan, payments, cancellationToken), GivingNotice.Paused, cancellationToken);
            case "go-on":
                return await SayAsync(await change.ResumeAsync(key, plan, cancellationToken), GivingNotice.GoesOn, cancellationToken);
            case "keep":
                return await SayAsync(await change.KeepAsync(key, plan, cancellationToken), GivingNotice.Kept, cancellationToken);
            case "end":
                return await SayAsync(await change.EndAsync(key, plan, cancellationToken), GivingNotice.Ended, cancellationToken);
            case "card":
                var (url, outcome) = await change.CardAsync(key, plan, $"{OpenGiving.PathOf(Token)}?done={GivingNotice.Card}", cancellationToken);
                return url is not null ? SeeOther(url) : await SayAsync(outcome, GivingNotice.Card, cancellationToken);
            default:
                return await PageAsync(null, null, cancellationToken);
        }
    }

    private async Task<IActionResult> AskAsync(string address, CancellationToken cancellationToken)
    {
        if (await ask.RunAsync(address, cancellationToken) == AskForGivingOutcome.Accepted)
            return SeeOther(AskModel.Asked);
        return await PageAsync(StatusCodes.Status503ServiceUnavailable, new(null, null, "No mail can be sent at present. Please write to us: the contact is at the foot of this page."), cancellationToken);
    }

    private async Task<IActionResult> ChangeAmountAsync(string key, string plan, string? typed, CancellationToken cancellationToken)
    {
        Typed = typed;
        View = await read.RunAsync(key, cancellationToken);
        if (View.Plans.FirstOrDefault(p => p.Plan.PublicId == plan)?.Plan is not { } own || TermsOf(own) is not { } offer)
            return await SayAsync(ChangePlanOutcome.Unknown, GivingNotice.Amount, cancellationToken);
        var faults = new List<FormFault>();
        var amount = new GiftRules(terms, site.Value).ReadAmount(typed, isExact: false, offer, faults);
        return faults is [var fault, ..]
            ? await PageAsync(StatusCodes.Status422UnprocessableEntity, new(plan, $"amount-{plan}", fault.WhatToDo), cancellationToken)
            : await SayAsync(await change.AmountAsync(key, plan, amount, cancellationToken), GivingNotice.Amount, cancellationToken);
    }

    private async Task<IActionResult> SayAsync(ChangePlanOutcome outcome, string done, CancellationToken cancellationToken) => outcome switch
    {
        ChangePlanOutcome.Done => SeeOther($"{OpenGiving.PathOf(Token)}?done={done}"),
        ChangePlanOutcome.Unknown or ChangePlanOutcome.NotNow => await PageAsync(StatusCodes.Status409Conflict, new(null, null, NotNow), cancellationToken),
        ChangePlanOutcome.Unavailable => await PageAsync(StatusCodes.Status503ServiceUnavailable, new(null, null, Silent), cancellationToken),
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "No such outcome."),
    };

    private async Task<PageResult> PageAsync(int? status, GivingFault? fault, CancellationToken cancellationToken)
    {
        await ShowAsync(cancellationToken);
        Error = fault;
        Response.StatusCode = status ?? Response.StatusCode;
        return Page();
    }

    private async Task ShowAsync(CancellationToken cancellationToken)
    {
        Holder = await open.RunAsync(Token, cancellationToken);
        if (Holder is GivingHolder.Known(_, var key))
            View = await read.RunAsync(key, cancellationToken);
        else
            Response.StatusCode = Holder is GivingHolder.Nobody ? StatusCodes.Status404NotFound : StatusCodes.Status410Gone;
    }

    private StatusCodeResult SeeOther(string url)
    {
        Response.Headers.Location = url;
        return StatusCode(StatusCodes.Status303SeeOther);
    }
}
