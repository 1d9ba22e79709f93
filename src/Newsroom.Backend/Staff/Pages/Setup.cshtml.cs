using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Staff.Accounts;
using Newsroom.Backend.Staff.House;
using Newsroom.Backend.Staff.SignIn;
using Newsroom.Backend.Web;
using Newsroom.Backend.Web.Auditing;
using Newsroom.Backend.Web.Details;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Staff.Pages;

/// <summary>
/// The first minute of a newsroom: first what it is called and where it is found, then who looks after it. Opened by the link on the console (<see cref="SetUpLink"/>); a browser closed
/// half-way opens it again, until the administrator can sign in.
/// </summary>
[AllowAnonymous, PrivatePage, PostLimit(SignInLimit.Policy)]
public sealed class SetupModel(
    NewsroomDb db, SetUpLink link, ReadDetails read, ChangeDetails change, InviteMember invite, Sessions sessions, AuditTrail trail) : PageModel
{
    private const string You = "you";

    public bool IsOpen { get; private set; }

    /// <summary>The first of the two steps.</summary>
    public bool IsAtDetails => Fields.Count > 0;
    public IReadOnlyList<DetailField> Fields { get; private set; } = [];
    public string Code { get; private set; } = "";
    public string? Name { get; private set; }
    public string? Address { get; private set; }
    public Dictionary<string, string> Faults { get; } = new(StringComparer.Ordinal);

    public async Task OnGetAsync(string? code, string? step, CancellationToken cancellationToken)
    {
        await OpenAsync(code, cancellationToken);
        if (IsOpen && step != You)
            Fields = read.Run();
    }

    public async Task<IActionResult> OnPostDetailsAsync(string? code, CancellationToken cancellationToken)
    {
        await OpenAsync(code, cancellationToken);
        if (!IsOpen)
            return Page();
        var given = ReadDetails.Given(Request.Form);
        switch (await change.RunAsync(given, cancellationToken))
        {
            case ChangeDetailsOutcome.Saved saved:
                if (saved.Changes.Count > 0)
                    await trail.SayAsync(Actors.SetUpLink, ChangeDetails.Deed, before: saved.Before, after: saved.After);
                return LocalRedirect($"/setup?code={Uri.EscapeDataString(Code)}&step={You}");
            case ChangeDetailsOutcome.Invalid(var faults):
                Fields = read.Run(given, faults);
                Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
                return Page();
            case var other:
                throw new InvalidOperationException($"Unknown outcome {other}.");
        }
    }

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
