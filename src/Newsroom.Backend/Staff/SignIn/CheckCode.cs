using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Staff.Accounts;

namespace Newsroom.Backend.Staff.SignIn;

/// <summary>The second step: the authenticator's six digits, or a recovery code in their place.</summary>
public sealed class CheckCode(NewsroomDb db, UserManager<StaffMember> members, LockOut lockOut, TimeProvider clock)
{
    private const int Digits = 6;

    /// <returns>What it proved; null: wrong, spent, or the account is locked.</returns>
    public async Task<Proof?> RunAsync(StaffMember member, string? code)
    {
        var typed = new string([.. (code ?? "").Where(char.IsAsciiLetterOrDigit)]);
        if (typed.Length == 0 || !await lockOut.MayTryAsync(member.Id, clock.GetUtcNow()))
            return null;
        var proof = typed.Length == Digits && typed.All(char.IsAsciiDigit) ? await CheckDigitsAsync(member, typed) : await RedeemAsync(member, code!.Trim());
        if (proof is not null)
            await lockOut.ForgiveAsync(member.Id);
        return proof;
    }

    private async Task<Proof?> CheckDigitsAsync(StaffMember member, string digits)
    {
        if (!await members.VerifyTwoFactorTokenAsync(member, TokenOptions.DefaultAuthenticatorProvider, digits))
            return null;
        // Two at once with the same code: one of them finds it spent.
        var spent = await db.StaffMembers.Where(m => m.Id == member.Id && (m.SpentCode == null || m.SpentCode != digits))
            .ExecuteUpdateAsync(m => m.SetProperty(x => x.SpentCode, digits), CancellationToken.None);
        return spent == 1 ? Proof.AuthenticatorCode : null;
    }

    private async Task<Proof?> RedeemAsync(StaffMember member, string code)
    {
        // Identity's concurrency stamp lets one of two at once have it.
        await db.Entry(member).ReloadAsync(CancellationToken.None);
        return (await members.RedeemTwoFactorRecoveryCodeAsync(member, code)).Succeeded ? Proof.RecoveryCode : null;
    }
}
