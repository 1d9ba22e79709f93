using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Staff.SignIn;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Staff.Accounts;

public abstract record InviteOutcome
{
    private InviteOutcome()
    {
    }

    /// <param name="Member">Who.</param>
    /// <param name="Path">The way in, for a console; the mail carries the same.</param>
    public sealed record Invited(StaffMember Member, string Path) : InviteOutcome;

    /// <param name="Field">Which field: <c>address</c> or <c>name</c>.</param>
    /// <param name="WhatToDo">One sentence.</param>
    public sealed record Invalid(string Field, string WhatToDo) : InviteOutcome;
}

/// <summary>Takes somebody in, with a link by which they set up how to sign in.</summary>
public sealed class InviteMember(NewsroomDb db, Outbox outbox, LinkTokens tokens, TimeProvider clock)
{
    /// <param name="address">Where the link is mailed, and what they sign in with.</param>
    /// <param name="name">For lists and the audit log; null: the part before the @.</param>
    /// <param name="role">What they may do.</param>
    /// <param name="invitedBy">Named in the mail; null: no mail, the console shows the link.</param>
    /// <param name="cancellationToken">Cancels before anything is kept.</param>
    public async Task<InviteOutcome> RunAsync(string? address, string? name, StaffRole role, string? invitedBy, CancellationToken cancellationToken)
    {
        if (!EmailAddress.TryParse(address?.Trim(), out var parsed))
            return new InviteOutcome.Invalid("address", "Give one mail address, such as anna@example.org.");
        name = string.IsNullOrWhiteSpace(name) ? parsed.Key.Split('@')[0] : name.Trim();
        if (name.Length > StaffMember.NameLength || name.Any(char.IsControl))
            return new InviteOutcome.Invalid("name", $"Give a name of at most {StaffMember.NameLength} characters.");
        var (now, normalized) = (clock.GetUtcNow(), parsed.Key.ToUpperInvariant());
        if (await db.StaffMembers.AnyAsync(m => m.NormalizedUserName == normalized, cancellationToken))
            return AlreadyThere();
        var member = StaffMember.Of(parsed, name, role, now);
        (member.NormalizedUserName, member.NormalizedEmail, member.SecurityStamp) = (normalized, normalized, SecretToken.New().Text);
        var link = EntryLink.For(member, invitedBy, now);
        db.Add(link);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException e) when (db.IsUniqueViolation(e))
        {
            db.ChangeTracker.Clear();
            return AlreadyThere();
        }
        await EntryMail.SendAsync(db, outbox, link, now, cancellationToken);
        return new InviteOutcome.Invited(member, await link.PathAsync(tokens, cancellationToken));
    }

    private static InviteOutcome.Invalid AlreadyThere() =>
        new("address", "Somebody with that address is there already. Look for them in the list, where you can change their role or send a new link.");
}

/// <summary>
/// A member who lost phone and passkey begins anew: everything they could sign in with is taken away, all sessions end, and a link lets them set it up again.
/// </summary>
public sealed class ResetMember(NewsroomDb db, Outbox outbox, LinkTokens tokens, Sessions sessions, TimeProvider clock)
{
    /// <returns>The path of the new link; null when nobody with that id is active.</returns>
    public async Task<string?> RunAsync(string publicId, string? by, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (await db.RetryingAsync(turn => BeginAnewAsync(publicId, by, now, turn), cancellationToken) is not { } link)
            return null;
        await EntryMail.SendAsync(db, outbox, link, now, cancellationToken);
        return await link.PathAsync(tokens, cancellationToken);
    }

    private async Task<EntryLink?> BeginAnewAsync(string publicId, string? by, DateTimeOffset now, CancellationToken turn)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(turn);
        if (await db.StaffMembers.SingleOrDefaultAsync(m => m.PublicId == publicId && m.DisabledAt == null, turn) is not { } member)
            return null;
        var link = EntryLink.For(member, by, now);
        (member.PasswordHash, member.TwoFactorEnabled, member.IsEnrolled) = (null, false, false);
        await db.EntryLinks.Where(l => l.MemberId == member.Id && l.ClosedAt == null).ExecuteUpdateAsync(l => l.SetProperty(x => x.ClosedAt, now), turn);
        await db.UserTokens(member.Id).ExecuteDeleteAsync(turn);
        await db.UserPasskeys(member.Id).ExecuteDeleteAsync(turn);
        await sessions.EndAllAsync(member.Id);
        db.Add(link);
        await db.SaveChangesAsync(turn);
        await transaction.CommitAsync(turn);
        return link;
    }
}

public enum ChangeMemberOutcome
{
    Done,
    Unknown,

    /// <summary>Nobody could give rights any more.</summary>
    LastAdministrator,
}

/// <summary>Role, and whether they may come in at all. One administrator who can sign in is always left: counted in the statement that changes it.</summary>
public sealed class ChangeMember(NewsroomDb db, Sessions sessions, TimeProvider clock)
{
    public async Task<ChangeMemberOutcome> GiveRoleAsync(string publicId, StaffRole role, CancellationToken cancellationToken)
    {
        var others = OtherAdministrators(publicId);
        var changed = await db.StaffMembers
            .Where(m => m.PublicId == publicId && (role == StaffRole.Administrator || m.Role != StaffRole.Administrator || others.Any()))
            .ExecuteUpdateAsync(m => m.SetProperty(x => x.Role, role), cancellationToken);
        return await OutcomeAsync(changed, publicId, cancellationToken);
    }

    public async Task<ChangeMemberOutcome> DisableAsync(string publicId, CancellationToken cancellationToken)
    {
        var (now, others) = (clock.GetUtcNow(), OtherAdministrators(publicId));
        var changed = await db.StaffMembers
            .Where(m => m.PublicId == publicId && (m.Role != StaffRole.Administrator || others.Any()))
            .ExecuteUpdateAsync(m => m.SetProperty(x => x.DisabledAt, x => x.DisabledAt ?? now), cancellationToken);
        if (changed == 1)
            await sessions.EndAllAsync(await db.StaffMembers.Where(m => m.PublicId == publicId).Select(m => m.Id).SingleAsync(CancellationToken.None));
        return await OutcomeAsync(changed, publicId, cancellationToken);
    }

    public async Task<ChangeMemberOutcome> EnableAsync(string publicId, CancellationToken cancellationToken) => await OutcomeAsync(
        await db.StaffMembers.Where(m => m.PublicId == publicId).ExecuteUpdateAsync(m => m.SetProperty(x => x.DisabledAt, (DateTimeOffset?)null), cancellationToken),
        publicId, cancellationToken);

    private IQueryable<StaffMember> OtherAdministrators(string publicId) =>
        db.StaffMembers.Where(m => m.PublicId != publicId && m.Role == StaffRole.Administrator && m.IsEnrolled && m.DisabledAt == null);

    private async Task<ChangeMemberOutcome> OutcomeAsync(int changed, string publicId, CancellationToken cancellationToken)
    {
        if (changed == 1)
            return ChangeMemberOutcome.Done;
        return await db.StaffMembers.AnyAsync(m => m.PublicId == publicId, cancellationToken) ? ChangeMemberOutcome.LastAdministrator : ChangeMemberOutcome.Unknown;
    }
}
