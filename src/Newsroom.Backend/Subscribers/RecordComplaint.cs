using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Subscribers;

/// <summary>Says of a reader that a mail of ours was called spam. The address itself stands on the suppression list.</summary>
public static class RecordComplaint
{
    /// <summary>
    /// Works in the caller's transaction. Stronger than a bounce or having left; who asked never to be written to, or was erased, stays so, and so does
    /// whoever has moved to another address since the mail went to <paramref name="address"/>.
    /// </summary>
    public static Task<int> RunAsync(NewsroomDb db, long subscriberId, EmailAddress address) =>
        db.Subscribers
            .Where(s => s.Id == subscriberId && s.AddressKey == address.Key
                && (s.Status == SubscriberStatus.Pending || s.Status == SubscriberStatus.Confirmed || s.Status == SubscriberStatus.Left || s.Status == SubscriberStatus.Bounced))
            .ExecuteUpdateAsync(s => s.SetProperty(x => x.Status, SubscriberStatus.Complained).SetProperty(x => x.Version, x => x.Version + 1));
}
