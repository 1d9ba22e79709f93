using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Web;
using Newsroom.Backend.Web.Auditing;
using Newsroom.Backend.Web.StaffPages;

namespace Newsroom.Backend.Webhooks.Staff;

/// <summary>One webhook: how it is, what it was told, and everything that can be done with it.</summary>
[Authorize(StaffPolicies.Administrator), PrivatePage]
public sealed class OneModel(NewsroomDb db, AuditTrail trail, TimeProvider clock) : PageModel
{
    public Webhook Webhook { get; private set; } = null!;

    /// <summary>The newest first.</summary>
    public IReadOnlyList<WebhookDelivery> Log { get; private set; } = [];
    public int Waiting { get; private set; }
    public WebhookDeliveryState? State { get; private set; }
    public string? Older { get; private set; }

    /// <summary>The new secret, in the answer to its making.</summary>
    public string? Secret { get; private set; }

    /// <summary>Until when the secret before signs too; null: it does not.</summary>
    public DateTimeOffset? OldSecretUntil => clock.GetUtcNow() < Webhook.PreviousSecretUntil ? Webhook.PreviousSecretUntil : null;

    public async Task<IActionResult> OnGetAsync(string id, string? state, string? after, CancellationToken cancellationToken)
    {
        if (!Cursor.TryDecode(after, out var before))
            return LocalRedirect("/staff/webhooks/" + id);
        State = PageCursor.Word<WebhookDeliveryState>(state);
        return await ShowAsync(id, before, cancellationToken);
    }

    public async Task<IActionResult> OnPostTestAsync([FromServices] TestWebhook test, string id, CancellationToken cancellationToken) =>
        await test.RunAsync(id, cancellationToken) is { } told
            ? await DoneAsync("webhook.tested", id, told.Error is { } error ? $"The test was not taken. {error}" : $"The test was taken: the receiver answered {told.Status}.")
            : NotFound();

    /// <summary>Answers with the secret itself, which no redirect could carry.</summary>
    public async Task<IActionResult> OnPostRotateAsync([FromServices] RotateWebhookSecret rotate, string id, CancellationToken cancellationToken)
    {
        if (await rotate.RunAsync(id, cancellationToken) is not { } secret)
            return NotFound();
        Secret = secret;
        await trail.SayAsync(User, "webhook.secret-rotated", id);
        return await ShowAsync(id, null, cancellationToken);
    }

    public async Task<IActionResult> OnPostEnableAsync([FromServices] EnableWebhook enable, string id, CancellationToken cancellationToken) =>
        await enable.RunAsync(id, cancellationToken)
            ? await DoneAsync("webhook.enabled", id, "It is told again what happens from now on; what waited goes out within a minute.") : NotFound();

    public async Task<IActionResult> OnPostDisableAsync([FromServices] DisableWebhook disable, string id, CancellationToken cancellationToken) =>
        await disable.RunAsync(id, cancellationToken) ? await DoneAsync("webhook.disabled", id, "It is told nothing until it is enabled again.") : NotFound();

    public async Task<IActionResult> OnPostRemoveAsync([FromServices] RemoveWebhook remove, string id, CancellationToken cancellationToken)
    {
        if (!await remove.RunAsync(id, cancellationToken))
            return NotFound();
        await trail.SayAsync(User, "webhook.removed", id);
        this.Toast("The webhook is removed, with its log.");
        return LocalRedirect("/staff/webhooks");
    }

    public async Task<IActionResult> OnPostResendAsync([FromServices] SendAgain send, string id, string delivery, CancellationToken cancellationToken) =>
        await send.RunAsync(id, delivery, cancellationToken) switch
        {
            SendAgainOutcome.Waiting => await DoneAsync("webhook.sent-again", id, "It is on its way again, under the same webhook-id.", delivery),
            SendAgainOutcome.NoSuchDelivery => NotFound(),
            SendAgainOutcome.WaitsAlready => Refused(id, "Nothing was changed: it waits for its next attempt already."),
            SendAgainOutcome.IsDisabled => Refused(id, "Nothing was sent: the webhook is disabled. Enable it first."),
            SendAgainOutcome.IsWithheld => Refused(id, "Nothing was sent: it is about somebody who was erased since."),
            var other => throw new InvalidOperationException($"Unknown outcome {other}."),
        };

    private async Task<IActionResult> ShowAsync(string id, long? before, CancellationToken cancellationToken)
    {
        if (await db.Webhooks.AsNoTracking().SingleOrDefaultAsync(h => h.PublicId == id, cancellationToken) is not { } webhook)
            return NotFound();
        Webhook = webhook;
        var log = db.WebhookDeliveries.AsNoTracking().Where(d => d.WebhookId == webhook.Id);
        Waiting = await log.CountAsync(d => d.State == WebhookDeliveryState.Waiting, cancellationToken);
        if (State is { } wanted)
            log = log.Where(d => d.State == wanted);
        var rows = await log.Where(d => before == null || d.Id < before).OrderByDescending(d => d.Id).Take(PageCursor.PageSize + 1).ToListAsync(cancellationToken);
        Log = rows[..Math.Min(rows.Count, PageCursor.PageSize)];
        Older = rows.Count > PageCursor.PageSize ? Request.After(Log[^1].Id) : null;
        return Page();
    }

    private async Task<IActionResult> DoneAsync(string deed, string id, string said, string? what = null)
    {
        await trail.SayAsync(User, deed, id, after: what);
        return Back(id, said);
    }

    private LocalRedirectResult Refused(string id, string said)
    {
        trail.SayNothing();
        return Back(id, said);
    }

    private LocalRedirectResult Back(string id, string said)
    {
        this.Toast(said);
        return LocalRedirect("/staff/webhooks/" + id);
    }
}
