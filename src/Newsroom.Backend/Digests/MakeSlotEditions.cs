using Hangfire;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Stories;

namespace Newsroom.Backend.Digests;

/// <summary>
/// Serves a slot of the readers' rhythms: fetches stories, brings its readers up to date, writes into the diary what became of it. Of
/// published stories and by the readers' own wish, so it does not wait for the approval that a cadence may ask for its newsletter's digests.
/// </summary>
[AutomaticRetry(Attempts = 3, DelaysInSeconds = [60, 120, 300])]
public sealed class MakeSlotEditions(NewsroomDb db, FetchStories fetch, BringUpToDate bringUpToDate, TimeProvider clock)
{
    public async Task RunAsync(int slotId, CancellationToken cancellationToken)
    {
        var slot = await db.DigestSlots.AsNoTracking().SingleAsync(s => s.Id == slotId, cancellationToken);
        if (slot.Outcome is not null)
            return;
        if (clock.GetUtcNow() - slot.DueAt > DigestSlot.Window)
        {
            await SettleAsync(slotId, "missed: it could not be made in time", cancellationToken);
            return;
        }
        // A broken feed is recorded with the feed; the editions are made of what is here.
        var report = await fetch.RunAsync(cancellationToken);
        var unread = report.UnreadOf(await db.Newsletters.Where(n => n.Id == slot.NewsletterId).Select(n => n.Slug).SingleAsync(cancellationToken));
        db.ChangeTracker.Clear();
        var throughId = await NewStories.Offered(db, slot.NewsletterId).MaxAsync(s => (long?)s.Id, cancellationToken) ?? 0;
        var outcome = await bringUpToDate.RunAsync(slot.NewsletterId, slot.Rhythm, throughId, clock.GetUtcNow(), cancellationToken);
        await SettleAsync(slotId, outcome switch
        {
            UpToDateOutcome.Began(0) => PlainText.Cut("skipped: nothing new for its readers" + (unread.Length == 0 ? "" : "." + unread), Digest.ReasonLength),
            UpToDateOutcome.Began(var editions) => FormattableString.Invariant($"sending: {editions} edition{(editions == 1 ? "" : "s")}"),
            UpToDateOutcome.NotNow(var why) => PlainText.Cut($"missed: {why}", Digest.ReasonLength),
            _ => throw new InvalidOperationException($"Unknown outcome {outcome}."),
        }, cancellationToken);
    }

    /// <summary>The first word stays: a second run finds what the first began and has nothing to add.</summary>
    private Task<int> SettleAsync(int slotId, string outcome, CancellationToken cancellationToken) =>
        db.DigestSlots.Where(s => s.Id == slotId && s.Outcome == null).ExecuteUpdateAsync(s => s.SetProperty(x => x.Outcome, outcome), cancellationToken);
}
