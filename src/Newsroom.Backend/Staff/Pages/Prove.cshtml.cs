using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Newsroom.Backend.Data;
using Newsroom.Backend.Staff.Accounts;
using Newsroom.Backend.Staff.SignIn;
using Newsroom.Backend.Web;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Staff.Pages;

/// <summary>A fresh proof for what reaches far: a browser left open is not its owner.</summary>
[Authorize(StaffPolicies.Viewer), PrivatePage, PostLimit(SignInLimit.Policy)]
public sealed class ProveModel(NewsroomDb db, CheckCode checkCode, Passkeys passkeys, Sessions sessions, UserManager<StaffMember> members) : PageModel
{
    public string? Fault { get; private set; }
    public bool HasPasskey { get; private set; }
    public bool HasPassword { get; private set; }
    public string Next { get; private set; } = LocalPath.Dashboard;

    public async Task OnGetAsync(string? next, CancellationToken cancellationToken)
    {
        Next = LocalPath.Of(next);
        await LookAsync(cancellationToken);
    }

    public async Task<IActionResult> OnPostAsync(string? code, string? next, CancellationToken cancellationToken)
    {
        Next = LocalPath.Of(next);
        var member = await LookAsync(cancellationToken);
        return await checkCode.RunAsync(member, code) is { } proof
            ? await GoOnAsync(proof)
            : Refuse("That code is not right, or it was used already. Wait for the next one.");
    }

    public async Task<IActionResult> OnPostPasskeyAsync(string? credential, string? next, CancellationToken cancellationToken)
    {
        Next = LocalPath.Of(next);
        var member = await LookAsync(cancellationToken);
        return await passkeys.UseAsync(HttpContext, credential) is { } owner && owner.Id == member.Id
            ? await GoOnAsync(Proof.Passkey)
            : Refuse("That passkey is not yours, or it took longer than five minutes. Try again.");
    }

    private async Task<IActionResult> GoOnAsync(Proof proof)
    {
        await sessions.ProveAsync(User, proof);
        return LocalRedirect(Next);
    }

    private async Task<StaffMember> LookAsync(CancellationToken cancellationToken)
    {
        var member = await db.CurrentMemberAsync(User, cancellationToken);
        HasPasskey = (await members.GetPasskeysAsync(member)).Count > 0;
        HasPassword = member.TwoFactorEnabled;
        return member;
    }

    private PageResult Refuse(string fault)
    {
        (Fault, Response.StatusCode) = (fault, StatusCodes.Status422UnprocessableEntity);
        return Page();
    }
}
