using Hangfire;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Newsroom.Backend.Data;

namespace Newsroom.Backend.Donations.CardTesting;

/// <summary>That somebody sent a donation form in order: what <see cref="Breaker"/> counts. It says nothing of whom or how much, and goes within hours.</summary>
public sealed class CheckoutAttempt
{
    public long Id { get; private set; }
    public required DateTimeOffset At { get; init; }

    /// <summary>Keyed hash of the network (/24, /64).</summary>
    public required string NetworkHash { get; init; }
    public required bool IsSmall { get; init; }

    /// <summary>Let through to a checkout.</summary>
    public required bool IsOpened { get; init; }

    /// <summary>The proof it was let through for: unique, so that one proof opens one checkout on whichever node.</summary>
    public string? ProofId { get; init; }
}

internal sealed class CheckoutAttemptMapping : IEntityTypeConfiguration<CheckoutAttempt>
{
    public void Configure(EntityTypeBuilder<CheckoutAttempt> builder)
    {
        builder.Property(a => a.NetworkHash).HasMaxLength(64);
        builder.Property(a => a.ProofId).HasMaxLength(Primitives.PublicId.MaxLength);
        builder.HasIndex(a => a.ProofId).IsUnique();
        builder.HasIndex(a => a.At).HasDatabaseName("IX_CheckoutAttempts_Window");
    }
}

/// <summary>Nothing looks back further than a window, and no proof is valid longer than an hour.</summary>
public sealed class ForgetAttempts(NewsroomDb db, TimeProvider clock)
{
    public const string Hourly = "29 * * * *";

    public static readonly TimeSpan KeptFor = TimeSpan.FromHours(24);

    [AutomaticRetry(Attempts = 0)]
    public Task RunAsync(CancellationToken cancellationToken)
    {
        var end = clock.GetUtcNow() - KeptFor;
        return db.CheckoutAttempts.Where(a => a.At < end).ExecuteDeleteAsync(cancellationToken);
    }
}
