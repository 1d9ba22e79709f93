using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Staff.Accounts;
using Newsroom.Backend.Staff.SignIn;
using Newsroom.Backend.Web;
using Newsroom.Backend.Web.Auditing;

namespace Newsroom.Backend.Staff.Pages;

/// <summary>A passkey, or a password and a code. What went wrong is said in the same words whatever it was, so that nobody learns who is staff.</summary>
[AllowAnonymous, PrivatePage, PostLimit(SignInLimit.Policy)]
public sealed class SignInModel(
    NewsroomDb db, CheckPassword checkPassword, CheckCode checkCode, Passkeys passkeys, Sessions sessions, AuditTrail trail, IOptions<SiteOptions> site) : PageModel
{
    private const string Waiting = "sign-in";

    public string? Fault { get; private set; }
    public bool AsksForCode { get; private set; }
    public string? Address { get; private set; }
    public string Next { get; private set; } = LocalPath.Dashboard;
    public string SiteName => site.Value.Name;

    public void OnGet(string? next) => Next = LocalPath.Of(next);

    public async Task<IActionResult> OnPostAsync(string? address, string? password, string? next, CancellationToken cancellationToken)
    {
        (Address, Next) = (address, LocalPath.Of(next));
        if (await checkPassword.RunAsync(address, password, cancellationToken) is not { } member)
            return Refuse($"That address and password do not belong together, or there were {LockOut.Tries} wrong tries and the account rests for {(int)LockOut.Lasts.TotalMinutes} minutes. Try again, or ask an administrator for a new link.");
        if (!member.TwoFactorEnabled)
            return await EnterAsync(member, Proof.Password);
        await HttpContext.KeepAsync(Waiting, member.PublicId);
        AsksForCode = true;
        return Page();
    }

    public async Task<IActionResult> OnPostCodeAsync(string? code, string? next, CancellationToken cancellationToken)
    {
        Next = LocalPath.Of(next);
        var id = await HttpContext.LookAtKeptAsync(Waiting);
        if (id is null || await db.StaffMembers.SingleOrDefaultAsync(m => m.PublicId == id && m.DisabledAt == null, cancellationToken) is not { } member)
            return Refuse("Five minutes have passed since the password. Please begin again.");
        if (await checkCode.RunAsync(member, code) is { } proof)
        {
            await HttpContext.TakeAsync(Waiting);
            return await EnterAsync(member, proof);
        }
        AsksForCode = true;
        return Refuse($"That code is not right, or it was used already. Wait for the next one. After {LockOut.Tries} wrong ones the account rests for {(int)LockOut.Lasts.TotalMinutes} minutes.");
    }

    public async Task<IActionResult> OnPostPasskeyOptionsAsync() => Content(await passkeys.AskToUseAsync(HttpContext), "application/json");

    public async Task<IActionResult> OnPostPasskeyAsync(string? credential, string? next)
    {
        Next = LocalPath.Of(next);
        return await passkeys.UseAsync(HttpContext, credential) is { } member
            ? await EnterAsync(member, Proof.Passkey)
            : Refuse("That passkey does not open this newsroom. Try another one, or use your password.");
    }

    private async Task<IActionResult> EnterAsync(StaffMember member, Proof proof)
    {
        await sessions.BeginAsync(HttpContext, member, proof);
        await trail.SayAsync(member.PublicId, "member.signed-in", member.PublicId, after: proof.ToString());
        return LocalRedirect(proof == Proof.Password ? StaffGate.SecondStepPath : Next);
    }

    private PageResult Refuse(string fault)
    {
        (Fault, Response.StatusCode) = (fault, StatusCodes.Status422UnprocessableEntity);
        return Page();
    }
}
