using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Staff.Accounts;
using Newsroom.Backend.Staff.SignIn;
using Newsroom.Backend.Web;
using Newsroom.Backend.Web.Auditing;

namespace Newsroom.Backend.Staff.Pages;

/// <summary>Where an invitation's link leads. Opening it changes nothing; the button signs in, for setting up how to.</summary>
[AllowAnonymous, PrivatePage, PostLimit(SignInLimit.Policy)]
public sealed class EnterModel(NewsroomDb db, LinkTokens tokens, Sessions sessions, AuditTrail trail, IOptions<SiteOptions> site, TimeProvider clock) : PageModel
{
    public StaffMember? Member { get; private set; }
    public string SiteName => site.Value.Name;

    public Task OnGetAsync(string token, CancellationToken cancellationToken) => LookAsync(token, cancellationToken);

    public async Task<IActionResult> OnPostAsync(string token, CancellationToken cancellationToken)
    {
        await LookAsync(token, cancellationToken);
        if (Member is null)
            return Page();
        await sessions.BeginAsync(HttpContext, Member, Proof.Link);
        await trail.SayAsync(Member.PublicId, "member.entered", Member.PublicId);
        return LocalRedirect(StaffGate.SecondStepPath);
    }

    private async Task LookAsync(string token, CancellationToken cancellationToken)
    {
        Member = (await EntryLink.FindAsync(db, tokens, token, clock.GetUtcNow(), cancellationToken))?.Member;
        if (Member is null)
            Response.StatusCode = StatusCodes.Status404NotFound;
    }
}
