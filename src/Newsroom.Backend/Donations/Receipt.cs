using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Newsroom.Backend.Donations;

/// <summary>The written acknowledgement of one gift (IRS Pub. 1771). Its number and words never change once issued.</summary>
public sealed class Receipt
{
    public long Id { get; private set; }

    /// <summary>Unique: one receipt per gift.</summary>
    public required long DonationId { get; init; }

    /// <summary>Counts within <see cref="Year"/> from 1, shown as <c>2026-000042</c>.</summary>
    public required int Sequence { get; init; }

    /// <summary>The year in the organisation's own time zone.</summary>
    public required int Year { get; init; }
    public required DateTimeOffset IssuedAt { get; init; }
    public string Number => FormattableString.Invariant($"{Year}-{Sequence:D6}");
}

internal sealed class ReceiptMapping : IEntityTypeConfiguration<Receipt>
{
    public void Configure(EntityTypeBuilder<Receipt> builder)
    {
        builder.Ignore(r => r.Number);
        builder.HasOne<Donation>().WithMany().HasForeignKey(r => r.DonationId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(r => r.DonationId).IsUnique();
        builder.HasIndex(r => new { r.Year, r.Sequence }).IsUnique();
    }
}
