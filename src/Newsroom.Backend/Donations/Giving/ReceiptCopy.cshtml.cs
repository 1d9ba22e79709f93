using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Donations.Giving;

/// <summary>A receipt to print, from its own row: it says what was mailed. One that a later one made void says so.</summary>
[AllowAnonymous, PrivatePage]
public sealed class ReceiptCopyModel(OpenGiving open, ReadGiving read, IOptions<SiteOptions> site) : PageModel
{
    public Receipt? Receipt { get; private set; }

    public string? ReplacedBy { get; private set; }

    public string Sum => Receipt!.Amount.Format(site.Value.Culture);

    public DateOnly IssuedOn => site.Value.DayOf(Receipt!.IssuedAt);

    public string Back => OpenGiving.PathOf(Part("token"));

    public string Day(DateOnly day) => day.ToString("D", site.Value.Culture);

    public string PathOf(string number) => $"{Back}/receipts/{number}";

    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        var holder = await open.RunAsync(Part("token"), cancellationToken);
        if (holder is GivingHolder.Known(_, var key) && await read.ReceiptAsync(key, Part("number"), cancellationToken) is var (receipt, replacedBy))
            (Receipt, ReplacedBy) = (receipt, replacedBy);
        else
            Response.StatusCode = holder is GivingHolder.Expired or GivingHolder.Erased ? StatusCodes.Status410Gone : StatusCodes.Status404NotFound;
    }

    // From the route, not by model binding: that gives up, token and all, on a body it cannot read.
    private string Part(string name) => RouteData.Values[name] as string ?? "";
}
