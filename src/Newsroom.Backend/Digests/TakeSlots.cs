using Hangfire;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Jobs;

namespace Newsroom.Backend.Digests;

/// <summary>
/// Every minute: claims the cadence slots that have fallen due by inserting their unique rows, and takes up those that a dead process left
/// without outcome. One tick over our own rows instead of a Hangfire job per newsletter: a catch-up there would send at any hour.
/// </summary>
[AutomaticRetry(Attempts = 0)]
public sealed class TakeSlots(NewsroomDb db, IBackgroundJobClient jobs, TimeProvider clock)
{
    // Slots missed while nothing ran are written into the diary, as far back as somebody would ask.
    private static readonly TimeSpan LookBack = TimeSpan.FromDays(7);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await TakeDueAsync(now, cancellationToken);
        await TakeUpLeftAsync(now, cancellationToken);
    }

    private async Task TakeDueAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var newsletters = await db.Newsletters.Where(n => n.Cadence != null)
            .Select(n => new { n.Id, n.CreatedAt, Cadence = n.Cadence! })
            .AsNoTracking()
            .ToListAsync(cancellationToken);
        foreach (var newsletter in newsletters)
        {
            // What would have been due before the newsletter was made was never promised.
            var after = newsletter.CreatedAt > now - LookBack ? newsletter.CreatedAt : now - LookBack;
            var due = CadenceSlots.After(newsletter.Cadence, after).TakeWhile(s => s.DueAt <= now).ToList();
            var from = due.Count == 0 ? default : due[0].LocalDate;
            var known = await db.DigestSlots.Where(s => s.NewsletterId == newsletter.Id && s.LocalDate >= from).Select(s => s.LocalDate).ToListAsync(cancellationToken);
            foreach (var slot in due.Where(s => !known.Contains(s.LocalDate)))
                await TakeAsync(newsletter.Id, slot, now, cancellationToken);
        }
    }

    private async Task TakeAsync(int newsletterId, CadenceSlot due, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var slot = new DigestSlot
        {
            NewsletterId = newsletterId,
            LocalDate = due.LocalDate,
            DueAt = due.DueAt,
            TakenAt = now,
            Outcome = now - due.DueAt > DigestSlot.Window
                ? FormattableString.Invariant($"missed: due at {due.DueAt.UtcDateTime:yyyy-MM-dd HH:mm} UTC, and nothing ran until {now.UtcDateTime:yyyy-MM-dd HH:mm} UTC")
                : null,
        };
        db.Add(slot);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException e) when (db.IsUniqueViolation(e))
        {
            // Another node was first.
            db.ChangeTracker.Clear();
            return;
        }
        if (slot.Outcome is null)
            jobs.Enqueue<MakeSlotDigest>(Queues.Default, j => j.RunAsync(slot.Id, CancellationToken.None));
    }

    private async Task TakeUpLeftAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var before = now - DigestSlot.TakenFor;
        var left = await db.DigestSlots.Where(s => s.Outcome == null && s.TakenAt < before).Select(s => s.Id).ToListAsync(cancellationToken);
        foreach (var id in left)
        {
            if (await db.DigestSlots.Where(s => s.Id == id && s.Outcome == null && s.TakenAt < before)
                .ExecuteUpdateAsync(s => s.SetProperty(x => x.TakenAt, now), cancellationToken) == 1)
                jobs.Enqueue<MakeSlotDigest>(Queues.Default, j => j.RunAsync(id, CancellationToken.None));
        }
    }
}
