using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Web;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Staff.Pages;

/// <summary>What staff open every morning.</summary>
[Authorize(StaffPolicies.Viewer)]
public sealed class DashboardModel(ReadDashboard read, IOptions<SiteOptions> site) : PageModel
{
    public DashboardView View { get; private set; } = null!;
    public string SiteName => site.Value.Name;

    public async Task OnGetAsync(CancellationToken cancellationToken) => View = await read.RunAsync(cancellationToken);
}
