using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Digests;

/// <summary>
/// After a restore: a digest that the backup has as scheduled or half sent may have gone out since, to everybody. People know; the
/// program does not. So does a cadence's slot that has just been due.
/// </summary>
internal sealed class HoldDigests(NewsroomDb db) : IHoldAfterRestore
{
    internal const string Why =
        "The database was restored from a backup, which does not know what was sent since. If this digest went out after the backup, cancel it; only if it did not, resume it.";

    public async Task<string?> HoldAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var stopped = await db.Digests.Where(d => d.Status == DigestStatus.Scheduled || d.Status == DigestStatus.Sending).ExecuteUpdateAsync(
            s => s.SetProperty(d => d.Status, DigestStatus.Stopped).SetProperty(d => d.Reason, Why).SetProperty(d => d.LeaseId, (Guid?)null).SetProperty(d => d.LeaseUntil, (DateTimeOffset?)null),
            cancellationToken);
        var slots = await CloseSlotsAsync(now, cancellationToken);
        return stopped + slots == 0 ? null
            : $"{stopped} digest(s) that were scheduled or being sent are stopped, and {slots} slot(s) of cadences that have just been due are left out: look at each, then resume or cancel it.";
    }

    private async Task<int> CloseSlotsAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        const string LeftOut = "held: the database was restored from a backup";
        var open = await db.DigestSlots.Where(s => s.Outcome == null).ExecuteUpdateAsync(s => s.SetProperty(x => x.Outcome, LeftOut), cancellationToken);
        var newsletters = await db.Newsletters.AsNoTracking().Where(n => n.Cadence != null).ToListAsync(cancellationToken);
        foreach (var newsletter in newsletters)
        {
            var due = CadenceSlots.After(newsletter.Cadence!, now - DigestSlot.Window).TakeWhile(s => s.DueAt <= now).ToList();
            var dates = due.ConvertAll(s => s.LocalDate);
            var known = await db.DigestSlots.Where(s => s.NewsletterId == newsletter.Id && dates.Contains(s.LocalDate)).Select(s => s.LocalDate).ToListAsync(cancellationToken);
            foreach (var slot in due.Where(s => !known.Contains(s.LocalDate)))
                db.Add(new DigestSlot { NewsletterId = newsletter.Id, LocalDate = slot.LocalDate, DueAt = slot.DueAt, TakenAt = now, Outcome = LeftOut });
        }
        return open + await db.SaveChangesAsync(cancellationToken);
    }
}
