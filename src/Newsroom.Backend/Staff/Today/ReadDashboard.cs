using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Donations.Campaigns;

namespace Newsroom.Backend.Staff.Today;

/// <summary>Something that asks for a look.</summary>
/// <param name="Message">What happened, what it means, what to do.</param>
/// <param name="Since">When it began.</param>
/// <param name="Page">Where to do it; null: nowhere here.</param>
public sealed record AlertLine(string Message, DateTimeOffset Since, string? Page);

public sealed record DashboardView(
    IReadOnlyList<AlertLine> Alerts, ReaderFigures Readers, LastDigest? Last, NextDigest? Next, IReadOnlyList<MonthOfGifts> Gifts, IReadOnlyList<MonthlyDonors> Monthly,
    IReadOnlyList<CampaignView> Campaigns, IReadOnlyList<ChecklistItem> Checklist);

/// <summary>The figures that staff open every morning, each by an index of its own.</summary>
public sealed class ReadDashboard(NewsroomDb db, ReadReaderFigures readers, ReadDigestFigures digests, ReadGiftFigures gifts, ShowCampaigns campaigns, Checklist checklist, TimeProvider clock)
{
    private const int MostAlerts = 20;
    private const int MostCampaigns = 3;

    public async Task<DashboardView> RunAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var alerts = await db.Alerts.Where(a => a.OpenKind != null).OrderByDescending(a => a.Id).Take(MostAlerts)
            .Select(a => new { a.Kind, a.Message, a.RaisedAt }).ToListAsync(cancellationToken);
        return new DashboardView(
            alerts.ConvertAll(a => new AlertLine(a.Message, a.RaisedAt, AlertPages.Of(a.Kind))),
            await readers.RunAsync(now, cancellationToken),
            await digests.LastAsync(cancellationToken),
            await digests.NextAsync(now, cancellationToken),
            await gifts.MonthAsync(now, cancellationToken),
            await gifts.MonthlyDonorsAsync(cancellationToken),
            await campaigns.PresentAsync(MostCampaigns, onlyRunning: true, now, cancellationToken),
            await checklist.RunAsync(cancellationToken));
    }
}
