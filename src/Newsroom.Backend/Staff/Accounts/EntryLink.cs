using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Newsroom.Backend.Data;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Staff.Accounts;

/// <summary>
/// Lets a member who cannot sign in yet, or no longer, set up how to: an invitation, or a way back in. Works until that is done, or its time is over;
/// a browser that was closed half-way opens it again.
/// </summary>
public sealed class EntryLink
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(7);
    private const string Purpose = "staff-entry";

    public long Id { get; private set; }
    public string PublicId { get; private set; } = Primitives.PublicId.New("ent");
    public int MemberId { get; init; }
    public StaffMember Member { get; init; } = null!;
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Who asked for it, in words for the mail; null: the command line.</summary>
    public string? InvitedBy { get; init; }

    /// <summary>The member has set up how to sign in, or a newer link replaced this one.</summary>
    public DateTimeOffset? ClosedAt { get; set; }

    public static EntryLink For(StaffMember member, string? invitedBy, DateTimeOffset now) =>
        new() { Member = member, CreatedAt = now, ExpiresAt = now + Lifetime, InvitedBy = invitedBy };

    /// <summary>The path of the link; the same each time it is asked for.</summary>
    public async Task<string> PathAsync(LinkTokens tokens, CancellationToken cancellationToken) =>
        "/staff/enter/" + await tokens.SignAsync(Purpose, PublicId, cancellationToken);

    /// <summary>The link that a path's token is, while its member may use it; null for anything else.</summary>
    public static async Task<EntryLink?> FindAsync(NewsroomDb db, LinkTokens tokens, string? token, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (await tokens.OpenAsync(Purpose, token, cancellationToken) is not { } id)
            return null;
        return await db.EntryLinks.Include(l => l.Member)
            .SingleOrDefaultAsync(l => l.PublicId == id && l.ClosedAt == null && l.ExpiresAt > now && l.Member.DisabledAt == null && !l.Member.IsEnrolled, cancellationToken);
    }
}

internal sealed class EntryLinkMapping : IEntityTypeConfiguration<EntryLink>
{
    public void Configure(EntityTypeBuilder<EntryLink> builder)
    {
        builder.Property(l => l.PublicId).HasMaxLength(PublicId.MaxLength);
        builder.Property(l => l.InvitedBy).HasMaxLength(StaffMember.NameLength);
        builder.HasOne(l => l.Member).WithMany().HasForeignKey(l => l.MemberId);
        builder.HasIndex(l => l.PublicId).IsUnique();
        builder.HasIndex(l => l.MemberId).HasDatabaseName("IX_EntryLinks_OfMember");
    }
}
