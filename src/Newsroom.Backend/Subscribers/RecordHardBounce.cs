using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Subscribers;

/// <summary>Says of a reader that the mailbox is no more. The address itself stands on the suppression list.</summary>
public static class RecordHardBounce
{
    /// <summary>
    /// Works in the caller's transaction. Whoever left, complained or was erased stays so, and so does whoever has moved to another address since
    /// the mail went to <paramref name="address"/>.
    /// </summary>
    public static Task<int> RunAsync(NewsroomDb db, long subscriberId, EmailAddress address) =>
        db.Subscribers.Where(s => s.Id == subscriberId && s.AddressKey == address.Key && (s.Status == SubscriberStatus.Pending || s.Status == SubscriberStatus.Confirmed))
            .ExecuteUpdateAsync(s => s.SetProperty(x => x.Status, SubscriberStatus.Bounced).SetProperty(x => x.Version, x => x.Version + 1));
}
