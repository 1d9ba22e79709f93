using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Donations.Books;

namespace Newsroom.Backend.Donations;

/// <summary>
/// After a restore: Stripe brings again what was paid since the backup, and the database that was lost may have sent its receipts. It is booked anew;
/// the receipts' mails are withheld, and their numbers go on after a gap, so that none stands on two receipts.
/// </summary>
internal sealed class HoldReceipts(NewsroomDb db, IOptions<StripeOptions> stripe) : IHoldAfterRestore
{
    internal const string Why = "Not sent: the gift was paid before the database was restored from a backup, and its receipt may have left by then.";

    /// <summary>More receipts than a day has, of which last night's backup does not know.</summary>
    internal const int Gap = 10_000;

    public async Task<string?> HoldAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await StripeCursor.MoveAsync(db, StripeCursor.Restored, liveMode: false, now, cancellationToken);
        return !stripe.Value.IsConfigured ? null
            : $"Gifts paid before now that Stripe brings again are booked without a receipt's mail, which may have left after the backup was made; the receipts' numbers go on after a gap of {Gap}.";
    }

    /// <returns>Null: this database was never restored.</returns>
    public static Task<DateTimeOffset?> RestoredAtAsync(NewsroomDb db, CancellationToken cancellationToken) =>
        StripeCursor.ReadAsync(db, StripeCursor.Restored, liveMode: false, cancellationToken);

    /// <summary>The number of a year's next receipt; a unique index refuses it to the second who takes it.</summary>
    public static async Task<int> NextSequenceAsync(NewsroomDb db, int year, DateTimeOffset? restoredAt, CancellationToken cancellationToken)
    {
        var last = await db.Receipts.Where(r => r.Year == year).OrderByDescending(r => r.Sequence).Select(r => new { r.Sequence, r.IssuedAt }).FirstOrDefaultAsync(cancellationToken);
        // The newsroom's clock may be in the next year already.
        var others = restoredAt is { } at && (last is null ? year <= at.AddDays(1).Year : last.IssuedAt < at);
        return (last?.Sequence ?? 0) + 1 + (others ? Gap : 0);
    }
}
