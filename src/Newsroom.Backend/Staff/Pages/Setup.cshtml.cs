using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Newsroom.Backend.Data;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Staff.Accounts;
using Newsroom.Backend.Staff.SignIn;
using Newsroom.Backend.Web;
using Newsroom.Backend.Web.Auditing;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Staff.Pages;

/// <summary>
/// The first minute of a newsroom: what it is called, and who looks after it. Opened by the link on the console (<see cref="SetUpLink"/>); a browser closed
/// half-way opens it again, until the administrator can sign in.
/// </summary>
[AllowAnonymous, PrivatePage, PostLimit(SignInLimit.Policy)]
public sealed class SetupModel(
    NewsroomDb db, SetUpLink link, InviteMember invite, Sessions sessions, AuditTrail trail, IOptions<SiteOptions> site, IConfiguration configuration) : PageModel
{
    public bool IsOpen { get; private set; }
    public string Code { get; private set; } = "";
    public string? Name { get; private set; }
    public string? Address { get; private set; }
    public Dictionary<string, string> Faults { get; } = new(StringComparer.Ordinal);

    public IReadOnlyList<(string Name, string Key, string Value)> Details =>
    [
        ("Name", "Site:Name", site.Value.Name),
        ("Public address", "Site:PublicUrl", site.Value.PublicUrl),
        ("Postal address", "Site:PostalAddress", site.Value.PostalAddress),
        ("Time zone", "Site:TimeZone", site.Value.TimeZone),
        ("Sender", "Mail:From", configuration["Mail:From"] ?? ""),
    ];

    public Task OnGetAsync(string? code, CancellationToken cancellationToken) => OpenAsync(code, cancellationToken);

    public async Task<IActionResult> OnPostAsync(string? code, string? name, string? address, CancellationToken cancellationToken)
    {
        await OpenAsync(code, cancellationToken);
        if (!IsOpen)
            return Page();
        (Name, Address) = (name, address);
        if (string.IsNullOrWhiteSpace(name))
            Faults["name"] = "Give your name: the audit log and invitations carry it.";
        if (Faults.Count == 0 && await AdministratorAsync(name!, address, cancellationToken) is { } member)
        {
            await sessions.BeginAsync(HttpContext, member, Proof.Link);
            await trail.SayAsync(member.PublicId, "newsroom.set-up", member.PublicId);
            return LocalRedirect(StaffGate.SecondStepPath);
        }
        Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        return Page();
    }

    /// <summary>A new one, or who was begun by the same link before.</summary>
    private async Task<StaffMember?> AdministratorAsync(string name, string? address, CancellationToken cancellationToken)
    {
        if (EmailAddress.TryParse(address?.Trim(), out var parsed))
        {
            var key = parsed.Key.ToUpperInvariant();
            var begun = await db.StaffMembers.SingleOrDefaultAsync(
                m => m.NormalizedUserName == key && !m.IsEnrolled && m.DisabledAt == null && m.Role == StaffRole.Administrator, cancellationToken);
            if (begun is not null)
                return begun;
        }
        var outcome = await invite.RunAsync(address, name, StaffRole.Administrator, invitedBy: null, cancellationToken);
        if (outcome is InviteOutcome.Invited invited)
            return invited.Member;
        var fault = (InviteOutcome.Invalid)outcome;
        Faults[fault.Field] = fault.WhatToDo;
        return null;
    }

    private async Task OpenAsync(string? code, CancellationToken cancellationToken)
    {
        Code = code ?? "";
        IsOpen = await link.OpensAsync(HttpContext, code, cancellationToken);
        if (!IsOpen)
            Response.StatusCode = StatusCodes.Status404NotFound;
    }
}
