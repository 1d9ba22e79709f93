using Hangfire;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Subscribers.Preferences;

/// <summary>
/// Forgets changes of address once nothing can come of them (GDPR Art. 5(1)(e)). Of one whose newsletters another row took over, that fact stays,
/// without the addresses: unsubscribe links in the old mails must find where the newsletters went.
/// </summary>
public sealed class PurgeAddressChanges(NewsroomDb db, TimeProvider clock)
{
    [AutomaticRetry(Attempts = 0)]
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var end = clock.GetUtcNow() - AddressChange.UndoFor;
        await db.AddressChanges.Where(c => c.DoneAt <= end && c.CarriedToId != null && (c.OldAddress != null || c.NewAddress != null))
            .ExecuteUpdateAsync(s => s.SetProperty(c => c.OldAddress, (string?)null).SetProperty(c => c.NewAddress, (string?)null).SetProperty(c => c.NewAddressKey, (string?)null), cancellationToken);
        await db.AddressChanges
            .Where(c => (c.DoneAt == null && c.ExpiresAt <= end) || (c.DoneAt <= end && (c.CarriedToId == null || c.UndoneAt != null)))
            .Where(c => c.UndoneAt == null || c.UndoneAt <= end)
            .ExecuteDeleteAsync(cancellationToken);
    }
}
