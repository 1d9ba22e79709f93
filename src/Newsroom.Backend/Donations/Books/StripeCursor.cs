using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Newsroom.Backend.Donations.Books;

/// <summary>How far a list of Stripe's was read to its end.</summary>
public sealed class StripeCursor
{
    public const string Transactions = "balance_transactions";

    public required string Name { get; init; }

    /// <summary>Everything older is here (Stripe's clock).</summary>
    public required DateTimeOffset ReadUntil { get; set; }
}

internal sealed class StripeCursorMapping : IEntityTypeConfiguration<StripeCursor>
{
    public void Configure(EntityTypeBuilder<StripeCursor> builder)
    {
        builder.HasKey(c => c.Name);
        builder.Property(c => c.Name).HasMaxLength(40);
    }
}
