using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Newsroom.Backend.Donations.Giving;

/// <summary>Somebody asked, for an address, for the link to its gifts. Holds no address: a donor's is the donor's, any other only a keyed hash.</summary>
public sealed class GivingRequest
{
    /// <summary>How long the mailed link opens: it shows sums and can end a regular gift.</summary>
    public static readonly TimeSpan LinkLifetime = TimeSpan.FromDays(3);

    public long Id { get; private set; }

    /// <summary>Null for an address that nobody gave with.</summary>
    public long? DonorId { get; init; }
    public Donor? Donor { get; init; }

    /// <summary>Of what the address is to <see cref="Subscribers.Mailbox"/>: the limits count by it.</summary>
    public required string AddressHash { get; init; }
    public required DateTimeOffset RequestedAt { get; init; }

    /// <summary>A mail went, or is about to go.</summary>
    public bool IsMailed { get; init; }

    public DateTimeOffset LinkExpiresAt => RequestedAt + LinkLifetime;
}

internal sealed class GivingRequestMapping : IEntityTypeConfiguration<GivingRequest>
{
    public void Configure(EntityTypeBuilder<GivingRequest> builder)
    {
        builder.Ignore(r => r.LinkExpiresAt);
        builder.Property(r => r.AddressHash).HasMaxLength(64);
        builder.HasOne(r => r.Donor).WithMany().HasForeignKey(r => r.DonorId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(r => new { r.AddressHash, r.RequestedAt }).HasDatabaseName("IX_GivingRequests_CoolDown");
        builder.HasIndex(r => r.RequestedAt).HasDatabaseName("IX_GivingRequests_Purge");
    }
}
