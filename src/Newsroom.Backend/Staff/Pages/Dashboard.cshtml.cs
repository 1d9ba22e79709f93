using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Digests;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Staff.Today;
using Newsroom.Backend.Web;
using Newsroom.Backend.Web.Auditing;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Staff.Pages;

/// <summary>What staff open every morning.</summary>
[Authorize(StaffPolicies.Viewer)]
public sealed class DashboardModel(ReadDashboard read, AuditTrail trail, IOptions<SiteOptions> site) : PageModel
{
    public DashboardView View { get; private set; } = null!;
    public string SiteName => site.Value.Name;

    /// <summary>Then the page renews itself oftener.</summary>
    public bool IsSending => View.Last?.Status == DigestStatus.Sending;

    /// <summary>For whoever hears the page: what asks for a look, and what became of the digest; no figures, which change all the time.</summary>
    public string Says => string.Join(" ", (string?[])[
        View.Last is { } last ? $"{last.Subject}: {last.Status.ToString().ToLowerInvariant()}." : null,
        View.Alerts.Count switch { 0 => null, 1 => "1 alert.", var count => $"{count} alerts." }]);

    public string Number(int count) => count.ToString("N0", site.Value.Culture);

    public string Text(Money sum) => sum.Signed(site.Value.Culture);

    /// <summary>"+12 %" of the month before; null when there is nothing to compare with.</summary>
    public static string? Change(MonthOfGifts month) => month.LastMonth.Minor <= 0 ? null
        : $"{(month.ThisMonth.Minor >= month.LastMonth.Minor ? "+" : "\u2212")}{Math.Abs(Math.Round((month.ThisMonth.Minor - month.LastMonth.Minor) * 100m / month.LastMonth.Minor)):0} %";

    public async Task OnGetAsync(CancellationToken cancellationToken) => View = await read.RunAsync(cancellationToken);

    /// <summary>Backups that this program does not make itself cannot be seen from here.</summary>
    public async Task<IActionResult> OnPostBackupAsync()
    {
        if (!User.MayActAs(StaffRole.Administrator))
            return Forbid();
        await trail.SayAsync(User, Checklist.BackedUp, after: "by other means");
        this.Toast("Noted: backups are made by other means. Try once a year whether one can be restored.");
        return LocalRedirect("/staff");
    }
}
