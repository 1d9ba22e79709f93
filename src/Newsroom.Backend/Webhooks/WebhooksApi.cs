using System.Security.Claims;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Web;
using Newsroom.Backend.Web.Auditing;

namespace Newsroom.Backend.Webhooks;

/// <summary>A webhook in JSON.</summary>
/// <param name="Id">Ours.</param>
/// <param name="Name">For people.</param>
/// <param name="Url">Where it is told.</param>
/// <param name="Events">What it is told of.</param>
/// <param name="Status"><c>enabled</c> or <c>disabled</c>.</param>
/// <param name="DisabledAt">Since when.</param>
/// <param name="DisabledBecause"><c>byStaff</c>, <c>gone</c> (its receiver answered 410) or <c>failing</c> (nothing was taken for five days).</param>
/// <param name="FailingSince">The first failure since something was taken; null while all is well.</param>
/// <param name="LastDeliveredAt">When something was last taken.</param>
/// <param name="OldSecretUntil">While the secret from before the last rotation still signs too.</param>
/// <param name="CreatedAt">When it was registered.</param>
public sealed record WebhookShape(
    string Id, string Name, string Url, IReadOnlyList<string> Events, string Status, DateTimeOffset? DisabledAt, WebhookStop? DisabledBecause, DateTimeOffset? FailingSince,
    DateTimeOffset? LastDeliveredAt, DateTimeOffset? OldSecretUntil, DateTimeOffset CreatedAt)
{
    /// <summary>What its receiver checks signatures with; only in the answers to making and rotating it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Secret { get; init; }

    public static WebhookShape Of(Webhook webhook, DateTimeOffset now) => new(
        webhook.PublicId, webhook.Name, webhook.Url, webhook.Wanted, webhook.IsEnabled ? "enabled" : "disabled", webhook.DisabledAt, webhook.DisabledBecause,
        webhook.FailingSince, webhook.LastDeliveredAt, now < webhook.PreviousSecretUntil ? webhook.PreviousSecretUntil : null, webhook.CreatedAt);
}

/// <param name="Url">https, on the public internet.</param>
/// <param name="Events">Some of <see cref="EventTypes.Known"/>.</param>
/// <param name="Name">For people; left out: the address's host.</param>
public sealed record NewWebhook(string? Url, IReadOnlyList<string>? Events, string? Name);

/// <summary>What is left out stays as it is.</summary>
/// <param name="Url">https, on the public internet; what waits goes there.</param>
/// <param name="Events">Some of <see cref="EventTypes.Known"/>, in the place of those before.</param>
/// <param name="Name">For people.</param>
public sealed record ChangedWebhook(string? Url, IReadOnlyList<string>? Events, string? Name);

