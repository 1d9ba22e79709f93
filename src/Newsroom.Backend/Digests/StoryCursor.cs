using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Digests;

/// <summary>Where a newsletter's own digests stand: a reader who takes up a rhythm of their own begins behind it, so that no story comes twice and none is missed.</summary>
public static class StoryCursor
{
    /// <summary>Highest story id offered by the newsletter's digests that have begun to go out; 0 when none has.</summary>
    public static async Task<long> CurrentAsync(NewsroomDb db, int newsletterId, CancellationToken cancellationToken) =>
        await db.Digests.Where(d => d.NewsletterId == newsletterId && d.StartedAt != null).MaxAsync(d => (long?)d.StoriesThroughId, cancellationToken) ?? 0;
}
