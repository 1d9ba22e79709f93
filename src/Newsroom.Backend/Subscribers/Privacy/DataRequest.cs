using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Newsroom.Backend.Subscribers.Privacy;

public enum DataRequestKind
{
    /// <summary>The link to the reader's own data.</summary>
    MyData,
}

/// <summary>That a reader asked for something about the data: the cause of its mail.</summary>
public sealed class DataRequest
{
    /// <summary>How long the mailed link opens.</summary>
    public static readonly TimeSpan LinkLifetime = TimeSpan.FromDays(7);

    public long Id { get; private set; }
    public long SubscriberId { get; init; }
    public Subscriber Subscriber { get; init; } = null!;
    public required DataRequestKind Kind { get; init; }
    public required DateTimeOffset At { get; init; }

    public DateTimeOffset LinkExpiresAt => At + LinkLifetime;
}

internal sealed class DataRequestMapping : IEntityTypeConfiguration<DataRequest>
{
    public void Configure(EntityTypeBuilder<DataRequest> builder)
    {
        builder.Ignore(r => r.LinkExpiresAt);
        builder.HasOne(r => r.Subscriber).WithMany().HasForeignKey(r => r.SubscriberId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(r => new { r.SubscriberId, r.At });
        builder.HasIndex(r => r.At).HasDatabaseName("IX_DataRequests_Forget");
    }
}
