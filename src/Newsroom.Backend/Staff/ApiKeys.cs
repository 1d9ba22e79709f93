using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Staff;

/// <summary>The keys there are, and taking one away.</summary>
public sealed class ApiKeys(NewsroomDb db, TimeProvider clock)
{
    public Task<List<ApiKey>> ListAsync(CancellationToken cancellationToken) =>
        db.ApiKeys.AsNoTracking().OrderBy(k => k.RevokedAt != null).ThenByDescending(k => k.Id).Take(200).ToListAsync(cancellationToken);

    /// <returns>False when there is none with that id, or it was revoked before.</returns>
    public async Task<bool> RevokeAsync(string publicId, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        return await db.ApiKeys.Where(k => k.PublicId == publicId && k.RevokedAt == null)
            .ExecuteUpdateAsync(k => k.SetProperty(x => x.RevokedAt, now), cancellationToken) == 1;
    }
}
