using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Staff.Accounts;
using Newsroom.Backend.Web;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Staff.SignIn;

/// <summary>Each request's look at the session's row: who it is, what they may do now, and whether it still lasts.</summary>
internal sealed class StaffSessionEvents(NewsroomDb db, TimeProvider clock) : CookieAuthenticationEvents
{
    /// <summary>A write for each request would be one too many.</summary>
    private static readonly TimeSpan SeenEvery = TimeSpan.FromMinutes(5);

    /// <summary>On what a page asks for without anybody doing anything (<c>live.js</c>).</summary>
    internal const string ByItself = "X-By-Itself";

    public override async Task ValidatePrincipal(CookieValidatePrincipalContext context)
    {
        var (now, id) = (clock.GetUtcNow(), context.Principal?.FindFirstValue(StaffCookies.SessionClaim));
        var (idleSince, startedAfter) = (now - StaffSession.Idle, now - StaffSession.Longest);
        var session = await db.StaffSessions
            .Where(s => s.PublicId == id && s.EndedAt == null && s.LastSeenAt > idleSince && s.StartedAt > startedAfter && s.Member.DisabledAt == null)
            .Select(s => new { s.Id, s.MemberId, s.Member.PublicId, s.Member.Name, s.Member.Role, s.Proof, s.ProvenAt, s.LastSeenAt })
            .SingleOrDefaultAsync(context.HttpContext.RequestAborted);
        if (session is null)
        {
            context.RejectPrincipal();
            return;
        }
        List<Claim> claims = [new(ClaimTypes.NameIdentifier, session.PublicId), new(ClaimTypes.Name, session.Name), new(StaffCookies.SessionClaim, id!)];
        if (session.Proof is not (Proof.Link or Proof.Password))
            claims.Add(new Claim(StaffPolicies.RoleClaim, session.Role.ToString()));
        if (now - session.ProvenAt < StaffSession.ProofLasts)
            claims.Add(new Claim(StaffPolicies.Proven, ""));
        context.ReplacePrincipal(new ClaimsPrincipal(new ClaimsIdentity(claims, StaffCookies.Session)));
        // A page that watches something is nobody who is there.
        if (now - session.LastSeenAt >= SeenEvery && !EventStreams.IsAskedFor(context.Request) && !context.Request.Headers.ContainsKey(ByItself))
            await NoteSeenAsync(session.Id, session.MemberId, now);
    }

    private async Task NoteSeenAsync(long sessionId, int memberId, DateTimeOffset now)
    {
        await db.StaffSessions.Where(s => s.Id == sessionId).ExecuteUpdateAsync(s => s.SetProperty(x => x.LastSeenAt, now), CancellationToken.None);
        await db.StaffMembers.Where(m => m.Id == memberId).ExecuteUpdateAsync(m => m.SetProperty(x => x.LastSeenAt, now), CancellationToken.None);
    }

    /// <summary>A page leads to the sign-in and back; what a script asks for is told plainly.</summary>
    public override Task RedirectToLogin(RedirectContext<CookieAuthenticationOptions> context)
    {
        var request = context.Request;
        if (!request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase))
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        else if (HttpMethods.IsGet(request.Method))
            context.Response.Redirect("/staff/sign-in?next=" + Uri.EscapeDataString(request.Path + request.QueryString));
        else
            context.Response.Redirect("/staff/sign-in");
        return Task.CompletedTask;
    }

    public override Task RedirectToAccessDenied(RedirectContext<CookieAuthenticationOptions> context)
    {
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        return Task.CompletedTask;
    }
}
