using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Subscribers;
using Newsroom.Backend.Web;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Staff.Today;

/// <param name="Confirmed">Now.</param>
/// <param name="Pending">Asked for a newsletter and have not confirmed.</param>
/// <param name="Joined">Confirmed within the last seven days.</param>
/// <param name="Left">Left within the last seven days.</param>
/// <param name="Line">Confirmed readers at the end of each of the last ninety days, the last one now.</param>
public sealed record ReaderFigures(int Confirmed, int Pending, int Joined, int Left, IReadOnlyList<ChartPoint> Line);

public sealed class ReadReaderFigures(NewsroomDb db, IOptions<SiteOptions> site)
{
    private static readonly TimeSpan Week = TimeSpan.FromDays(7);

    public async Task<ReaderFigures> RunAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (since, today) = (now - Week, site.Value.DayOf(now));
        var first = today.AddDays(-CountReaders.Days);
        var confirmed = await db.Subscribers.CountAsync(s => s.Status == SubscriberStatus.Confirmed, cancellationToken);
        var days = await db.ReaderDays.Where(d => d.On >= first && d.On < today).OrderBy(d => d.On).Select(d => new { d.On, d.Confirmed }).ToListAsync(cancellationToken);
        return new ReaderFigures(
            confirmed,
            await db.Subscribers.CountAsync(s => s.Status == SubscriberStatus.Pending, cancellationToken),
            await db.Subscribers.CountAsync(s => s.ConfirmedAt > since, cancellationToken),
            await db.Subscribers.CountAsync(s => s.LeftAt > since && s.ConfirmedAt != null, cancellationToken),
            [.. days.Select(d => new ChartPoint(Day(d.On), d.Confirmed)), new ChartPoint(Day(today), confirmed)]);
    }

    private string Day(DateOnly day) => day.ToString("d MMM", site.Value.Culture);
}
