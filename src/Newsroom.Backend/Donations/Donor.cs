using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Donations;

/// <summary>Who gave, by address. Not a subscriber: giving with somebody's address shows and changes nothing of theirs.</summary>
public sealed class Donor
{
    public long Id { get; private set; }
    public string PublicId { get; private set; } = Primitives.PublicId.New("dnr");
    public required string Address { get; set; }
    public required string AddressKey { get; init; }
    public string? Name { get; set; }
    public required DateTimeOffset CreatedAt { get; init; }
}

internal sealed class DonorMapping : IEntityTypeConfiguration<Donor>
{
    public void Configure(EntityTypeBuilder<Donor> builder)
    {
        builder.Property(d => d.PublicId).HasMaxLength(PublicId.MaxLength);
        builder.Property(d => d.Address).HasMaxLength(254);
        builder.Property(d => d.AddressKey).HasMaxLength(254);
        builder.Property(d => d.Name).HasMaxLength(120);
        builder.HasIndex(d => d.PublicId).IsUnique();
        builder.HasIndex(d => d.AddressKey).IsUnique();
    }
}
