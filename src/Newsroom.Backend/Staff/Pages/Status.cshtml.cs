using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Staff.House;
using Newsroom.Backend.Web;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Staff.Pages;

/// <summary>Whether everything runs that must.</summary>
[Authorize(StaffPolicies.Viewer)]
public sealed class StatusModel(ReadStatus read, IOptions<SiteOptions> site) : PageModel
{
    public StatusView View { get; private set; } = null!;

    /// <summary>What is wrong, each a sentence; empty when nothing is.</summary>
    public IReadOnlyList<string> Troubles { get; private set; } = [];

    public string Number(long count) => count.ToString("N0", site.Value.Culture);

    public string Size(long bytes) => House.Troubles.Size(bytes, site.Value.Culture);

    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        View = await read.RunAsync(cancellationToken);
        Troubles = [.. Found()];
    }

    private IEnumerable<string> Found()
    {
        if (View.Database.Pending.Count > 0)
            yield return $"The database lacks {View.Database.Pending.Count} migration(s) of this program: run the command 'db migrate'.";
        foreach (var trouble in House.Troubles.Of(View.Database.Disk, View.Jobs, site.Value.Culture))
            yield return trouble.Words;
        if (View.MailMissing is { } missing)
            yield return missing;
        foreach (var relay in View.Relays.Where(r => !r.Up))
            yield return $"The relay {relay.Name} is down: {relay.Why}";
        foreach (var feed in View.Feeds.Where(f => f.Error is not null))
            yield return $"The feed {feed.Url} could not be read: {feed.Error}";
    }
}
