using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Newsroom.Backend.Mail;

/// <summary>
/// Append-only: an address was taken off the list, by whom and why. It also ends what came before: older soft bounces no longer count, and late
/// reports about mails that left before it change nothing.
/// </summary>
public sealed class SuppressionLift
{
    public const int WhyLength = 500;
    public const int ByLength = 64;

    /// <summary><see cref="By"/> when the address's owner confirmed anew.</summary>
    public const string ByTheReader = "the reader";

    public long Id { get; private set; }
    public required string AddressHash { get; init; }
    public required SuppressionReason Reason { get; init; }
    public required DateTimeOffset SuppressedAt { get; init; }
    public required DateTimeOffset LiftedAt { get; init; }

    /// <summary>The API key's public id, or <see cref="ByTheReader"/>.</summary>
    public required string By { get; init; }

    /// <summary>In the words of who lifted it. Null once erased.</summary>
    public string? Why { get; init; }
}

internal sealed class SuppressionLiftMapping : IEntityTypeConfiguration<SuppressionLift>
{
    public void Configure(EntityTypeBuilder<SuppressionLift> builder)
    {
        builder.Property(l => l.AddressHash).HasMaxLength(64);
        builder.Property(l => l.By).HasMaxLength(SuppressionLift.ByLength);
        builder.Property(l => l.Why).HasMaxLength(SuppressionLift.WhyLength);
        builder.HasIndex(l => new { l.AddressHash, l.LiftedAt }).HasDatabaseName("IX_SuppressionLifts_ByAddress");
    }
}
