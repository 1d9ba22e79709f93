using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Newsroom.Backend.Donations.CardTesting;

/// <summary>The breaker's state, one row for all nodes and across restarts; none yet is calm.</summary>
public sealed class BreakerRow
{
    public const int TheId = 1;

    public int Id { get; private set; } = TheId;
    public BreakerLevel Level { get; private set; }
    public DateTimeOffset Since { get; private set; }
    public DateTimeOffset? Until { get; private set; }
    public string? Reason { get; private set; }

    /// <summary>Two nodes that decide at once decide one after the other.</summary>
    public Guid Version { get; private set; }

    public BreakerState State => new(Level, Since, Until, Reason);

    public void Take(BreakerState next)
    {
        (Level, Since, Until, Reason) = (next.Level, next.Since, next.Until, next.Reason);
        Version = Guid.CreateVersion7();
    }
}

internal sealed class BreakerRowMapping : IEntityTypeConfiguration<BreakerRow>
{
    public void Configure(EntityTypeBuilder<BreakerRow> builder)
    {
        builder.ToTable("CardTestingBreaker");
        builder.Ignore(b => b.State);
        builder.Property(b => b.Id).ValueGeneratedNever();
        builder.Property(b => b.Reason).HasMaxLength(200);
        builder.Property(b => b.Version).IsConcurrencyToken();
    }
}
