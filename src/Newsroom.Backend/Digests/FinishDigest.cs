using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Subscribers;
using Newsroom.Backend.Webhooks;

namespace Newsroom.Backend.Digests;

/// <summary>
/// Says "sent" of a digest whose every row is accounted for, and tells other systems, in one commit. One that is opened again later, for those who miss it,
/// is not told a second time.
/// </summary>
public sealed class FinishDigest(NewsroomDb db, Announcements announcements, TimeProvider clock)
{
    /// <param name="Id">The digest's.</param>
    /// <param name="Newsletter">Slug.</param>
    /// <param name="Number">Null for an edition of readers with a rhythm of their own.</param>
    /// <param name="Rhythm">Which readers' wish it follows.</param>
    /// <param name="Status">Sent.</param>
    /// <param name="Ledger">As the API has it.</param>
    private sealed record SentData(string Id, string Newsletter, int? Number, Rhythm Rhythm, DigestStatus Status, Ledger Ledger);

    /// <summary>Does nothing while a reader waits. Twice is once.</summary>
    public async Task RunAsync(int digestId, CancellationToken cancellationToken)
    {
        await db.RetryingAsync(async turn =>
        {
            var now = clock.GetUtcNow();
            await using var transaction = await db.Database.BeginTransactionAsync(turn);
            if (await FrozenLedger.FinishAsync(db, digestId, now, turn) == 0)
                return false;
            await AnnounceAsync(digestId, now, turn);
            await db.SaveChangesAsync(turn);
            await transaction.CommitAsync(turn);
            return true;
        }, cancellationToken);
        announcements.Ring();
    }

    private async Task AnnounceAsync(int digestId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var digest = await db.Digests.Where(d => d.Id == digestId)
            .Join(db.Newsletters, d => d.NewsletterId, n => n.Id, (d, n) => new
            {
                d.PublicId,
                n.Slug,
                d.Number,
                d.Rhythm,
                Ledger = new Ledger(d.PlannedCount ?? 0, d.AcceptedCount ?? 0, d.RefusedCount ?? 0, d.WithheldCount ?? 0, d.UncertainCount ?? 0, 0),
            }).SingleAsync(cancellationToken);
        var data = new SentData(digest.PublicId, digest.Slug, digest.Number, digest.Rhythm, DigestStatus.Sent, digest.Ledger);
        await announcements.AddAsync(db, new Announcement(EventTypes.DigestSent, digest.PublicId, digest.PublicId, now, data), cancellationToken);
    }
}
