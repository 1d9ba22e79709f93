namespace Newsroom.Backend.Web.StaffPages;

/// <param name="Path">Where it leads; the longest one that the address begins with is the current one.</param>
/// <param name="Name">One or two words.</param>
/// <param name="Least">Who sees it. The page itself decides who may open it.</param>
public sealed record RailLink(string Path, string Name, StaffRole Least = StaffRole.Viewer);

/// <param name="Name">One word.</param>
/// <param name="Links">The first is where the group's name leads.</param>
public sealed record RailGroup(string Name, IReadOnlyList<RailLink> Links);

/// <summary>The words at the left of every staff page.</summary>
public static class StaffRail
{
    public static IReadOnlyList<RailGroup> Groups { get; } =
    [
        new("Today", [new("/staff", "Dashboard")]),
        new("Newsletters",
        [
            new("/staff/digests", "Digests"), new("/staff/stories", "Stories"), new("/staff/newsletters", "Newsletters", StaffRole.Editor), new("/staff/forms", "Forms", StaffRole.Editor),
        ]),
        new("Readers",
        [
            new("/staff/subscribers", "Subscribers"), new("/staff/suppressions", "Never mailed"), new("/staff/bounces", "Bounces", StaffRole.Publisher),
            new("/staff/imports", "Imports, exports", StaffRole.Administrator),
        ]),
        new("Money",
        [
            new("/staff/donations", "Gifts"), new("/staff/plans", "Regular gifts"), new("/staff/campaigns", "Campaigns"), new("/staff/ledger", "Ledger"), new("/staff/payouts", "Payouts"),
            new("/staff/unmatched", "Unmatched money", StaffRole.Publisher),
        ]),
        new("House",
        [
            new("/staff/status", "Status"), new("/staff/settings", "Settings", StaffRole.Administrator),
            new("/staff/people", "People", StaffRole.Administrator), new("/staff/keys", "API keys", StaffRole.Administrator), new("/staff/webhooks", "Webhooks", StaffRole.Administrator),
            new("/staff/api", "API reference"),
            new("/staff/audit", "Audit log", StaffRole.Administrator), new("/staff/jobs", "Jobs", StaffRole.Administrator),
        ]),
    ];

    /// <summary>The link under which an address stands; null for none.</summary>
    public static RailLink? Current(PathString path) => Groups.SelectMany(g => g.Links)
        .Where(l => l.Path == "/staff" ? path.Value is "/staff" or "/staff/" : path.StartsWithSegments(l.Path, StringComparison.Ordinal))
        .MaxBy(l => l.Path.Length);
}
