using System.Globalization;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Staff.Accounts;
using Newsroom.Backend.Web;
using QRCoder;

namespace Newsroom.Backend.Staff.SignIn;

/// <summary>How a member will sign in: sets up passkeys, or a password with an authenticator.</summary>
public sealed class SecondStep(NewsroomDb db, UserManager<StaffMember> members, IOptions<SiteOptions> site, TimeProvider clock)
{
    private const int RecoveryCodes = 10;

    /// <summary>What an authenticator app reads (Key URI format), and the key to type where none can scan.</summary>
    public async Task<(string Key, string QrCode)> AuthenticatorAsync(StaffMember member)
    {
        var key = await members.GetAuthenticatorKeyAsync(member);
        if (key is null)
        {
            await members.ResetAuthenticatorKeyAsync(member);
            key = (await members.GetAuthenticatorKeyAsync(member))!;
        }
        var (issuer, account) = (Uri.EscapeDataString(site.Value.Name), Uri.EscapeDataString(member.Email!));
        var uri = string.Create(CultureInfo.InvariantCulture, $"otpauth://totp/{issuer}:{account}?secret={key}&issuer={issuer}&digits=6");
        using var code = QRCodeGenerator.GenerateQrCode(uri, QRCodeGenerator.ECCLevel.M);
        using var svg = new SvgQRCode(code);
        return (string.Join(' ', key.Chunk(4).Select(c => new string(c))), svg.GetGraphic(4));
    }

    /// <summary>Checks that password and authenticator work together, then keeps both.</summary>
    /// <returns>The recovery codes, shown this once; or a sentence for a field.</returns>
    public async Task<(IReadOnlyList<string>? Codes, string? PasswordFault, string? CodeFault)> UsePasswordAsync(StaffMember member, string? password, string? code)
    {
        foreach (var rule in members.PasswordValidators)
        {
            if (!(await rule.ValidateAsync(members, member, password)).Succeeded)
                return (null, $"Use at least {members.Options.Password.RequiredLength} characters; a few words in a row are easiest to remember.", null);
        }
        var digits = new string([.. (code ?? "").Where(char.IsAsciiDigit)]);
        if (!await members.VerifyTwoFactorTokenAsync(member, TokenOptions.DefaultAuthenticatorProvider, digits))
            return (null, null, "That code is not the one your app shows now. Wait for the next one, and check that the phone's clock is right.");
        member.SpentCode = digits;
        member.TwoFactorEnabled = true;
        member.PasswordHash = members.PasswordHasher.HashPassword(member, password!);
        await EnrolAsync(member);
        return (await NewCodesAsync(member), null, null);
    }

    public async Task<IReadOnlyList<string>> NewCodesAsync(StaffMember member) =>
        [.. (await members.GenerateNewTwoFactorRecoveryCodesAsync(member, RecoveryCodes))!];

    /// <summary>From here on links no longer let the member in.</summary>
    public async Task EnrolAsync(StaffMember member)
    {
        member.IsEnrolled = true;
        await members.UpdateAsync(member);
        var now = clock.GetUtcNow();
        await db.EntryLinks.Where(l => l.MemberId == member.Id && l.ClosedAt == null)
            .ExecuteUpdateAsync(l => l.SetProperty(x => x.ClosedAt, now), CancellationToken.None);
    }

    /// <summary>Takes password, authenticator and recovery codes away. Only who has a passkey may.</summary>
    public async Task<bool> DropPasswordAsync(StaffMember member)
    {
        if ((await members.GetPasskeysAsync(member)).Count == 0)
            return false;
        (member.PasswordHash, member.TwoFactorEnabled) = (null, false);
        await members.UpdateAsync(member);
        await db.UserTokens(member.Id).ExecuteDeleteAsync(CancellationToken.None);
        return true;
    }
}

internal static class StaffRows
{
    public static IQueryable<IdentityUserToken<int>> UserTokens(this NewsroomDb db, int memberId) => db.Set<IdentityUserToken<int>>().Where(t => t.UserId == memberId);

    public static IQueryable<IdentityUserPasskey<int>> UserPasskeys(this NewsroomDb db, int memberId) => db.Set<IdentityUserPasskey<int>>().Where(p => p.UserId == memberId);
}
