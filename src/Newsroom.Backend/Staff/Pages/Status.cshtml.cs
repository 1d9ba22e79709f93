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
    private static readonly string[] Units = ["bytes", "kB", "MB", "GB", "TB"];

    public StatusView View { get; private set; } = null!;

    /// <summary>What is wrong, each a sentence; empty when nothing is.</summary>
    public IReadOnlyList<string> Troubles { get; private set; } = [];

    public string Number(long count) => count.ToString("N0", site.Value.Culture);

    /// <summary>Powers of a thousand, as disks are sold.</summary>
    public string Size(long bytes)
    {
        var unit = bytes < 1000 ? 0 : Math.Min(Units.Length - 1, (int)Math.Log(bytes, 1000));
        return (bytes / Math.Pow(1000, unit)).ToString(unit == 0 ? "0" : "0.0", site.Value.Culture) + " " + Units[unit];
    }

    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        View = await read.RunAsync(cancellationToken);
        Troubles = [.. Found()];
    }

    private IEnumerable<string> Found()
    {
        if (View.Database.Pending.Count > 0)
            yield return $"The database lacks {View.Database.Pending.Count} migration(s) of this program: run the command 'db migrate'.";
        if (View.Database.Disk is { IsShort: true } disk)
            yield return $"Only {Size(disk.FreeBytes)} are free where the database is. Make room: when it is full, nothing is written any more.";
        if (!View.Jobs.Servers.Any(s => s.IsAlive))
            yield return "Nobody runs jobs: no mail leaves and no feed is read. Start a process with Jobs:RunServer.";
        if (View.Jobs.Overdue.Count > 0)
            yield return "Some jobs are overdue: restart the program; if they stay so, the log says why.";
        if (View.MailMissing is { } missing)
            yield return missing;
        foreach (var relay in View.Relays.Where(r => !r.Up))
            yield return $"The relay {relay.Name} is down: {relay.Why}";
        foreach (var feed in View.Feeds.Where(f => f.Error is not null))
            yield return $"The feed {feed.Url} could not be read: {feed.Error}";
    }
}
