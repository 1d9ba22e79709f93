using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Webhooks;

/// <summary>An event for one webhook, in JSON.</summary>
/// <param name="Id">Ours, to send it again by.</param>
/// <param name="Event">The <c>webhook-id</c> that its receiver got or gets.</param>
/// <param name="Type">The event's.</param>
/// <param name="State"><c>waiting</c>, <c>delivered</c>, <c>failed</c> (given up) or <c>withheld</c> (whom it is about was erased).</param>
/// <param name="Attempts">Made so far.</param>
/// <param name="CreatedAt">When it was announced.</param>
/// <param name="LastAttemptAt">Null before the first.</param>
/// <param name="NextAttemptAt">Null when none follows by itself.</param>
/// <param name="Status">The HTTP status of the last attempt; null when there was no answer.</param>
/// <param name="Error">What was wrong with it, in a sentence.</param>
/// <param name="Owner">Who can mend that: <c>receiver</c>, <c>address</c> (of the webhook) or <c>newsroom</c> (this program).</param>
/// <param name="Answer">The beginning of what the receiver answered.</param>
/// <param name="Payload">The body that is sent.</param>
public sealed record WebhookDeliveryShape(
    string Id, string Event, string Type, WebhookDeliveryState State, int Attempts, DateTimeOffset CreatedAt, DateTimeOffset? LastAttemptAt, DateTimeOffset? NextAttemptAt,
    int? Status, string? Error, WebhookFaultOwner? Owner, string? Answer, JsonElement Payload)
{
    public static WebhookDeliveryShape Of(WebhookDelivery d) => new(
        d.PublicId, d.EventId, d.Type, d.State, d.Attempts, d.CreatedAt, d.LastAttemptAt, d.NextAttemptAt, d.Status, d.Error, d.Owner, d.Answer,
        JsonSerializer.Deserialize<JsonElement>(d.Payload));
}

/// <summary>The log of one webhook.</summary>
internal static class WebhookDeliveriesApi
{
    public static void MapWebhookDeliveries(this RouteGroupBuilder hooks)
    {
        hooks.MapGet("{id}/deliveries", ListAsync).WithSummary("What it was told, or is to be, the newest first. Filter: state. Kept for 30 days.")
            .Produces<ListPage<WebhookDeliveryShape>>().ProducesProblem(StatusCodes.Status404NotFound).ProducesValidationProblem(StatusCodes.Status422UnprocessableEntity);
        hooks.MapPost("{id}/deliveries/{deliveryId}/resend", ResendAsync).WithSummary("Sends one again, under the same webhook-id.")
            .Produces<WebhookDeliveryShape>(StatusCodes.Status202Accepted).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<IResult> ListAsync(NewsroomDb db, string id, string? state, string? after, int? limit, CancellationToken cancellationToken)
    {
        if (Api.ReadPage(after, limit, out var before, out var take) is { } fault)
            return fault;
        // As the rows write them: routing's own reading of an enum minds the case.
        if (!Enum.TryParse<WebhookDeliveryState>(state ?? nameof(WebhookDeliveryState.Waiting), ignoreCase: true, out var wanted) || !Enum.IsDefined(wanted))
            return Api.Invalid("state", "Give one of waiting, delivered, failed, withheld, or leave it out for all.");
        if (await db.Webhooks.Where(h => h.PublicId == id).Select(h => (int?)h.Id).SingleOrDefaultAsync(cancellationToken) is not { } webhookId)
            return Api.NotFound("webhook");
        var rows = await db.WebhookDeliveries.AsNoTracking()
            .Where(d => d.WebhookId == webhookId && (before == null || d.Id < before) && (state == null || d.State == wanted))
            .OrderByDescending(d => d.Id).Take(take + 1).ToListAsync(cancellationToken);
        return Results.Ok(ListPage.Cut(rows, take, d => d.Id, WebhookDeliveryShape.Of));
    }

    private static async Task<IResult> ResendAsync(NewsroomDb db, SendAgain send, string id, string deliveryId, CancellationToken cancellationToken) =>
        await send.RunAsync(id, deliveryId, cancellationToken) switch
        {
            SendAgainOutcome.Waiting => Results.Accepted((string?)null, WebhookDeliveryShape.Of(
                await db.WebhookDeliveries.AsNoTracking().SingleAsync(d => d.PublicId == deliveryId, cancellationToken))),
            SendAgainOutcome.NoSuchDelivery => Api.NotFound("delivery of this webhook"),
            SendAgainOutcome.WaitsAlready => Api.Conflict("It waits for its next attempt already: nextAttemptAt says when that is."),
            SendAgainOutcome.IsDisabled => Api.Conflict("The webhook is disabled: enable it first."),
            SendAgainOutcome.IsWithheld => Api.Conflict("It is about somebody who was erased since: it is not sent any more."),
            var other => throw new InvalidOperationException($"Unknown outcome {other}."),
        };
}
