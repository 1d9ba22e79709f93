using Hangfire;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Jobs;
using Newsroom.Backend.Newsletters;
using Newsroom.Backend.Subscribers;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Digests;

/// <summary>
/// Every minute: claims the slots of cadences and of readers' rhythms that have fallen due by inserting their unique rows, and takes up those that a dead process left
/// without outcome. One tick over our own rows instead of a Hangfire job per newsletter: a catch-up there would send at any hour.
/// </summary>
[AutomaticRetry(Attempts = 0)]
public sealed class TakeSlots(NewsroomDb db, IBackgroundJobClient jobs, IOptions<SiteOptions> site, TimeProvider clock)
{
    // Slots missed while nothing ran are written into the diary, as far back as somebody would ask.
    private static readonly TimeSpan LookBack = TimeSpan.FromDays(7);

    // A rhythm that had no readers lately begins with its next slot.
    private static readonly TimeSpan JustNow = TimeSpan.FromMinutes(5);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await TakeDueAsync(now, cancellationToken);
        await TakeDueOfRhythmsAsync(now, cancellationToken);
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
            var known = await db.DigestSlots.Where(s => s.NewsletterId == newsletter.Id && s.Rhythm == Rhythm.AsPublished && s.LocalDate >= from).Select(s => s.LocalDate).ToListAsync(cancellationToken);
            foreach (var slot in due.Where(s => !known.Contains(s.LocalDate)))
                await TakeAsync(newsletter.Id, Rhythm.AsPublished, slot, now, cancellationToken);
        }
    }

    private async Task TakeDueOfRhythmsAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        foreach (var rhythm in RhythmSlots.Rhythms)
        {
            var served = await db.Newsletters.AsNoTracking()
                .Where(n => db.Subscriptions.Any(s => s.NewsletterId == n.Id && s.State == SubscriptionState.Active && s.Rhythm == rhythm))
                .ToListAsync(cancellationToken);
            foreach (var newsletter in served)
                await TakeDueOfRhythmAsync(newsletter, rhythm, now, cancellationToken);
        }
    }

    private async Task TakeDueOfRhythmAsync(Newsletter newsletter, Rhythm rhythm, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var memory = now - RhythmSlots.Memory(rhythm);
        var last = await db.DigestSlots.AsNoTracking()
            .Where(s => s.NewsletterId == newsletter.Id && s.Rhythm == rhythm && s.DueAt > memory)
            .OrderByDescending(s => s.LocalDate)
            .FirstOrDefaultAsync(cancellationToken);
        // One at a time: whether it was missed decides which is the next.
        for (var (after, missed) = (last?.DueAt ?? now - JustNow, last?.WasMissed ?? false); ;)
        {
            var due = RhythmSlots.After(rhythm, newsletter.Cadence, site.Value.TimeZone, after, missed).First(s => s.LocalDate > (last?.LocalDate ?? DateOnly.MinValue));
            if (due.DueAt > now)
                return;
            missed = await TakeAsync(newsletter.Id, rhythm, due, now, cancellationToken);
            after = due.DueAt;
        }
    }

    /// <summary>True when it is too late for this one.</summary>
    private async Task<bool> TakeAsync(int newsletterId, Rhythm rhythm, CadenceSlot due, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var slot = new DigestSlot
        {
            NewsletterId = newsletterId,
            Rhythm = rhythm,
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
            return slot.WasMissed;
        }
        if (slot.Outcome is null)
            Enqueue(slot.Id, rhythm);
        return slot.WasMissed;
    }

    private async Task TakeUpLeftAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var before = now - DigestSlot.TakenFor;
        var left = await db.DigestSlots.Where(s => s.Outcome == null && s.TakenAt < before).Select(s => new { s.Id, s.Rhythm }).ToListAsync(cancellationToken);
        foreach (var slot in left)
        {
            if (await db.DigestSlots.Where(s => s.Id == slot.Id && s.Outcome == null && s.TakenAt < before)
                .ExecuteUpdateAsync(s => s.SetProperty(x => x.TakenAt, now), cancellationToken) == 1)
                Enqueue(slot.Id, slot.Rhythm);
        }
    }

    private void Enqueue(int slotId, Rhythm rhythm) => _ = rhythm == Rhythm.AsPublished
        ? jobs.Enqueue<MakeSlotDigest>(Queues.Default, j => j.RunAsync(slotId, CancellationToken.None))
        : jobs.Enqueue<MakeSlotEditions>(Queues.Default, j => j.RunAsync(slotId, CancellationToken.None));
}
