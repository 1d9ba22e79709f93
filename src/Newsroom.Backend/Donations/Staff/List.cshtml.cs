using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Donations.Books;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Web;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Donations.Staff;

public sealed record GiftLine(
    string Id, DateTimeOffset At, string Donor, string? Address, bool Anonymous, string Amount, string? Refunded, Frequency Frequency, DonationStatus Status, bool LiveMode, string? Campaign);

/// <summary>The months of one currency.</summary>
public sealed record IncomeChart(Currency Currency, IReadOnlyList<ChartPoint> Points);

/// <summary>The gifts, newest first.</summary>
[Authorize(StaffPolicies.Viewer), PrivatePage]
public sealed class ListModel(NewsroomDb db, IncomeByMonth income, StripeDesk desk, IOptions<SiteOptions> site, TimeProvider clock) : PageModel
{
    public const string Path = "/staff/donations";
    private const int Months = 12;
    private const int MostCampaigns = 200;

    public GiftFilter Filter { get; private set; } = null!;
    public IReadOnlyList<GiftLine> Gifts { get; private set; } = [];
    public IReadOnlyList<string> Campaigns { get; private set; } = [];

    /// <summary>On the first page of all gifts only.</summary>
    public IReadOnlyList<IncomeChart> Charts { get; private set; } = [];
    public string? Older { get; private set; }

    public string ExportPath => QueryHelpers.AddQueryString(Path + "/export", Filter.Fields.ToDictionary(f => f.Key, f => (string?)f.Value));

    public string? Practice(bool isLive) => isLive ? null : desk.ModeOf(isLive);

    public async Task<IActionResult> OnGetAsync(string? after, CancellationToken cancellationToken)
    {
        if (!Cursor.TryDecode(after, out var before))
            return LocalRedirect(Path);
        Filter = GiftFilter.Read(name => Request.Query[name]);
        var rows = await Filter.On(db, site.Value).AsNoTracking().Where(d => before == null || d.Id < before)
            .OrderByDescending(d => d.Id).Take(PageCursor.PageSize + 1).ToListAsync(cancellationToken);
        Gifts = [.. rows.Take(PageCursor.PageSize).Select(Line)];
        Older = rows.Count > PageCursor.PageSize ? Request.After(rows[PageCursor.PageSize - 1].Id) : null;
        Campaigns = await db.Donations.Where(d => d.Campaign != null).Select(d => d.Campaign!).Distinct().OrderBy(c => c).Take(MostCampaigns).ToListAsync(cancellationToken);
        if (Filter.IsEmpty && before is null)
        {
            Charts = [.. (await income.RunAsync(clock.GetUtcNow(), Months, cancellationToken)).Select(c => new IncomeChart(
                c.Currency, [.. c.Months.Select(m => new ChartPoint(m.Month.ToString("MMM yyyy", site.Value.Culture), m.Minor))]))];
        }
        return Page();
    }

    private GiftLine Line(Donation d) => new(
        d.PublicId, d.PaidAt ?? d.CreatedAt, DonorWords.Of(d.Name, d.Address), d.Name is null || DonorWords.IsErased(d.Address) ? null : d.Address, d.Anonymous,
        d.Amount.Format(site.Value.Culture), d.RefundedMinor > 0 ? new Money(d.RefundedMinor, d.Amount.Currency).Format(site.Value.Culture) : null,
        d.Frequency, d.Status, d.LiveMode, d.Campaign);
}
