using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Subscribers;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Digests;

/// <summary>
/// After a restore: a digest that the backup has as scheduled, half sent or held may have gone out since, to everybody. People know; the
/// program does not. So does a slot, of a cadence or of a rhythm of the readers, that has just been due.
/// </summary>
internal sealed class HoldDigests(NewsroomDb db, IOptions<SiteOptions> site) : IHoldAfterRestore
{
    internal const string Why =
        "The database was restored from a backup, which does not know what was sent since. "
        + "If this digest went out after the backup, cancel it; only if it did not, resume it.";

    private const string LeftOut = "held: the database was restored from a backup";

    public async Task<string?> HoldAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        DigestStatus[] doubtful = [DigestStatus.Scheduled, DigestStatus.Sending, DigestStatus.Paused, DigestStatus.Stopped];
        var stopped = await db.Digests.Where(d => doubtful.Contains(d.Status)).ExecuteUpdateAsync(
            s => s.SetProperty(d => d.Status, DigestStatus.Stopped).SetProperty(d => d.Reason, Why)
                .SetProperty(d => d.LeaseId, (Guid?)null).SetProperty(d => d.LeaseUntil, (DateTimeOffset?)null),
            cancellationToken);
        var slots = await CloseSlotsAsync(now, cancellationToken);
        return stopped + slots == 0 ? null
            : $"{stopped} digest(s) that were scheduled, being sent or held are stopped, and {slots} slot(s) that have just been due are left out: "
            + "look at each, then resume or cancel it.";
    }

    private async Task<int> CloseSlotsAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var open = await db.DigestSlots.Where(s => s.Outcome == null).ExecuteUpdateAsync(s => s.SetProperty(x => x.Outcome, LeftOut), cancellationToken);
        var justNow = now - DigestSlot.Window;
        foreach (var newsletter in await db.Newsletters.AsNoTracking().ToListAsync(cancellationToken))
        {
            if (newsletter.Cadence is { } cadence)
                await CloseAsync(newsletter.Id, Rhythm.AsPublished, CadenceSlots.After(cadence, justNow), now, cancellationToken);
            var served = await db.Subscriptions.Where(s => s.NewsletterId == newsletter.Id && s.State == SubscriptionState.Active)
                .Select(s => s.Rhythm).Distinct().ToListAsync(cancellationToken);
            foreach (var rhythm in RhythmSlots.Rhythms.Where(served.Contains))
            {
                var slots = RhythmSlots.After(rhythm, newsletter.Cadence, site.Value.TimeZone, justNow, lastWasMissed: false);
                await CloseAsync(newsletter.Id, rhythm, slots, now, cancellationToken);
            }
        }
        return open + await db.SaveChangesAsync(cancellationToken);
    }

    private async Task CloseAsync(int newsletterId, Rhythm rhythm, IEnumerable<CadenceSlot> slots, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var due = slots.TakeWhile(s => s.DueAt <= now).ToList();
        var dates = due.ConvertAll(s => s.LocalDate);
        var known = await db.DigestSlots.Where(s => s.NewsletterId == newsletterId && s.Rhythm == rhythm && dates.Contains(s.LocalDate))
            .Select(s => s.LocalDate).ToListAsync(cancellationToken);
        foreach (var slot in due.Where(s => !known.Contains(s.LocalDate)))
            db.Add(new DigestSlot { NewsletterId = newsletterId, Rhythm = rhythm, LocalDate = slot.LocalDate, DueAt = slot.DueAt, TakenAt = now, Outcome = LeftOut });
    }
}
