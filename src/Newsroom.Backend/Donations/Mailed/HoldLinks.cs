using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Donations.Mailed;

/// <summary>After a restore: donors who wait for a link in the backup may have got it since.</summary>
internal sealed class HoldLinks(NewsroomDb db) : IHoldAfterRestore
{
    public async Task<string?> HoldAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var held = await db.MailedLinks.Where(l => l.NextAttemptAt != null && l.AskedAt <= now)
            .ExecuteUpdateAsync(s => s.SetProperty(l => l.NextAttemptAt, (DateTimeOffset?)null), cancellationToken);
        return held == 0 ? null : $"{held} donor(s) who wait for a link to their gift get none: it may have left after the backup was made.";
    }
}
