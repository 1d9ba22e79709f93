using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Web;
using Newsroom.Backend.Web.Auditing;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Webhooks.Staff;

/// <summary>The fields of a webhook, for a new one and for one that is edited.</summary>
/// <param name="Url">What stands in the field.</param>
/// <param name="Name">What stands in the field.</param>
/// <param name="Ticked">Events.</param>
/// <param name="Wrong">The field that is to blame: <c>name</c>, <c>url</c>, <c>events</c>; null: none.</param>
public sealed record WebhookFields(string? Url, string? Name, IReadOnlyList<string> Ticked, string? Wrong)
{
    public bool IsWrong(string field) => Wrong == field;
}

/// <summary>The addresses of other programs that are told what happens here, and the form for another one.</summary>
[Authorize(StaffPolicies.Administrator), PrivatePage]
public sealed class ListModel(NewsroomDb db, RegisterWebhook register, AuditTrail trail) : PageModel
{
    public IReadOnlyList<Webhook> Webhooks { get; private set; } = [];

    /// <summary>What this form has just made, with its secret.</summary>
    public RegisterWebhookOutcome.Registered? Made { get; private set; }

    /// <summary>The field to blame (<c>name</c>, <c>url</c>, <c>events</c>) and what to do.</summary>
    public (string Field, string WhatToDo)? Fault { get; private set; }
    public string? Name { get; private set; }
    public string? Address { get; private set; }
    public IReadOnlyList<string> Ticked { get; private set; } = [];

    public Task OnGetAsync(CancellationToken cancellationToken) => LookAsync(cancellationToken);

    /// <summary>Answers with the secret itself, which no redirect could carry.</summary>
    public async Task<IActionResult> OnPostAsync(string? name, string? url, string[]? events, CancellationToken cancellationToken)
    {
        switch (await register.RunAsync(url, events, name, cancellationToken))
        {
            case RegisterWebhookOutcome.Registered made:
                Made = made;
                await trail.SayAsync(User, "webhook.registered", made.Webhook.PublicId, after: made.Webhook.InShort);
                break;
            case RegisterWebhookOutcome.Invalid invalid:
                Refuse((invalid.Field, invalid.WhatToDo), StatusCodes.Status422UnprocessableEntity);
                break;
            case RegisterWebhookOutcome.TooMany:
                Refuse(("list", $"There are {Webhook.MostOfThem} webhooks already: remove one first."), StatusCodes.Status409Conflict);
                break;
            case var other:
                throw new InvalidOperationException($"Unknown outcome {other}.");
        }
        await LookAsync(cancellationToken);
        return Page();

        void Refuse((string Field, string WhatToDo) fault, int status) =>
            (Fault, Name, Address, Ticked, Response.StatusCode) = (fault, name, url, events ?? [], status);
    }

    private async Task LookAsync(CancellationToken cancellationToken) =>
        Webhooks = await db.Webhooks.AsNoTracking().OrderBy(h => h.Id).Take(Webhook.MostOfThem).ToListAsync(cancellationToken);
}
