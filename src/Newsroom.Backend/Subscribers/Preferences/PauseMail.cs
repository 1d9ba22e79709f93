using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Subscribers.Preferences;

public enum PauseOutcome
{
    Saved,

    /// <summary>Not tomorrow or later, or further away than <see cref="PauseMail.Longest"/>.</summary>
    BadDay,
}

/// <summary>No newsletter before a day, which begins at midnight where the newsroom is; or none of that any more. Leaving, confirming and receipts go on.</summary>
public sealed class PauseMail(NewsroomDb db, IOptions<SiteOptions> site, TimeProvider clock)
{
    public const int UsualDays = 30;

    /// <summary>In days. Who wants longer than a year wants to leave.</summary>
    public const int Longest = 366;

    /// <summary>The day it is at the newsroom.</summary>
    public DateOnly Today => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(clock.GetUtcNow(), site.Value.Zone).Date);

    /// <param name="subscriberId">Whose.</param>
    /// <param name="until">The day on which mail comes again; null: go on now.</param>
    /// <param name="cancellationToken">Cancels before the save.</param>
    public async Task<PauseOutcome> RunAsync(long subscriberId, DateOnly? until, CancellationToken cancellationToken)
    {
        if (until is { } day && (day <= Today || day > Today.AddDays(Longest)))
            return PauseOutcome.BadDay;
        var instant = until is { } first ? Midnight(first) : (DateTimeOffset?)null;
        await db.Subscribers.Where(s => s.Id == subscriberId && s.Status != SubscriberStatus.Erased).ExecuteUpdateAsync(
            s => s.SetProperty(x => x.PausedUntil, instant).SetProperty(x => x.Version, x => x.Version + 1), cancellationToken);
        return PauseOutcome.Saved;
    }

    private DateTimeOffset Midnight(DateOnly day)
    {
        var local = day.ToDateTime(TimeOnly.MinValue);
        // Zones that change their clocks at midnight have days without one.
        while (site.Value.Zone.IsInvalidTime(local))
            local = local.AddMinutes(30);
        return new DateTimeOffset(local, site.Value.Zone.GetUtcOffset(local)).ToUniversalTime();
    }
}
