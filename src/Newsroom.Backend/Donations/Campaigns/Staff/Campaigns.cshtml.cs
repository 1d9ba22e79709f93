using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Web;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Donations.Campaigns.Staff;

/// <param name="Title">As a heading.</param>
/// <param name="Id">Of the heading.</param>
/// <param name="Views">At least one.</param>
public sealed record CampaignGroup(string Title, string Id, IReadOnlyList<CampaignView> Views);

/// <summary>The campaigns and how far they have come; and the words of links that have none.</summary>
[Authorize(StaffPolicies.Viewer)]
public sealed class CampaignsModel(ShowCampaigns show, ReadProgress progress, IOptions<SiteOptions> site, TimeProvider clock) : PageModel
{
    public const string Path = "/staff/campaigns";
    private const int MostPresent = 50;
    private const int MostWords = 200;

    public IReadOnlyList<CampaignGroup> Groups { get; private set; } = [];

    /// <summary>On the first page only; each with its sums, one for each currency.</summary>
    public IReadOnlyList<IGrouping<string, CampaignSum>> Words { get; private set; } = [];
    public string? Older { get; private set; }
    public bool IsEmpty => Groups.Count == 0 && !Request.IsFurtherPage();

    public string Number(int count) => count.ToString("N0", site.Value.Culture);

    public string Text(CampaignSum sum) => SignedMoney.Signed(sum.Minor, sum.CurrencyCode, site.Value.Culture);

    public static Tone ToneOf(CampaignState state) => state switch
    {
        CampaignState.Running => Tone.Good,
        CampaignState.Coming => Tone.Busy,
        CampaignState.Over => Tone.Neutral,
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "No such state."),
    };

    public async Task<IActionResult> OnGetAsync(string? after, CancellationToken cancellationToken)
    {
        if (!Cursor.TryDecode(after, out var before))
            return LocalRedirect(Path);
        var now = clock.GetUtcNow();
        var over = await show.OverAsync(before, PageCursor.PageSize + 1, now, cancellationToken);
        Older = over.Count > PageCursor.PageSize ? Request.After(over[PageCursor.PageSize - 1].Campaign.Id) : null;
        var present = before is null ? await show.PresentAsync(MostPresent, onlyRunning: false, now, cancellationToken) : [];
        Groups =
        [
            .. new CampaignGroup[]
            {
                new("Running", "running", [.. present.Where(v => v.State == CampaignState.Running)]),
                new("Coming", "coming", [.. present.Where(v => v.State == CampaignState.Coming)]),
                new("Over", "over", [.. over.Take(PageCursor.PageSize)]),
            }.Where(g => g.Views.Count > 0),
        ];
        if (before is null)
            Words = [.. (await progress.WithoutCampaignAsync(MostWords, cancellationToken)).GroupBy(s => s.Word, StringComparer.Ordinal)];
        return Page();
    }
}
