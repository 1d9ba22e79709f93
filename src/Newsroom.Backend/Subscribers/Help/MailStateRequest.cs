using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Newsroom.Backend.Subscribers.Help;

/// <summary>Somebody asked, for an address, how its mail stands. Holds no address: a known one is its subscriber's, an unknown one only a keyed hash.</summary>
public sealed class MailStateRequest
{
    public long Id { get; private set; }

    /// <summary>Null for an address we do not know.</summary>
    public long? SubscriberId { get; init; }
    public Subscriber? Subscriber { get; init; }

    /// <summary>Of what the address is to <see cref="Mailbox"/>: the limits count by it.</summary>
    public required string AddressHash { get; init; }
    public required DateTimeOffset RequestedAt { get; init; }

    /// <summary>A mail went, or is about to go.</summary>
    public bool IsMailed { get; init; }
}

internal sealed class MailStateRequestMapping : IEntityTypeConfiguration<MailStateRequest>
{
    public void Configure(EntityTypeBuilder<MailStateRequest> builder)
    {
        builder.Property(r => r.AddressHash).HasMaxLength(64);
        builder.HasOne(r => r.Subscriber).WithMany().HasForeignKey(r => r.SubscriberId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(r => new { r.AddressHash, r.RequestedAt }).HasDatabaseName("IX_MailStateRequests_CoolDown");
        builder.HasIndex(r => r.RequestedAt).HasDatabaseName("IX_MailStateRequests_Purge");
    }
}
