using Hangfire;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Newsletters;
using Newsroom.Backend.Stories;

namespace Newsroom.Backend.Digests;

/// <summary>
/// Makes a slot's digest: fetches stories, composes, then sends or waits for approval; or writes why there is none. Each step finds what
/// the one before left, so it may die and be run again anywhere.
/// </summary>
[AutomaticRetry(Attempts = 3, DelaysInSeconds = [60, 120, 300])]
public sealed class MakeSlotDigest(
    NewsroomDb db, FetchStories fetch, ComposeDigest compose, StartDigest start, IBackgroundJobClient jobs, TimeProvider clock)
{
    public async Task RunAsync(int slotId, CancellationToken cancellationToken)
    {
        var slot = await db.DigestSlots.SingleAsync(s => s.Id == slotId, cancellationToken);
        if (slot.Outcome is not null)
            return;
        if (clock.GetUtcNow() - slot.DueAt > DigestSlot.Window)
        {
            await SettleAsync(slot, "missed: it could not be made in time", cancellationToken);
            return;
        }
        // A broken feed is recorded with the feed; the digest is made of what is here, and says so when that is nothing.
        var report = await fetch.RunAsync(cancellationToken);
        db.ChangeTracker.Clear();
        var newsletter = await db.Newsletters.AsNoTracking().SingleAsync(n => n.Id == slot.NewsletterId, cancellationToken);
        var outcome = await compose.RunAsync(new DigestOrder(newsletter.Id, SlotId: slot.Id), cancellationToken);
        if (outcome is ComposeOutcome.Composed(var digestId, var publicId))
        {
            if (newsletter.Cadence is { Approval: false })
                await start.LookAsync([publicId], cancellationToken);
            await GoOnAsync(slotId, digestId, newsletter, cancellationToken);
        }
        else if (outcome is ComposeOutcome.NothingNew(var why, var throughId))
            await SkipAsync(slotId, newsletter, PlainText.Cut(why + report.UnreadOf(newsletter.Slug), Digest.ReasonLength), throughId, cancellationToken);
    }

    private async Task GoOnAsync(int slotId, int digestId, Newsletter newsletter, CancellationToken cancellationToken)
    {
        db.ChangeTracker.Clear();
        var slot = await db.DigestSlots.SingleAsync(s => s.Id == slotId, cancellationToken);
        var digest = await db.Digests.Include(d => d.Stories).SingleAsync(d => d.Id == digestId, cancellationToken);
        if (digest.Status != DigestStatus.Draft)
        {
            await SettleAsync(slot, $"{DigestWords.Of(digest.Status)}: digest {digest.Number}", cancellationToken);
            return;
        }
        if (newsletter.Cadence?.Approval ?? true)
        {
            await SettleAsync(slot, $"draft: digest {digest.Number} waits for approval", cancellationToken);
            return;
        }
        try
        {
            await start.RunAsync(digest, clock.GetUtcNow(), cancellationToken);
            await SettleAsync(slot, $"sending: digest {digest.Number}", cancellationToken);
            jobs.EnqueueSlice(digest.Id, newsletter.Lane);
        }
        catch (IllegalDigestStepException e)
        {
            db.ChangeTracker.Clear();
            await SettleAsync(await db.DigestSlots.SingleAsync(s => s.Id == slotId, cancellationToken), $"draft: digest {digest.Number} waits. {e.Message}", cancellationToken);
        }
    }

    /// <summary>A silent skip looks like a fault: the list of digests shows it with its reason.</summary>
    private async Task SkipAsync(int slotId, Newsletter newsletter, string why, long throughId, CancellationToken cancellationToken)
    {
        var slot = await db.DigestSlots.SingleAsync(s => s.Id == slotId, cancellationToken);
        db.Add(Digest.Skipped(newsletter.Id, slot.Id, newsletter.Name, why, throughId, clock.GetUtcNow()));
        await SettleAsync(slot, $"skipped: {why}", cancellationToken);
    }

    private Task<int> SettleAsync(DigestSlot slot, string outcome, CancellationToken cancellationToken)
    {
        slot.Outcome = outcome.Length > Digest.ReasonLength ? outcome[..Digest.ReasonLength] : outcome;
        return db.SaveChangesAsync(cancellationToken);
    }
}
