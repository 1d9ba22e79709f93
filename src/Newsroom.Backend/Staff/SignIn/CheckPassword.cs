using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Staff.Accounts;

namespace Newsroom.Backend.Staff.SignIn;

/// <summary>Address and password. The answer and its time are the same for an address that nobody has.</summary>
public sealed class CheckPassword(NewsroomDb db, IPasswordHasher<StaffMember> hasher, LockOut lockOut, TimeProvider clock)
{
    /// <summary>Checked against when there is nobody: costs what a real one costs.</summary>
    private static readonly string Nobodys = new PasswordHasher<StaffMember>().HashPassword(null!, SecretToken.New().Text);

    /// <returns>The member when both belong together; null when not, when the account is locked, or when it is disabled.</returns>
    public async Task<StaffMember?> RunAsync(string? address, string? password, CancellationToken cancellationToken)
    {
        var key = EmailAddress.TryParse(address?.Trim(), out var parsed) ? parsed.Key.ToUpperInvariant() : "";
        var member = await db.StaffMembers.SingleOrDefaultAsync(m => m.NormalizedUserName == key && m.DisabledAt == null, cancellationToken);
        var isRight = hasher.VerifyHashedPassword(member!, member?.PasswordHash ?? Nobodys, password ?? "") != PasswordVerificationResult.Failed;
        if (member?.PasswordHash is null || !await lockOut.MayTryAsync(member.Id, clock.GetUtcNow()))
            return null;
        if (!isRight)
            return null;
        // Forgiving here would let who only knows the password guess codes without end: the right code does.
        if (member.TwoFactorEnabled)
            await lockOut.TakeBackAsync(member.Id);
        else
            await lockOut.ForgiveAsync(member.Id);
        return member;
    }
}

/// <summary>
/// Five wrong tries, then a quarter of an hour of none. A try is counted before it is checked, in one statement: a hundred at once are still a hundred.
/// </summary>
public sealed class LockOut(NewsroomDb db)
{
    public const int Tries = 5;
    public static readonly TimeSpan Lasts = TimeSpan.FromMinutes(15);

    /// <summary>Counts one more try.</summary>
    /// <returns>False while the account is locked.</returns>
    public async Task<bool> MayTryAsync(int memberId, DateTimeOffset now)
    {
        var until = now + Lasts;
        var open = db.StaffMembers.Where(m => m.Id == memberId && (m.LockoutEnd == null || m.LockoutEnd <= now));
        return await open.ExecuteUpdateAsync(m => m
            .SetProperty(x => x.LockoutEnd, x => x.AccessFailedCount + 1 >= Tries ? until : (DateTimeOffset?)null)
            .SetProperty(x => x.AccessFailedCount, x => x.AccessFailedCount + 1 >= Tries ? 0 : x.AccessFailedCount + 1), CancellationToken.None) == 1;
    }

    /// <summary>After a right one that is not the last step: this try was none, those before still count.</summary>
    public Task TakeBackAsync(int memberId) => db.StaffMembers.Where(m => m.Id == memberId)
        .ExecuteUpdateAsync(m => m
            .SetProperty(x => x.AccessFailedCount, x => x.LockoutEnd != null ? Tries - 1 : x.AccessFailedCount > 0 ? x.AccessFailedCount - 1 : 0)
            .SetProperty(x => x.LockoutEnd, (DateTimeOffset?)null), CancellationToken.None);

    /// <summary>After a right one.</summary>
    public Task ForgiveAsync(int memberId) => db.StaffMembers.Where(m => m.Id == memberId)
        .ExecuteUpdateAsync(m => m.SetProperty(x => x.LockoutEnd, (DateTimeOffset?)null).SetProperty(x => x.AccessFailedCount, 0), CancellationToken.None);
}
