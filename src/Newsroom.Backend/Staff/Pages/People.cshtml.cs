using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Staff.Accounts;
using Newsroom.Backend.Staff.SignIn;
using Newsroom.Backend.Web.Auditing;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Staff.Pages;

public sealed record PersonLine(string Id, string Name, string Address, StaffRole Role, bool IsDisabled, string SignsInBy, DateTimeOffset? LastSeenAt);

/// <summary>Who is staff. Whatever changes it asks for a fresh proof (<see cref="StaffPolicies.Proven"/>).</summary>
[Authorize(StaffPolicies.Proven)]
public sealed class PeopleModel(
    NewsroomDb db, InviteMember invite, ResetMember reset, ChangeMember change, Sessions sessions, AuditTrail trail) : PageModel
{
    /// <summary>A newsroom has fewer; a list that long would want a search.</summary>
    private const int Most = 500;

    public static IReadOnlyList<StaffRole> Roles { get; } = Enum.GetValues<StaffRole>();

    public IReadOnlyList<PersonLine> People { get; private set; } = [];
    public Dictionary<string, string> Faults { get; } = new(StringComparer.Ordinal);
    public string? Name { get; private set; }
    public string? Address { get; private set; }
    public StaffRole Role { get; private set; } = StaffRole.Editor;

    public static string May(StaffRole role) => role switch
    {
        StaffRole.Viewer => "sees everything but secrets, changes nothing",
        StaffRole.Editor => "puts stories and digests together, sends tests",
        StaffRole.Publisher => "lets digests go out and stops them, looks after readers and gifts",
        StaffRole.Administrator => "everything: people, keys, settings, exports, erasure",
        _ => throw new ArgumentOutOfRangeException(nameof(role), role, "No such role."),
    };

    public Task OnGetAsync(CancellationToken cancellationToken) => LookAsync(cancellationToken);

    public async Task<IActionResult> OnPostAsync(string? name, string? address, StaffRole role, CancellationToken cancellationToken)
    {
        switch (await invite.RunAsync(address, name, role, User.Identity?.Name, cancellationToken))
        {
            case InviteOutcome.Invited invited:
                await trail.SayAsync(User, "member.invited", invited.Member.PublicId, after: role.ToString());
                return Back($"An invitation is on its way to {invited.Member.Name}.");
            case InviteOutcome.Invalid fault:
                (Name, Address, Role, Faults[fault.Field], Response.StatusCode) = (name, address, role, fault.WhatToDo, StatusCodes.Status422UnprocessableEntity);
                await LookAsync(cancellationToken);
                return Page();
            case var other:
                throw new InvalidOperationException($"Unknown outcome {other}.");
        }
    }

    public async Task<IActionResult> OnPostRoleAsync(string id, StaffRole role, CancellationToken cancellationToken)
    {
        var before = await db.StaffMembers.Where(m => m.PublicId == id).Select(m => (StaffRole?)m.Role).SingleOrDefaultAsync(cancellationToken);
        return await SayAsync(await change.GiveRoleAsync(id, role, cancellationToken), "member.role-changed", id, $"The role is {role} now.", before?.ToString(), role.ToString());
    }

    public async Task<IActionResult> OnPostDisableAsync(string id, CancellationToken cancellationToken) =>
        await SayAsync(await change.DisableAsync(id, cancellationToken), "member.shut-out", id, "They can no longer sign in, and are signed out everywhere.");

    public async Task<IActionResult> OnPostEnableAsync(string id, CancellationToken cancellationToken) =>
        await SayAsync(await change.EnableAsync(id, cancellationToken), "member.let-in", id, "They can sign in again.");

    public async Task<IActionResult> OnPostResetAsync(string id, CancellationToken cancellationToken) => await SayAsync(
        await reset.RunAsync(id, User.Identity?.Name, cancellationToken) is null ? ChangeMemberOutcome.Unknown : ChangeMemberOutcome.Done,
        "member.reset", id, "A new link is on its way. What they signed in with before no longer works.");

    public async Task<IActionResult> OnPostSignOutAsync(string id, CancellationToken cancellationToken)
    {
        var member = await db.StaffMembers.Where(m => m.PublicId == id).Select(m => (int?)m.Id).SingleOrDefaultAsync(cancellationToken);
        if (member is { } key)
            await sessions.EndAllAsync(key);
        return await SayAsync(member is null ? ChangeMemberOutcome.Unknown : ChangeMemberOutcome.Done, "member.signed-out", id, "They are signed out everywhere.");
    }

    private async Task<IActionResult> SayAsync(ChangeMemberOutcome outcome, string action, string id, string done, string? before = null, string? after = null)
    {
        if (outcome == ChangeMemberOutcome.Done)
            await trail.SayAsync(User, action, id, before, after);
        return Back(outcome switch
        {
            ChangeMemberOutcome.Done => done,
            ChangeMemberOutcome.Unknown => "Nothing was changed: there is nobody with that id. Look at the list again.",
            ChangeMemberOutcome.LastAdministrator => "Nothing was changed: this is the last administrator who can sign in. Make somebody else administrator first.",
            _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "No such outcome."),
        });
    }

    private LocalRedirectResult Back(string said)
    {
        trail.SayNothing();
        this.Toast(said);
        return LocalRedirect("/staff/people");
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var passkeys = db.Set<IdentityUserPasskey<int>>();
        var rows = await db.StaffMembers.OrderBy(m => m.DisabledAt != null).ThenBy(m => m.Name).Take(Most)
            .Select(m => new { m.PublicId, m.Name, m.Email, m.Role, m.DisabledAt, m.TwoFactorEnabled, m.LastSeenAt, Passkeys = passkeys.Count(p => p.UserId == m.Id) })
            .ToListAsync(cancellationToken);
        People = rows.ConvertAll(m => new PersonLine(m.PublicId, m.Name, m.Email!, m.Role, m.DisabledAt is not null, WaysIn(m.Passkeys, m.TwoFactorEnabled), m.LastSeenAt));
    }

    private static string WaysIn(int passkeys, bool password) => (passkeys, password) switch
    {
        (0, false) => "nothing yet: invited",
        (0, true) => "password and code",
        (_, false) => passkeys == 1 ? "passkey" : $"{passkeys} passkeys",
        _ => $"{(passkeys == 1 ? "passkey" : $"{passkeys} passkeys")}, password and code",
    };
}
