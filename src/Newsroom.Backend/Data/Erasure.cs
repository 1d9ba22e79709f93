using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Newsroom.Backend.Data;

/// <summary>
/// That a person was erased, without the person: the same entry as in the <see cref="ErasureLog"/>. One that stands there and not here was
/// lost with a restored database, or by a crash between the two, and is done again.
/// </summary>
public sealed class Erasure
{
    public long Id { get; private set; }

    /// <summary>Keyed hash of the address key.</summary>
    public required string AddressHash { get; init; }
    public required DateTimeOffset At { get; init; }
}

internal sealed class ErasureMapping : IEntityTypeConfiguration<Erasure>
{
    public void Configure(EntityTypeBuilder<Erasure> builder)
    {
        builder.Property(e => e.AddressHash).HasMaxLength(64);
        builder.HasIndex(e => new { e.AddressHash, e.At }).IsUnique();
    }
}
