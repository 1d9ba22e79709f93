using Hangfire;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Jobs;
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
            foreach (var slot in await DueSlots.OfCadenceAsync(db, newsletter.Id, newsletter.CreatedAt, newsletter.Cadence, now, cancellationToken))
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
            {
                foreach (var slot in await DueSlots.OfRhythmAsync(db, newsletter.Id, rhythm, newsletter.Cadence, site.Value.TimeZone, now, cancellationToken))
                    await TakeAsync(newsletter.Id, rhythm, slot, now, cancellationToken);
            }
        }
    }

    private async Task TakeAsync(int newsletterId, Rhythm rhythm, CadenceSlot due, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var slot = DigestSlot.Take(newsletterId, rhythm, due, now);
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
            Enqueue(slot.Id, rhythm);
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
