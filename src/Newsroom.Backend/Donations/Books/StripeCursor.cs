using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Donations.Books;

/// <summary>How far a list of Stripe's was read to its end.</summary>
public sealed class StripeCursor
{
    public const string Transactions = "balance_transactions";
    public const string Payouts = "payouts";
    public const string Events = "events";
    public const string Cases = "cases";

    /// <summary>No list of Stripe's: until when another database may have booked what this one does not know, see <see cref="HoldReceipts"/>.</summary>
    public const string Restored = "restored";

    public required string Name { get; init; }

    /// <summary>Test mode's list is another one.</summary>
    public required bool LiveMode { get; init; }

    /// <summary>Everything older is here (Stripe's clock).</summary>
    public required DateTimeOffset ReadUntil { get; set; }

    /// <returns>Null: the list was never read to its end.</returns>
    public static Task<DateTimeOffset?> ReadAsync(NewsroomDb db, string name, bool liveMode, CancellationToken cancellationToken) =>
        db.StripeCursors.Where(c => c.Name == name && c.LiveMode == liveMode).Select(c => (DateTimeOffset?)c.ReadUntil).SingleOrDefaultAsync(cancellationToken);

    /// <summary>The list was read to its end. Only then: the newest come first, so what ended early has left out the oldest.</summary>
    public static Task<bool> MoveAsync(NewsroomDb db, string name, bool liveMode, DateTimeOffset readUntil, CancellationToken cancellationToken)
    {
        db.ChangeTracker.Clear();
        return db.RetryingAsync(async token =>
        {
            var cursor = await db.StripeCursors.SingleOrDefaultAsync(c => c.Name == name && c.LiveMode == liveMode, token);
            if (cursor is null)
                db.Add(new StripeCursor { Name = name, LiveMode = liveMode, ReadUntil = readUntil });
            else if (cursor.ReadUntil < readUntil)
                cursor.ReadUntil = readUntil;
            return await db.SaveChangesAsync(token) > 0;
        }, cancellationToken);
    }
}

internal sealed class StripeCursorMapping : IEntityTypeConfiguration<StripeCursor>
{
    public void Configure(EntityTypeBuilder<StripeCursor> builder)
    {
        builder.HasKey(c => new { c.Name, c.LiveMode });
        builder.Property(c => c.Name).HasMaxLength(40);
    }
}
