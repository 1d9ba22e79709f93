using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Subscribers;

namespace Newsroom.Backend.Digests;

/// <summary>Up to which story (<see cref="Stories.Story.Id"/>, the order of intake) readers were served.</summary>
public static class StoryCursor
{
    /// <summary>By the newsletter's own digests: the highest <see cref="Digest.StoriesThroughId"/> of those that have begun; 0 without any.</summary>
    public static async Task<long> CurrentAsync(NewsroomDb db, int newsletterId, CancellationToken cancellationToken) =>
        await db.Digests.Where(d => d.NewsletterId == newsletterId && d.CursorId == null && d.StartedAt != null)
            .MaxAsync(d => (long?)d.StoriesThroughId, cancellationToken) ?? 0;

    /// <summary>
    /// Where one reader stands: what to write into <see cref="Subscription.StoriesThroughId"/> when the reader chooses a rhythm. A cursor
    /// of the reader's own stays. In step, a digest counts that has its row for this reader, or is not going to write one; one that is being
    /// planned and has not come to this reader yet does not: with the new rhythm it never will, and its stories come in that rhythm.
    /// </summary>
    /// <remarks>
    /// A row written between this answer and the save does no harm: an edition leaves out what its readers' rows say they got. Drafts that a
    /// later digest has overtaken are behind the cursor: whether they are ever sent is the newsroom's business, not this reader's.
    /// </remarks>
    public static async Task<long> OfReaderAsync(NewsroomDb db, Subscription subscription, CancellationToken cancellationToken)
    {
        if (subscription.StoriesThroughId is { } own)
            return own;
        var (newsletterId, subscriberId, confirmedAt) = (subscription.NewsletterId, subscription.SubscriberId, subscription.ConfirmedAt);
        return await db.Digests.Where(d => d.NewsletterId == newsletterId && d.CursorId == null && d.StartedAt != null)
            .Where(d => d.PlannedCount != null || d.Status == DigestStatus.Cancelled || d.StartedAt < confirmedAt
                || db.Deliveries.Any(r => r.DigestId == d.Id && r.SubscriberId == subscriberId))
            .MaxAsync(d => (long?)d.StoriesThroughId, cancellationToken) ?? 0;
    }
}
