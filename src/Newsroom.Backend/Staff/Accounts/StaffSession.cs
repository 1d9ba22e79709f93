using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Staff.Accounts;

/// <summary>How somebody proved who they are.</summary>
public enum Proof
{
    /// <summary>A link that was mailed or printed on the console: lets a member set up how to sign in, nothing else.</summary>
    Link,

    /// <summary>A password alone: the same.</summary>
    Password,
    Passkey,
    AuthenticatorCode,
    RecoveryCode,
}

/// <summary>
/// One browser of one member, from sign-in to sign-out. The cookie only names it; each request reads it, so that ending a session or changing a role holds
/// from the next request on, on every node.
/// </summary>
public sealed class StaffSession
{
    public const int DeviceLength = 80;

    /// <summary>After so long without a request it is over: a weekend.</summary>
    public static readonly TimeSpan Idle = TimeSpan.FromHours(72);

    /// <summary>And after so long in any case.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(14);

    /// <summary>How long a proof is fresh enough for exports, erasure and roles.</summary>
    public static readonly TimeSpan ProofLasts = TimeSpan.FromMinutes(10);

    public long Id { get; private set; }
    public string PublicId { get; private set; } = Primitives.PublicId.New("ses");
    public int MemberId { get; init; }
    public StaffMember Member { get; init; } = null!;
    public required Proof Proof { get; set; }
    public required DateTimeOffset StartedAt { get; init; }
    public required DateTimeOffset LastSeenAt { get; set; }
    public required DateTimeOffset ProvenAt { get; set; }
    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>Browser and system in words, "Firefox on Windows".</summary>
    public required string Device { get; init; }
}

internal sealed class StaffSessionMapping : IEntityTypeConfiguration<StaffSession>
{
    public void Configure(EntityTypeBuilder<StaffSession> builder)
    {
        builder.Property(s => s.PublicId).HasMaxLength(PublicId.MaxLength);
        builder.Property(s => s.Device).HasMaxLength(StaffSession.DeviceLength);
        builder.HasOne(s => s.Member).WithMany().HasForeignKey(s => s.MemberId);
        builder.HasIndex(s => s.PublicId).IsUnique();
        builder.HasIndex(s => new { s.MemberId, s.EndedAt, s.LastSeenAt }).HasDatabaseName("IX_StaffSessions_OfMember");
        builder.HasIndex(s => s.LastSeenAt).HasDatabaseName("IX_StaffSessions_ToForget");
    }
}
