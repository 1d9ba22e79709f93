using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Newsroom.Backend.Data;
using Newsroom.Backend.Staff.Accounts;
using Newsroom.Backend.Staff.SignIn;
using Newsroom.Backend.Web;
using Newsroom.Backend.Web.Auditing;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Staff.Pages;

/// <summary>
/// Sets up a passkey, or a password with an authenticator. Who came by a link or a password alone gets no further than here; who is enrolled already proves
/// first who is sitting there.
/// </summary>
[Authorize(StaffPolicies.Member), PrivatePage]
public sealed class SignInMethodModel(NewsroomDb db, Passkeys passkeys, SecondStep secondStep, Sessions sessions, AuditTrail trail) : PageModel
{
    public bool IsEnrolled { get; private set; }
    public bool HasPassword { get; private set; }
    public string Key { get; private set; } = "";
    public string Label { get; private set; } = "";
    public IReadOnlyList<string>? Codes { get; private set; }
    public Dictionary<string, string> Faults { get; } = new(StringComparer.Ordinal);
    public int LeastPassword => SetupOptionsRules.LeastPassword;
    private StaffMember Member { get; set; } = null!;

    public string? Invalid(string field) => Faults.ContainsKey(field) ? "true" : null;

    public override async Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        Member = await db.CurrentMemberAsync(User, HttpContext.RequestAborted);
        (IsEnrolled, HasPassword) = (Member.IsEnrolled, Member.TwoFactorEnabled);
        Label = DeviceWords.Of(Request.Headers.UserAgent);
        var mustSignIn = IsEnrolled && User.StaffRole() is null;
        var mustProve = IsEnrolled && !User.HasClaim(c => c.Type == StaffPolicies.Proven);
        if (mustSignIn)
            context.Result = LocalRedirect("/staff/sign-in");
        else if (mustProve)
            context.Result = LocalRedirect($"{StaffGate.ProvePath}?next={Uri.EscapeDataString(StaffGate.SecondStepPath)}");
        else
            await next();
    }

    public async Task OnGetAsync() => await ShowKeyAsync();

    public async Task<IActionResult> OnGetQrCodeAsync() =>
        HasPassword ? NotFound() : Content((await secondStep.AuthenticatorAsync(Member)).QrCode, "image/svg+xml");

    public async Task<IActionResult> OnPostAsync(string? password, string? code)
    {
        if (HasPassword)
            return LocalRedirect("/staff/account");
        var (codes, passwordFault, codeFault) = await secondStep.UsePasswordAsync(Member, password, code);
        if (codes is not null)
        {
            await sessions.ProveAsync(User, Proof.AuthenticatorCode);
            await trail.SayAsync(User, "member.password-set", Member.PublicId);
            Codes = codes;
            return Page();
        }
        if (passwordFault is not null)
            Faults["password"] = passwordFault;
        if (codeFault is not null)
            Faults["code"] = codeFault;
        return await RefuseAsync();
    }

    public async Task<IActionResult> OnPostPasskeyOptionsAsync() => Content(await passkeys.AskToMakeAsync(HttpContext, Member), "application/json");

    public async Task<IActionResult> OnPostPasskeyAsync(string? credential, string? label)
    {
        label = string.IsNullOrWhiteSpace(label) ? Label : label.Trim();
        if (label.Length > 60 || !await passkeys.MakeAsync(HttpContext, Member, credential, label))
        {
            Faults["label"] = $"The passkey was not made: it took longer than five minutes, or you have {Passkeys.MostForOne} already. Try again.";
            return await RefuseAsync();
        }
        await secondStep.EnrolAsync(Member);
        await sessions.ProveAsync(User, Proof.Passkey);
        await trail.SayAsync(User, "member.passkey-added", Member.PublicId);
        return LocalRedirect(IsEnrolled ? "/staff/account" : LocalPath.Dashboard);
    }

    private async Task<PageResult> RefuseAsync()
    {
        Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        await ShowKeyAsync();
        return Page();
    }

    private async Task ShowKeyAsync()
    {
        if (!HasPassword)
            Key = (await secondStep.AuthenticatorAsync(Member)).Key;
    }
}
