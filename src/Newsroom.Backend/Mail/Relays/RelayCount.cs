using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Newsroom.Backend.Mail.Relays;

/// <summary>How many messages a relay was asked to take in five minutes, all processes together: what remembers an hour's and a day's allowance.</summary>
public sealed class RelayCount
{
    public const int RelayLength = 100;

    public long Id { get; private set; }

    /// <summary>Its name in the configuration.</summary>
    public required string Relay { get; init; }

    /// <summary>When the five minutes begin.</summary>
    public required DateTimeOffset StepAt { get; init; }
    public int Count { get; set; }

    /// <summary>Those of them that were digests: the warm-up counts them.</summary>
    public int ListCount { get; set; }
}

internal sealed class RelayCountMapping : IEntityTypeConfiguration<RelayCount>
{
    public void Configure(EntityTypeBuilder<RelayCount> builder)
    {
        builder.Property(c => c.Relay).HasMaxLength(RelayCount.RelayLength);
        builder.HasIndex(c => new { c.StepAt, c.Relay }).IsUnique();
    }
}
