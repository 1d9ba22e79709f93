using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Subscribers.Suppressed;

public enum LiftOutcome
{
    Lifted,
    NoSuchSuppression,

    /// <summary>Its owner called our mail spam: whoever lifts that must say that they know.</summary>
    IsAComplaint,
}

/// <summary>
/// Staff take an address off the list, with a reason that is kept. It brings no consent back: after a bounce the reader is mailed again only if
/// what was confirmed still stands; after a complaint or a wish only after a new sign-up.
/// </summary>
public sealed class LiftSuppression(NewsroomDb db, TimeProvider clock)
{
    /// <param name="id">Public id.</param>
    /// <param name="by">Who: the API key's public id.</param>
    /// <param name="why">For whoever asks later.</param>
    /// <param name="complaintToo">"I know that it is a complaint."</param>
    /// <param name="cancellationToken">Cancels before the commit.</param>
    public Task<LiftOutcome> RunAsync(string id, string by, string why, bool complaintToo, CancellationToken cancellationToken) => db.RetryingAsync(
        async turn =>
        {
            var now = clock.GetUtcNow();
            var entry = await db.Suppressions.AsNoTracking().SingleOrDefaultAsync(s => s.PublicId == id, turn);
            if (entry is null)
                return LiftOutcome.NoSuchSuppression;
            if (entry.Reason == SuppressionReason.Complaint && !complaintToo)
                return LiftOutcome.IsAComplaint;
            await using var transaction = await db.Database.BeginTransactionAsync(turn);
            // By its reason too: a complaint that came in just now is not lifted as the bounce it was before.
            if (!await SuppressionList.LiftAsync(db, entry.Id, entry.Reason, by, why, now, turn))
                return await db.Suppressions.AnyAsync(s => s.Id == entry.Id, turn) ? LiftOutcome.IsAComplaint : LiftOutcome.NoSuchSuppression;
            if (EmailAddress.TryParse(entry.Address, out var address))
            {
                var reader = await db.Subscribers.Include(s => s.Subscriptions).SingleOrDefaultAsync(s => s.AddressKey == address.Key, turn);
                reader?.Readmit(now);
                await db.SaveChangesAsync(turn);
            }
            await transaction.CommitAsync(turn);
            return LiftOutcome.Lifted;
        },
        cancellationToken);
}
