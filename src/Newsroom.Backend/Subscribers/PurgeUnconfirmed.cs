using Hangfire;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Subscribers;

/// <summary>
/// Forgets who never confirmed (GDPR Art. 5(1)(e)): requests a while after their link expired, and subscribers that are nothing but such
/// requests, with all that hangs on them.
/// </summary>
public sealed partial class PurgeUnconfirmed(NewsroomDb db, TimeProvider clock, ILogger<PurgeUnconfirmed> logger)
{
    /// <summary>After the link's end, in which its page can still send a new one.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromDays(7);

    [AutomaticRetry(Attempts = 0)]
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var end = clock.GetUtcNow() - Grace;
        var requests = await db.SignUpRequests.Where(r => r.ConfirmedAt == null && r.ExpiresAt < end).ExecuteDeleteAsync(cancellationToken);
        // The age keeps a subscriber whose first request is being written or that staff put there just now.
        var subscribers = await db.Subscribers
            .Where(s => s.Status == SubscriberStatus.Pending && s.ConfirmedAt == null && s.CreatedAt < end - SignUpRequest.Lifetime)
            .Where(s => !db.SignUpRequests.Any(r => r.SubscriberId == s.Id))
            .ExecuteDeleteAsync(cancellationToken);
        if (requests > 0)
            Purged(requests, subscribers);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Purged {Requests} unconfirmed requests and {Subscribers} subscribers that never confirmed")]
    private partial void Purged(int requests, int subscribers);
}
