using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Subscribers;

public enum LeaveOnRequestOutcome
{
    Left,
    NoSuchReader,

    /// <summary>The reader does not have it, or any.</summary>
    NothingToLeave,
}

/// <summary>A reader asked staff, on the telephone or by letter, to be taken off a newsletter, or off all. The evidence says so.</summary>
public sealed class LeaveOnRequest(NewsroomDb db, TimeProvider clock)
{
    /// <param name="id">The subscriber's public id.</param>
    /// <param name="newsletter">Slug; null: all.</param>
    /// <param name="cancellationToken">Cancels before the save.</param>
    public Task<LeaveOnRequestOutcome> RunAsync(string id, string? newsletter, CancellationToken cancellationToken) => db.RetryingAsync(
        async turn =>
        {
            var now = clock.GetUtcNow();
            if (await db.Subscribers.Include(s => s.Subscriptions.OrderBy(x => x.Id)).ThenInclude(s => s.Newsletter).SingleOrDefaultAsync(s => s.PublicId == id, turn) is not { } reader)
                return LeaveOnRequestOutcome.NoSuchReader;
            var ended = reader.Subscriptions.FindAll(s => s.State != SubscriptionState.Left && (newsletter is null || s.Newsletter.Slug == newsletter));
            if (ended.Count == 0)
                return LeaveOnRequestOutcome.NothingToLeave;
            foreach (var subscription in ended)
                subscription.Leave(now);
            reader.LeaveIfNothingIsLeft(now);
            db.Add(Consent.Append(reader, ConsentEvent.Withdrawn, ended.Select(s => s.Newsletter), ConsentWording.ToldStaffToLeave, ConsentMethod.Staff, new ConsentPlace(), now));
            await db.SaveChangesAsync(turn);
            return LeaveOnRequestOutcome.Left;
        },
        cancellationToken);
}