/// <summary><c>/api/v1/hooks</c>.</summary>
internal static class WebhooksApi
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var hooks = routes.MapApi("hooks", scope: "webhooks");
        hooks.MapGet("", ListAsync).WithSummary("The webhooks, the oldest first.").Produces<ListPage<WebhookShape>>().ProducesValidationProblem(StatusCodes.Status422UnprocessableEntity);
        hooks.MapPost("", RegisterAsync).WithSummary("Registers an address to be told of events. Its secret is in this answer only.")
            .Produces<WebhookShape>(StatusCodes.Status201Created).ProducesProblem(StatusCodes.Status409Conflict).ProducesValidationProblem(StatusCodes.Status422UnprocessableEntity);
        hooks.MapGet("{id}", (NewsroomDb db, TimeProvider clock, string id, CancellationToken ct) => ShowAsync(db, clock, id, null, ct)).WithSummary("One webhook.")
            .Produces<WebhookShape>().ProducesProblem(StatusCodes.Status404NotFound);
        hooks.MapPatch("{id}", EditAsync).WithSummary("Changes address, events or name; what is left out stays. Its secret stays, and what waits goes to the new address.")
            .Produces<WebhookShape>().ProducesProblem(StatusCodes.Status404NotFound).ProducesValidationProblem(StatusCodes.Status422UnprocessableEntity);
        hooks.MapDelete("{id}", async (RemoveWebhook remove, string id, CancellationToken ct) => await remove.RunAsync(id, ct) ? Results.NoContent() : Api.NotFound("webhook"))
            .WithSummary("Takes a webhook away, with its log.").Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status404NotFound);
        hooks.MapPost("{id}/rotate", RotateAsync).WithSummary("Gives it a new secret, in this answer only; both sign for 24 hours.")
            .Produces<WebhookShape>().ProducesProblem(StatusCodes.Status404NotFound);
        hooks.MapPost("{id}/enable", (EnableWebhook enable, NewsroomDb db, TimeProvider clock, string id, CancellationToken ct) => AnswerAsync(enable.RunAsync(id, ct), db, clock, id, ct))
            .WithSummary("Tells it again what happens from now on; what waited goes out.").Produces<WebhookShape>().ProducesProblem(StatusCodes.Status404NotFound);
        hooks.MapPost("{id}/disable", (DisableWebhook disable, NewsroomDb db, TimeProvider clock, string id, CancellationToken ct) => AnswerAsync(disable.RunAsync(id, ct), db, clock, id, ct))
            .WithSummary("Tells it nothing until it is enabled again.").Produces<WebhookShape>().ProducesProblem(StatusCodes.Status404NotFound);
        hooks.MapPost("{id}/test", TestAsync).WithSummary("Sends webhook.test once, now, and says what came of it.")
            .Produces<WebhookDeliveryShape>().ProducesProblem(StatusCodes.Status404NotFound);
        hooks.MapWebhookDeliveries();
    }

    private static async Task<IResult> ListAsync(NewsroomDb db, TimeProvider clock, string? after, int? limit, CancellationToken cancellationToken)
    {
        if (Api.ReadPage(after, limit, out var afterKey, out var take) is { } fault)
            return fault;
        var now = clock.GetUtcNow();
        var rows = await db.Webhooks.AsNoTracking().Where(h => afterKey == null || h.Id > afterKey).OrderBy(h => h.Id).Take(take + 1).ToListAsync(cancellationToken);
        return Results.Ok(ListPage.Cut(rows, take, h => h.Id, h => WebhookShape.Of(h, now)));
    }

    private static async Task<IResult> RegisterAsync(
        NewWebhook form, RegisterWebhook register, AuditTrail trail, ClaimsPrincipal user, TimeProvider clock, CancellationToken cancellationToken)
    {
        var outcome = await register.RunAsync(form.Url, form.Events, form.Name, cancellationToken);
        if (outcome is RegisterWebhookOutcome.Registered made)
            await trail.SayAsync(user, "webhook.registered", made.Webhook.PublicId, after: made.Webhook.InShort);
        return outcome switch
        {
            RegisterWebhookOutcome.Registered(var webhook, var secret) =>
                Results.Created($"/api/v1/hooks/{webhook.PublicId}", WebhookShape.Of(webhook, clock.GetUtcNow()) with { Secret = secret }),
            RegisterWebhookOutcome.Invalid(var field, var whatToDo) => Api.Invalid(field, whatToDo),
            RegisterWebhookOutcome.TooMany => Api.Conflict($"There are {Webhook.MostOfThem} webhooks already: remove one first."),
            var other => throw new InvalidOperationException($"Unknown outcome {other}."),
        };
    }

    private static async Task<IResult> EditAsync(
        ChangedWebhook form, EditWebhook edit, AuditTrail trail, ClaimsPrincipal user, TimeProvider clock, string id, CancellationToken cancellationToken)
    {
        var outcome = await edit.RunAsync(id, new WebhookEdit(form.Url, form.Events, form.Name, Seen: null), cancellationToken);
        if (outcome is EditWebhookOutcome.Edited(_, var before, var after))
            await trail.SayChangeAsync(user, "webhook.edited", id, before, after);
        return outcome switch
        {
            EditWebhookOutcome.Edited(var webhook, _, _) => Results.Ok(WebhookShape.Of(webhook, clock.GetUtcNow())),
            EditWebhookOutcome.Invalid(var field, var whatToDo) => Api.Invalid(field, whatToDo),
            EditWebhookOutcome.NoSuchWebhook => Api.NotFound("webhook"),
            var other => throw new InvalidOperationException($"Unknown outcome {other}."),
        };
    }

    private static async Task<IResult> ShowAsync(NewsroomDb db, TimeProvider clock, string id, string? secret, CancellationToken cancellationToken) =>
        await db.Webhooks.AsNoTracking().SingleOrDefaultAsync(h => h.PublicId == id, cancellationToken) is { } webhook
            ? Results.Ok(WebhookShape.Of(webhook, clock.GetUtcNow()) with { Secret = secret })
            : Api.NotFound("webhook");

    private static async Task<IResult> AnswerAsync(Task<bool> step, NewsroomDb db, TimeProvider clock, string id, CancellationToken cancellationToken) =>
        await step ? await ShowAsync(db, clock, id, null, cancellationToken) : Api.NotFound("webhook");

    private static async Task<IResult> RotateAsync(RotateWebhookSecret rotate, NewsroomDb db, TimeProvider clock, string id, CancellationToken cancellationToken) =>
        await rotate.RunAsync(id, cancellationToken) is { } secret ? await ShowAsync(db, clock, id, secret, cancellationToken) : Api.NotFound("webhook");

    private static async Task<IResult> TestAsync(TestWebhook test, string id, CancellationToken cancellationToken) =>
        await test.RunAsync(id, cancellationToken) is { } delivery ? Results.Ok(WebhookDeliveryShape.Of(delivery)) : Api.NotFound("webhook");
}
