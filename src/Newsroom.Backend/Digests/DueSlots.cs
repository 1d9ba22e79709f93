using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Newsletters;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Digests;

/// <summary>Which slots of a newsletter have fallen due and are in nobody's diary yet.</summary>
internal static class DueSlots
{
    // Slots missed while nothing ran are written into the diary, as far back as somebody would ask.
    private static readonly TimeSpan LookBack = TimeSpan.FromDays(7);

    // A rhythm that had no readers lately begins with its next slot.
    private static readonly TimeSpan JustNow = TimeSpan.FromMinutes(5);

    /// <param name="db">Where the diary is.</param>
    /// <param name="newsletterId">Whose.</param>
    /// <param name="madeAt">What would have been due before the newsletter was made was never promised.</param>
    /// <param name="cadence">The one to go by, which need not be the newsletter's present one.</param>
    /// <param name="now">Until then, inclusive.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    public static async Task<List<CadenceSlot>> OfCadenceAsync(
        NewsroomDb db, int newsletterId, DateTimeOffset madeAt, Cadence cadence, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var after = madeAt > now - LookBack ? madeAt : now - LookBack;
        var due = CadenceSlots.After(cadence, after).TakeWhile(s => s.DueAt <= now).ToList();
        var from = due.Count == 0 ? default : due[0].LocalDate;
        var known = await db.DigestSlots.Where(s => s.NewsletterId == newsletterId && s.Rhythm == Rhythm.AsPublished && s.LocalDate >= from).Select(s => s.LocalDate).ToListAsync(cancellationToken);
        return due.FindAll(s => !known.Contains(s.LocalDate));
    }

    /// <inheritdoc cref="OfCadenceAsync"/>
    public static async Task<List<CadenceSlot>> OfRhythmAsync(
        NewsroomDb db, int newsletterId, Rhythm rhythm, Cadence? cadence, string siteZone, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var memory = now - RhythmSlots.Memory(rhythm);
        var last = await db.DigestSlots.AsNoTracking()
            .Where(s => s.NewsletterId == newsletterId && s.Rhythm == rhythm && s.DueAt > memory)
            .OrderByDescending(s => s.LocalDate)
            .FirstOrDefaultAsync(cancellationToken);
        var found = new List<CadenceSlot>();
        // One at a time: whether it was missed decides which is the next.
        for (var (after, missed) = (last?.DueAt ?? now - JustNow, last?.WasMissed ?? false); ;)
        {
            var due = RhythmSlots.After(rhythm, cadence, siteZone, after, missed).First(s => s.LocalDate > (last?.LocalDate ?? DateOnly.MinValue));
            if (due.DueAt > now)
                return found;
            found.Add(due);
            (after, missed) = (due.DueAt, DigestSlot.IsTooLate(due.DueAt, now));
        }
    }

    /// <summary>The rhythms that a newsletter has readers in.</summary>
    public static async Task<IEnumerable<Rhythm>> RhythmsAsync(NewsroomDb db, int newsletterId, CancellationToken cancellationToken)
    {
        var served = await db.Subscriptions.Where(s => s.NewsletterId == newsletterId && s.State == SubscriptionState.Active)
            .Select(s => s.Rhythm).Distinct().ToListAsync(cancellationToken);
        return RhythmSlots.Rhythms.Where(served.Contains);
    }
}
