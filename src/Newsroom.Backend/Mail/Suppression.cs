using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Newsroom.Backend.Mail;

public enum SuppressionReason
{
    HardBounce,
    Complaint,
    Request,
    Erased,
}

/// <summary>An address that must not be mailed, and why. Kept apart from subscribers: it outlives them.</summary>
public sealed class Suppression
{
    public long Id { get; private set; }
    public string PublicId { get; private set; } = Primitives.PublicId.New("sup");

    /// <summary>Keyed hash of the address key, see <see cref="SuppressionList.HashAsync"/>: after erasure nothing else is left.</summary>
    public required string AddressHash { get; init; }

    /// <summary>Null once erased.</summary>
    public string? Address { get; set; }
    public required SuppressionReason Reason { get; init; }

    /// <summary>The server's words, or who asked.</summary>
    public string? Evidence { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
}

internal sealed class SuppressionMapping : IEntityTypeConfiguration<Suppression>
{
    public void Configure(EntityTypeBuilder<Suppression> builder)
    {
        builder.Property(s => s.PublicId).HasMaxLength(Primitives.PublicId.MaxLength);
        builder.Property(s => s.AddressHash).HasMaxLength(64);
        builder.Property(s => s.Address).HasMaxLength(254);
        builder.Property(s => s.Evidence).HasMaxLength(HandOver.AnswerLength);
        builder.HasIndex(s => s.AddressHash).IsUnique();
        builder.HasIndex(s => s.PublicId).IsUnique();
        builder.HasIndex(s => new { s.Reason, s.Id }).HasDatabaseName("IX_Suppressions_ByReason");
    }
}
