using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Newsletters;
using Newsroom.Backend.Subscribers;

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
    private const int MostKept = 10;

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
        var runs = (await AfterAsync(db, newsletter.Id, cadence, from.AddTicks(-1), cancellationToken)).Take(count).Select(slot =>
        {
            var wanted = slot.LocalDate.ToDateTime(cadence.At);
            var note = zone.IsInvalidTime(wanted) ? $"{cadence.At:HH\\:mm} does not exist that day; runs right after the clocks go forward"
                : zone.IsAmbiguousTime(wanted) ? $"{cadence.At:HH\\:mm} comes twice that day; runs at the first"
                : null;
            return new NextRun(TimeZoneInfo.ConvertTime(slot.DueAt, zone), slot.DueAt.ToUniversalTime(), note);
        });
        return new NextRunsOutcome.Runs(cadence.TimeZone, [.. runs]);
    }

    /// <summary>
    /// The slots of a cadence after an instant, without the dates that had their digest at another time already: that was before the cadence was changed
    /// (<see cref="TurnCadence"/>).
    /// </summary>
    internal static async Task<IEnumerable<CadenceSlot>> AfterAsync(NewsroomDb db, int newsletterId, Cadence cadence, DateTimeOffset after, CancellationToken cancellationToken)
    {
        // The diary knows nothing of the future: of its rows only the newest can matter.
        var newest = await db.DigestSlots.Where(s => s.NewsletterId == newsletterId && s.Rhythm == Rhythm.AsPublished)
            .OrderByDescending(s => s.LocalDate).Take(MostKept).Select(s => new { s.LocalDate, s.DueAt }).ToListAsync(cancellationToken);
        return CadenceSlots.After(cadence, after).Where(slot => !newest.Exists(k => k.LocalDate == slot.LocalDate && k.DueAt != slot.DueAt));
    }
}
