using System.Globalization;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Donations.Giving;

/// <summary>All that stands of a year's gifts on one page to print; one written summary may cover several gifts (IRS Pub. 1771).</summary>
[AllowAnonymous, PrivatePage]
public sealed class StatementModel(OpenGiving open, ReadGiving read, IOptions<SiteOptions> site, TimeProvider clock) : PageModel
{
    public GivingYear? Year { get; private set; }

    public string Address { get; private set; } = "";

    /// <summary>As the year's newest receipt has it.</summary>
    public string? DonorName => Year?.Gifts.Select(g => g.DonorName).FirstOrDefault(n => n is not null);

    /// <summary>The oldest first. The newsroom may have changed its name or its sentence within the year.</summary>
    public IEnumerable<IGrouping<ReceiptIssuer, GivingGift>> ByIssuer => Year!.Gifts.Where(g => g.Counts).Reverse().GroupBy(g => g.Issuer);

    public int LeftOut => Year!.Gifts.Count(g => !g.Counts);

    public DateOnly FirstDay => read.Calendar.FirstDayOf(Year!.Year);

    public DateOnly LastDay => read.Calendar.LastDayOf(Year!.Year);

    public DateOnly Today => site.Value.DayOf(clock.GetUtcNow());

    public string Back => OpenGiving.PathOf(Part("token"));

    public string Day(DateOnly day) => day.ToString("D", site.Value.Culture);

    public string Text(Money money) => money.Format(site.Value.Culture);

    public string TextWithCode(Money money) => $"{Text(money)} {money.Currency.Code}";

    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        var holder = await open.RunAsync(Part("token"), cancellationToken);
        if (holder is GivingHolder.Known known && int.TryParse(Part("year"), NumberStyles.None, CultureInfo.InvariantCulture, out var wanted))
        {
            Address = known.Address;
            Year = (await read.RunAsync(known.AddressKey, cancellationToken)).Years.FirstOrDefault(y => y.Year == wanted && y.Sums.Count > 0);
        }
        if (Year is null)
            Response.StatusCode = holder is GivingHolder.Expired or GivingHolder.Erased ? StatusCodes.Status410Gone : StatusCodes.Status404NotFound;
    }

    // From the route, not by model binding: that gives up, token and all, on a body it cannot read.
    private string Part(string name) => RouteData.Values[name] as string ?? "";
}
