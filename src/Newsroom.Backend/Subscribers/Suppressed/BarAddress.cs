using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Webhooks;

namespace Newsroom.Backend.Subscribers.Suppressed;

/// <param name="Entry">As it stands on the list now.</param>
/// <param name="IsNew">False: its owner's wish was known already, and nothing was changed.</param>
public sealed record Barred(Suppression Entry, bool IsNew);

/// <summary>Staff enter an address whose owner asked, on the telephone or by letter, never to be written to. What was confirmed ends. Twice is once.</summary>
public sealed class BarAddress(NewsroomDb db, SuppressionList suppressions, Announcements announcements, TimeProvider clock)
{
    /// <param name="address">Known here or not.</param>
    /// <param name="why">The evidence: how and when it was asked for.</param>
    /// <param name="cancellationToken">Cancels before the commit.</param>
    public Task<Barred> RunAsync(EmailAddress address, string why, CancellationToken cancellationToken) => db.RetryingAsync(
        async turn =>
        {
            var now = clock.GetUtcNow();
            var hash = await suppressions.HashAsync(address, turn);
            await using var transaction = await db.Database.BeginTransactionAsync(turn);
            var stood = await db.Suppressions.AnyAsync(s => s.AddressHash == hash && (s.Reason == SuppressionReason.Complaint || s.Reason == SuppressionReason.Request), turn);
            await SuppressionList.SuppressAsync(db, hash, address, SuppressionReason.Request, why, now, turn);
            var reader = await db.Subscribers.Include(s => s.Subscriptions).ThenInclude(s => s.Newsletter).SingleOrDefaultAsync(s => s.AddressKey == address.Key, turn);
            if (reader is not null && reader.Status is not (SubscriberStatus.Suppressed or SubscriberStatus.Complained or SubscriberStatus.Erased))
            {
                var ended = reader.Suppress(now);
                db.Add(Consent.Append(
                    reader, ConsentEvent.Withdrawn, ended.Select(s => s.Newsletter), ConsentWording.ToldStaff, ConsentMethod.Staff, new ConsentPlace(), now));
                await announcements.AddConsentsAsync(db, turn);
                await db.SaveChangesAsync(turn);
            }
            await transaction.CommitAsync(turn);
            announcements.Ring();
            return new Barred(await db.Suppressions.AsNoTracking().SingleAsync(s => s.AddressHash == hash, turn), IsNew: !stood);
        },
        cancellationToken);
}
