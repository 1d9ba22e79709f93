using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Newsletters;
using Newsroom.Backend.Subscribers;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Digests;

/// <summary>
/// Keeps the diary true while a newsletter's days or time change. What the old ones had due is still made. Of the new ones the first that comes is the first
/// after now: what would have been due already gets a row that says why it is not made. No date that has had its digest gets another.
/// </summary>
public sealed class TurnCadence(NewsroomDb db, IOptions<SiteOptions> site)
{
    /// <summary>In these words readers with a rhythm of their own are made up for on the next day, as for any slot that was missed.</summary>
    internal const string Moved = "missed: the newsletter's days or time were changed when it was over";

    // No zone is more than a day ahead of another.
    private const int NextDates = 3;

    // East of one zone's midnight and west of another's: no two local dates of an instant are further apart.
    private static readonly TimeSpan TwoDays = TimeSpan.FromDays(2);

    /// <summary>Call in the transaction that changes the newsletter, before its save; of two at once the unique rows refuse one.</summary>
    /// <param name="newsletter">As it was.</param>
    /// <param name="to">The new cadence; null: digests are made by hand from now on.</param>
    /// <param name="now">When it changes.</param>
    /// <param name="cancellationToken">Cancels before the save.</param>
    public async Task RunAsync(Newsletter newsletter, Cadence? to, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var rhythms = (await DueSlots.RhythmsAsync(db, newsletter.Id, cancellationToken)).ToList();
        foreach (var (rhythm, due) in await DueAsync(newsletter, newsletter.Cadence, rhythms, now, cancellationToken))
        {
            var slot = DigestSlot.Take(newsletter.Id, rhythm, due, now);
            // In nobody's hand: the next sweep takes it up.
            slot.TakenAt = now - 2 * DigestSlot.TakenFor;
            db.Add(slot);
        }
        await db.SaveChangesAsync(cancellationToken);
        await OpenDatesAsync(newsletter.Id, to, now, cancellationToken);
        if (to is not null)
            await KeepDatesAsync(newsletter.Id, TimeZoneInfo.FindSystemTimeZoneById(to.TimeZone), now, cancellationToken);
        foreach (var (rhythm, due) in await DueAsync(newsletter, to, rhythms, now, cancellationToken))
            db.Add(Over(newsletter.Id, rhythm, due, now));
        await db.SaveChangesAsync(cancellationToken);
    }

    private async Task<List<(Rhythm Rhythm, CadenceSlot Due)>> DueAsync(
        Newsletter newsletter, Cadence? cadence, List<Rhythm> rhythms, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var due = new List<(Rhythm, CadenceSlot)>();
        if (cadence is not null)
            due.AddRange((await DueSlots.OfCadenceAsync(db, newsletter.Id, newsletter.CreatedAt, cadence, now, cancellationToken)).Select(s => (Rhythm.AsPublished, s)));
        foreach (var rhythm in rhythms)
            due.AddRange((await DueSlots.OfRhythmAsync(db, newsletter.Id, rhythm, cadence, site.Value.TimeZone, now, cancellationToken)).Select(s => (rhythm, s)));
        return due;
    }

    /// <summary>What was missed on a date on which the new time is still to come is not missed any more.</summary>
    private Task<int> OpenDatesAsync(int newsletterId, Cadence? to, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var own = to is null ? [] : CadenceSlots.After(to, now).Take(NextDates).Select(s => s.LocalDate).ToList();
        var daily = RhythmSlots.After(Rhythm.Daily, to, site.Value.TimeZone, now, lastWasMissed: false).Take(NextDates).Select(s => s.LocalDate).ToList();
        return db.DigestSlots
            .Where(s => s.NewsletterId == newsletterId && s.Outcome!.StartsWith("missed") && !db.Digests.Any(d => d.SlotId == s.Id)
                && ((s.Rhythm == Rhythm.AsPublished && own.Contains(s.LocalDate)) || (s.Rhythm != Rhythm.AsPublished && daily.Contains(s.LocalDate))))
            .ExecuteDeleteAsync(cancellationToken);
    }

    /// <summary>A digest of this evening in New York is one of tomorrow in Auckland: there that date has had its digest.</summary>
    private async Task KeepDatesAsync(int newsletterId, TimeZoneInfo zone, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var since = now - TwoDays;
        var own = db.DigestSlots.AsNoTracking().Where(s => s.NewsletterId == newsletterId && s.Rhythm == Rhythm.AsPublished);
        var made = await own.Where(s => s.DueAt > since).ToListAsync(cancellationToken);
        var had = made.Where(s => !s.WasMissed).Select(s => new CadenceSlot(DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(s.DueAt, zone).DateTime), s.DueAt))
            .DistinctBy(s => s.LocalDate).ToList();
        var dates = had.ConvertAll(s => s.LocalDate);
        var known = await own.Where(s => dates.Contains(s.LocalDate)).Select(s => s.LocalDate).ToListAsync(cancellationToken);
        db.AddRange(had.Where(s => !known.Contains(s.LocalDate)).Select(s => Over(newsletterId, Rhythm.AsPublished, s, now)));
        await db.SaveChangesAsync(cancellationToken);
    }

    private static DigestSlot Over(int newsletterId, Rhythm rhythm, CadenceSlot due, DateTimeOffset now) => new()
    {
        NewsletterId = newsletterId,
        Rhythm = rhythm,
        LocalDate = due.LocalDate,
        DueAt = due.DueAt,
        TakenAt = now,
        Outcome = Moved,
    };
}
