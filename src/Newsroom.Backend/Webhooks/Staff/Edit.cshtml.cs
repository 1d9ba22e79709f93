using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Web;
using Newsroom.Backend.Web.Auditing;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Webhooks.Staff;

/// <summary>Another address, other events or another name for a webhook.</summary>
[Authorize(StaffPolicies.Administrator), PrivatePage]
public sealed class EditModel(NewsroomDb db, EditWebhook edit, AuditTrail trail) : PageModel
{
    public Webhook Webhook { get; private set; } = null!;
    public int Waiting { get; private set; }
    public WebhookFields Fields { get; private set; } = null!;

    /// <summary>What the editor has before them.</summary>
    public string Seen { get; private set; } = "";

    /// <summary>The field to blame and what to do.</summary>
    public (string Field, string WhatToDo)? Fault { get; private set; }

    /// <summary>Somebody else was faster; the form keeps what was typed.</summary>
    public bool WasEditedMeanwhile { get; private set; }

    public async Task<IActionResult> OnGetAsync(string id, CancellationToken cancellationToken)
    {
        if (!await FindAsync(id, cancellationToken))
            return NotFound();
        (Fields, Seen) = (new WebhookFields(Webhook.Url, Webhook.Name, Webhook.Wanted, null), EditWebhook.SeenOf(Webhook));
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(string id, string? url, string? name, string[]? events, string? seen, CancellationToken cancellationToken)
    {
        var outcome = await edit.RunAsync(id, new WebhookEdit(url ?? "", events ?? [], name ?? "", seen ?? ""), cancellationToken);
        if (outcome is EditWebhookOutcome.Edited(_, var before, var after))
        {
            this.Toast(await trail.SayChangeAsync(User, "webhook.edited", id, before, after) ? "Saved. Send a test to see whether it listens." : "Nothing was changed.");
            return LocalRedirect("/staff/webhooks/" + id);
        }
        if (outcome is EditWebhookOutcome.NoSuchWebhook || !await FindAsync(id, cancellationToken))
            return NotFound();
        switch (outcome)
        {
            case EditWebhookOutcome.Invalid(var field, var whatToDo):
                (Fault, Seen, Response.StatusCode) = ((field, whatToDo), seen ?? "", StatusCodes.Status422UnprocessableEntity);
                break;
            case EditWebhookOutcome.EditedMeanwhile(var theirs):
                (WasEditedMeanwhile, Seen, Response.StatusCode) = (true, EditWebhook.SeenOf(theirs), StatusCodes.Status409Conflict);
                break;
            case var other:
                throw new InvalidOperationException($"Unknown outcome {other}.");
        }
        Fields = new WebhookFields(url, name, events ?? [], Fault?.Field);
        return Page();
    }

    private async Task<bool> FindAsync(string id, CancellationToken cancellationToken)
    {
        if (await db.Webhooks.AsNoTracking().SingleOrDefaultAsync(h => h.PublicId == id, cancellationToken) is not { } webhook)
            return false;
        Webhook = webhook;
        Waiting = await db.WebhookDeliveries.CountAsync(d => d.WebhookId == webhook.Id && d.State == WebhookDeliveryState.Waiting, cancellationToken);
        return true;
    }
}
