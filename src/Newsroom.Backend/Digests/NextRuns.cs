using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Digests;

/// <param name="Local">The zone's wall clock with its offset.</param>
/// <param name="Utc">The same instant.</param>
/// <param name="Note">What the clocks do to it that day; null on ordinary days.</param>
public sealed record NextRun(DateTimeOffset Local, DateTimeOffset Utc, string? Note);

public abstract record NextRunsOutcome
{
    private NextRunsOutcome()
    {
    }

    public sealed record Runs(string TimeZone, IReadOnlyList<NextRun> Items) : NextRunsOutcome;

    public sealed record NoSuchNewsletter : NextRunsOutcome;

    public sealed record NoCadence : NextRunsOutcome;
}

/// <summary>When a newsletter's cadence runs next.</summary>
public sealed class NextRuns(NewsroomDb db)
{
    /// <param name="slug">Which newsletter.</param>
    /// <param name="from">Runs at this instant or later.</param>
    /// <param name="count">How many.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    public async Task<NextRunsOutcome> RunAsync(string slug, DateTimeOffset from, int count, CancellationToken cancellationToken)
    {
        var newsletter = await db.Newsletters.AsNoTracking().SingleOrDefaultAsync(n => n.Slug == slug, cancellationToken);
        if (newsletter is null)
            return new NextRunsOutcome.NoSuchNewsletter();
        if (newsletter.Cadence is not { } cadence)
            return new NextRunsOutcome.NoCadence();
        var zone = TimeZoneInfo.FindSystemTimeZoneById(cadence.TimeZone);
        var runs = CadenceSlots.After(cadence, from.AddTicks(-1)).Take(count).Select(slot =>
        {
            var wanted = slot.LocalDate.ToDateTime(cadence.At);
            var note = zone.IsInvalidTime(wanted) ? $"{cadence.At:HH\\:mm} does not exist that day; runs right after the clocks go forward"
                : zone.IsAmbiguousTime(wanted) ? $"{cadence.At:HH\\:mm} comes twice that day; runs at the first"
                : null;
            return new NextRun(TimeZoneInfo.ConvertTime(slot.DueAt, zone), slot.DueAt.ToUniversalTime(), note);
        });
        return new NextRunsOutcome.Runs(cadence.TimeZone, [.. runs]);
    }
}
