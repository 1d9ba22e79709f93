using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Subscribers.Preferences;

/// <summary>
/// A reader's wish to be written to elsewhere: asked on the preferences page, confirmed on the new address, and for a while undone from the old
/// one. Holds addresses only as long as it needs them (<see cref="PurgeAddressChanges"/>).
/// </summary>
public sealed class AddressChange
{
    /// <summary>How long the link in the mail to the new address works.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(2);

    /// <summary>How long the old address is kept, and the link in the notice to it takes the change back.</summary>
    public static readonly TimeSpan UndoFor = TimeSpan.FromDays(14);

    public long Id { get; private set; }

    /// <summary>What the links of its mails sign.</summary>
    public string PublicId { get; private set; } = Primitives.PublicId.New("chg");
    public long SubscriberId { get; init; }
    public Subscriber Subscriber { get; init; } = null!;

    /// <summary>Null once it is no longer needed.</summary>
    public string? NewAddress { get; set; }
    public string? NewAddressKey { get; set; }
    public required DateTimeOffset RequestedAt { get; init; }
    public required DateTimeOffset ExpiresAt { get; set; }

    /// <summary>A mail went, or is about to go, to the new address; false when a limit or the suppression list held it back.</summary>
    public bool IsMailed { get; init; }
    public DateTimeOffset? DoneAt { get; private set; }

    /// <summary>Where the reader was before; null until done, and after <see cref="UndoFor"/>.</summary>
    public string? OldAddress { get; set; }

    /// <summary>The subscriber that had the new address already and took over the newsletters. Null: the reader's own row got the new address.</summary>
    public long? CarriedToId { get; private set; }

    /// <summary>Taken back from the old address, or overtaken by an earlier change that was.</summary>
    public DateTimeOffset? UndoneAt { get; private set; }

    public bool IsOpen(DateTimeOffset now) => DoneAt is null && UndoneAt is null && now < ExpiresAt && NewAddress is not null;

    public bool CanUndo(DateTimeOffset now) => DoneAt is not null && UndoneAt is null && now < DoneAt + UndoFor && OldAddress is not null;

    /// <summary>No wish, only where the newsletters went when a change was taken back: for the links in the mails before.</summary>
    internal static AddressChange Trail(Subscriber reader, long carriedToId, DateTimeOffset now) =>
        new() { Subscriber = reader, RequestedAt = now, ExpiresAt = now, DoneAt = now, CarriedToId = carriedToId };

    /// <exception cref="InvalidOperationException">Done already, or too late.</exception>
    public void Complete(string oldAddress, long? carriedToId, DateTimeOffset now)
    {
        if (!IsOpen(now))
            throw new InvalidOperationException("Only an open change of address can be completed.");
        (DoneAt, OldAddress, CarriedToId) = (now, oldAddress, carriedToId);
    }

    public void Undo(DateTimeOffset now) => UndoneAt = now;
}

internal sealed class AddressChangeMapping : IEntityTypeConfiguration<AddressChange>
{
    public void Configure(EntityTypeBuilder<AddressChange> builder)
    {
        builder.Property(c => c.PublicId).HasMaxLength(PublicId.MaxLength);
        builder.Property(c => c.NewAddress).HasMaxLength(254);
        builder.Property(c => c.NewAddressKey).HasMaxLength(254);
        builder.Property(c => c.OldAddress).HasMaxLength(254);
        builder.HasOne(c => c.Subscriber).WithMany().HasForeignKey(c => c.SubscriberId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(c => c.PublicId).IsUnique();
        builder.HasIndex(c => new { c.SubscriberId, c.RequestedAt }).HasDatabaseName("IX_AddressChanges_OfReader");
        builder.HasIndex(c => new { c.NewAddressKey, c.RequestedAt }).HasDatabaseName("IX_AddressChanges_ToAddress");
    }
}
