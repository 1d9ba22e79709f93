using System.Buffers.Text;
using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Newsroom.Backend.Data;
using Newsroom.Backend.Staff.Accounts;
using Newsroom.Backend.Staff.SignIn;
using Newsroom.Backend.Web;
using Newsroom.Backend.Web.Auditing;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Staff.Pages;

/// <summary>A member's own: ways to sign in, and browsers that are.</summary>
[Authorize(StaffPolicies.Viewer), PrivatePage]
public sealed class AccountModel(NewsroomDb db, UserManager<StaffMember> members, SecondStep secondStep, Sessions sessions, AuditTrail trail) : PageModel
{
    public StaffMember Member { get; private set; } = null!;
    public IList<UserPasskeyInfo> Passkeys { get; private set; } = [];
    public IReadOnlyList<StaffSession> Sessions { get; private set; } = [];
    public int CodesLeft { get; private set; }
    public string? Fault { get; private set; }
    public string? OwnSession => User.FindFirstValue(StaffCookies.SessionClaim);

    public static string IdOf(UserPasskeyInfo passkey) => Base64Url.EncodeToString(passkey.CredentialId);

    public Task OnGetAsync(CancellationToken cancellationToken) => LookAsync(cancellationToken);

    public async Task<IActionResult> OnPostRemovePasskeyAsync(string? id, CancellationToken cancellationToken)
    {
        if (MustProve() is { } prove)
            return prove;
        await LookAsync(cancellationToken);
        if (Passkeys.FirstOrDefault(p => IdOf(p) == id) is not { } passkey)
            return LocalRedirect("/staff/account");
        if (Passkeys.Count == 1 && !Member.TwoFactorEnabled)
            return Refuse("This is your only way in. Add another one first, then take this away.");
        await members.RemovePasskeyAsync(Member, passkey.CredentialId);
        await trail.SayAsync(User, "member.passkey-removed", Member.PublicId);
        this.Toast($"The passkey “{passkey.Name}” no longer opens the newsroom. Remove it on its device, too.");
        return LocalRedirect("/staff/account");
    }

    public async Task<IActionResult> OnPostDropPasswordAsync(CancellationToken cancellationToken)
    {
        if (MustProve() is { } prove)
            return prove;
        await LookAsync(cancellationToken);
        if (!await secondStep.DropPasswordAsync(Member))
            return Refuse("This is your only way in. Make a passkey first, then take the password away.");
        await trail.SayAsync(User, "member.password-removed", Member.PublicId);
        this.Toast("Your password, the authenticator and the recovery codes no longer open the newsroom.");
        return LocalRedirect("/staff/account");
    }

    public async Task<IActionResult> OnPostEndAsync(string? id, CancellationToken cancellationToken)
    {
        var member = await db.CurrentMemberAsync(User, cancellationToken);
        if (id is not null && await sessions.EndOneAsync(member.Id, id) == 1)
            this.Toast("That browser is signed out.");
        return LocalRedirect("/staff/account");
    }

    public async Task<IActionResult> OnPostEndOthersAsync(CancellationToken cancellationToken)
    {
        var member = await db.CurrentMemberAsync(User, cancellationToken);
        var ended = await sessions.EndAllAsync(member.Id, butFor: OwnSession);
        await trail.SayAsync(User, "member.signed-out-elsewhere", member.PublicId);
        this.Toast(ended == 0 ? "There was no other browser." : $"Signed out of {ended} other {(ended == 1 ? "browser" : "browsers")}.");
        return LocalRedirect("/staff/account");
    }

    private LocalRedirectResult? MustProve() =>
        User.HasClaim(c => c.Type == StaffPolicies.Proven) ? null : LocalRedirect($"{StaffGate.ProvePath}?next=/staff/account");

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        Member = await db.CurrentMemberAsync(User, cancellationToken);
        Passkeys = await members.GetPasskeysAsync(Member);
        CodesLeft = Member.TwoFactorEnabled ? await members.CountRecoveryCodesAsync(Member) : 0;
        Sessions = await sessions.OfAsync(Member.Id, cancellationToken);
    }

    private PageResult Refuse(string fault)
    {
        (Fault, Response.StatusCode) = (fault, StatusCodes.Status409Conflict);
        return Page();
    }
}
