using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Staff.Accounts;

namespace Newsroom.Backend.Staff.SignIn;

/// <summary>Begins and ends a member's sessions.</summary>
public sealed class Sessions(NewsroomDb db, TimeProvider clock)
{
    /// <summary>Signs this browser in. A session it had is ended: a cookie planted before the sign-in is worth nothing after it (OWASP ASVS 7.2.4).</summary>
    public async Task BeginAsync(HttpContext context, StaffMember member, Proof proof)
    {
        await EndOwnAsync(context);
        var now = clock.GetUtcNow();
        var session = new StaffSession { Member = member, Proof = proof, StartedAt = now, LastSeenAt = now, ProvenAt = now, Device = DeviceWords.Of(context.Request.Headers.UserAgent) };
        member.LastSeenAt = now;
        db.Add(session);
        await db.SaveChangesAsync(CancellationToken.None);
        await context.SignInAsync(StaffCookies.Session, new ClaimsPrincipal(new ClaimsIdentity([new Claim(StaffCookies.SessionClaim, session.PublicId)], StaffCookies.Session)));
    }

    /// <summary>The member has proved again who is sitting there, or proved more than before.</summary>
    public Task ProveAsync(ClaimsPrincipal user, Proof proof)
    {
        var (id, now) = (user.FindFirstValue(StaffCookies.SessionClaim), clock.GetUtcNow());
        return db.StaffSessions.Where(s => s.PublicId == id)
            .ExecuteUpdateAsync(s => s.SetProperty(x => x.Proof, proof).SetProperty(x => x.ProvenAt, now), CancellationToken.None);
    }

    public async Task EndOwnAsync(HttpContext context)
    {
        var id = (await context.AuthenticateAsync(StaffCookies.Session)).Principal?.FindFirstValue(StaffCookies.SessionClaim);
        if (id is null)
            return;
        await EndAsync(db.StaffSessions.Where(s => s.PublicId == id), clock.GetUtcNow());
        await context.SignOutAsync(StaffCookies.Session);
    }

    /// <summary>Ends one of a member's own.</summary>
    public Task<int> EndOneAsync(int memberId, string publicId) =>
        EndAsync(db.StaffSessions.Where(s => s.MemberId == memberId && s.PublicId == publicId), clock.GetUtcNow());

    /// <summary>Signs a member out everywhere, but for one session when it is named.</summary>
    public Task<int> EndAllAsync(int memberId, string? butFor = null) =>
        EndAsync(db.StaffSessions.Where(s => s.MemberId == memberId && s.PublicId != butFor), clock.GetUtcNow());

    /// <summary>Those that last, the one seen last first.</summary>
    public Task<List<StaffSession>> OfAsync(int memberId, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var (idleSince, startedAfter) = (now - StaffSession.Idle, now - StaffSession.Longest);
        return db.StaffSessions.AsNoTracking()
            .Where(s => s.MemberId == memberId && s.EndedAt == null && s.LastSeenAt > idleSince && s.StartedAt > startedAfter)
            .OrderByDescending(s => s.LastSeenAt).Take(50).ToListAsync(cancellationToken);
    }

    private static Task<int> EndAsync(IQueryable<StaffSession> sessions, DateTimeOffset now) =>
        sessions.Where(s => s.EndedAt == null).ExecuteUpdateAsync(s => s.SetProperty(x => x.EndedAt, now), CancellationToken.None);
}

/// <summary>Sessions that ended or idled away a month ago say nothing any more.</summary>
public sealed class ForgetOldSessions(NewsroomDb db, TimeProvider clock)
{
    private static readonly TimeSpan After = TimeSpan.FromDays(30);

    public Task RunAsync(CancellationToken cancellationToken)
    {
        var before = clock.GetUtcNow() - After;
        return db.StaffSessions.Where(s => s.LastSeenAt < before).ExecuteDeleteAsync(cancellationToken);
    }
}

/// <summary>"Firefox on Windows": enough to know one's own browsers apart, and nothing more is kept.</summary>
internal static class DeviceWords
{
    // Order matters: every browser says it is Safari, and Edge says it is Chrome.
    private static readonly (string Sign, string Word)[] Browsers =
        [("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari")];

    private static readonly (string Sign, string Word)[] Systems =
        [("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS X", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux")];

    public static string Of(string? userAgent)
    {
        var (browser, system) = (Word(Browsers, userAgent), Word(Systems, userAgent));
        return (browser, system) switch
        {
            (null, null) => "Another program",
            (null, _) => $"A browser on {system}",
            (_, null) => browser,
            _ => $"{browser} on {system}",
        };
    }

    private static string? Word((string Sign, string Word)[] known, string? text) =>
        text is null ? null : Array.Find(known, k => text.Contains(k.Sign, StringComparison.Ordinal)).Word;
}
