using Hangfire;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Subscribers;

/// <summary>
/// Writes down once an hour how many confirmed readers there are. The first time it also works back from today by who joined and who left, so that the line
/// has a past on the day it is first looked at; who bounced since stands in that past as if never there.
/// </summary>
public sealed class CountReaders(NewsroomDb db, IOptions<SiteOptions> site, TimeProvider clock)
{
    public const string Hourly = "7 * * * *";

    /// <summary>As far as the line of the dashboard reaches.</summary>
    public const int Days = 90;

    [AutomaticRetry(Attempts = 0)]
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var today = site.Value.DayOf(clock.GetUtcNow());
        var confirmed = await db.Subscribers.CountAsync(s => s.Status == SubscriberStatus.Confirmed, cancellationToken);
        var past = await db.ReaderDays.AnyAsync(cancellationToken) ? [] : await PastAsync(today, confirmed, cancellationToken);
        await db.RetryingAsync(async token =>
        {
            if (await db.ReaderDays.Where(d => d.On == today).ExecuteUpdateAsync(s => s.SetProperty(d => d.Confirmed, confirmed), token) > 0)
                return false;
            // Another node was first with the past: then only today is missing, if that.
            db.Add(new ReaderDay { On = today, Confirmed = confirmed });
            if (!await db.ReaderDays.AnyAsync(token))
                db.AddRange(past);
            await db.SaveChangesAsync(token);
            return true;
        }, cancellationToken);
    }

    private async Task<List<ReaderDay>> PastAsync(DateOnly today, int confirmed, CancellationToken cancellationToken)
    {
        var since = new DateTimeOffset(today.AddDays(-Days - 1).ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
        var change = new Dictionary<DateOnly, int>();
        var joined = db.Subscribers.Where(s => s.ConfirmedAt >= since && (s.Status == SubscriberStatus.Confirmed || s.Status == SubscriberStatus.Left)).Select(s => s.ConfirmedAt!.Value);
        await foreach (var at in joined.AsAsyncEnumerable().WithCancellation(cancellationToken))
            Add(at, 1);
        var left = db.Subscribers.Where(s => s.LeftAt >= since && s.Status == SubscriberStatus.Left && s.ConfirmedAt != null).Select(s => s.LeftAt!.Value);
        await foreach (var at in left.AsAsyncEnumerable().WithCancellation(cancellationToken))
            Add(at, -1);
        var days = new List<ReaderDay>();
        for (var day = today; day > today.AddDays(-Days); day = day.AddDays(-1))
        {
            confirmed -= change.GetValueOrDefault(day);
            days.Add(new ReaderDay { On = day.AddDays(-1), Confirmed = Math.Max(0, confirmed) });
        }
        return days;

        void Add(DateTimeOffset at, int one) => change[site.Value.DayOf(at)] = change.GetValueOrDefault(site.Value.DayOf(at)) + one;
    }
}
