using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Staff.Accounts;

/// <summary>
/// Somebody of the newsroom. Signs in by a passkey, or by a password and a second step; until one of the two is set up (<see cref="IsEnrolled"/>) by a
/// link that was mailed or printed on the console. Never deleted, only disabled: the audit log names them.
/// </summary>
public sealed class StaffMember : IdentityUser<int>
{
    public const int NameLength = 120;

    public string PublicId { get; private set; } = Primitives.PublicId.New("stf");
    public required string Name { get; set; }
    public required StaffRole Role { get; set; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? LastSeenAt { get; set; }

    /// <summary>From then on no link, passkey or password lets them in.</summary>
    public DateTimeOffset? DisabledAt { get; set; }

    /// <summary>Has a passkey, or a password with an authenticator: links no longer let them in.</summary>
    public bool IsEnrolled { get; set; }

    /// <summary>The authenticator's code that was taken last: a code is good for one sign-in, not for its minute and a half (RFC 6238 §5.2).</summary>
    public string? SpentCode { get; set; }

    /// <summary>A member who has yet to come in by a link.</summary>
    public static StaffMember Of(EmailAddress address, string name, StaffRole role, DateTimeOffset now) => new()
    {
        Name = name,
        Role = role,
        CreatedAt = now,
        Email = address.Value,
        UserName = address.Key,
        EmailConfirmed = true,
    };
}

internal sealed class StaffMemberMapping : IEntityTypeConfiguration<StaffMember>
{
    public void Configure(EntityTypeBuilder<StaffMember> builder)
    {
        builder.ToTable("StaffMembers");
        builder.Property(m => m.PublicId).HasMaxLength(PublicId.MaxLength);
        builder.Property(m => m.Name).HasMaxLength(StaffMember.NameLength);
        builder.Property(m => m.SpentCode).HasMaxLength(16);
        builder.Property(m => m.Email).HasMaxLength(254).IsRequired();
        builder.Property(m => m.NormalizedEmail).HasMaxLength(254).IsRequired();
        builder.Property(m => m.UserName).HasMaxLength(254).IsRequired();
        builder.Property(m => m.NormalizedUserName).HasMaxLength(254).IsRequired();
        builder.Property(m => m.PasswordHash).HasMaxLength(200);
        builder.Property(m => m.SecurityStamp).HasMaxLength(64);
        builder.Property(m => m.ConcurrencyStamp).HasMaxLength(64).IsConcurrencyToken();
        builder.Ignore(m => m.PhoneNumber).Ignore(m => m.PhoneNumberConfirmed).Ignore(m => m.LockoutEnabled);
        builder.HasIndex(m => m.PublicId).IsUnique();
        builder.HasIndex(m => m.NormalizedUserName).IsUnique().HasDatabaseName("IX_StaffMembers_ByAddress");
        builder.HasIndex(m => m.NormalizedEmail).HasDatabaseName("IX_StaffMembers_ByMail");
    }
}

internal sealed class StaffPasskeyMapping : IEntityTypeConfiguration<IdentityUserPasskey<int>>
{
    public void Configure(EntityTypeBuilder<IdentityUserPasskey<int>> builder)
    {
        builder.ToTable("StaffPasskeys");
        builder.HasKey(p => p.CredentialId);
        // WebAuthn level 3 §4: a credential id has at most 1,023 bytes. A key column of SQL Server holds 900; no authenticator known makes one above 256.
        builder.Property(p => p.CredentialId).HasMaxLength(900);
        builder.OwnsOne(p => p.Data, data => data.ToJson());
        builder.HasOne<StaffMember>().WithMany().HasForeignKey(p => p.UserId);
        builder.HasIndex(p => p.UserId).HasDatabaseName("IX_StaffPasskeys_OfMember");
    }
}

internal sealed class StaffTokenMapping : IEntityTypeConfiguration<IdentityUserToken<int>>
{
    public void Configure(EntityTypeBuilder<IdentityUserToken<int>> builder)
    {
        builder.ToTable("StaffTokens");
        builder.HasKey(t => new { t.UserId, t.LoginProvider, t.Name });
        builder.Property(t => t.LoginProvider).HasMaxLength(64);
        builder.Property(t => t.Name).HasMaxLength(64);
        builder.Property(t => t.Value).HasMaxLength(2000);
        builder.HasOne<StaffMember>().WithMany().HasForeignKey(t => t.UserId);
    }
}
