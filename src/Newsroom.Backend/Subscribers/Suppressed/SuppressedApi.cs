using System.Security.Claims;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Mail;
using Newsroom.Backend.Mail.Bounces;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Web;
using Newsroom.Backend.Web.Auditing;

namespace Newsroom.Backend.Subscribers.Suppressed;

/// <param name="Address">Whose.</param>
/// <param name="Why">How and when it was asked for.</param>
public sealed record BarForm(string? Address, string? Why);

/// <param name="Why">Kept, with who lifted it and when.</param>
/// <param name="Complaint">True: "I know that its owner called our mail spam."</param>
public sealed record LiftForm(string? Why, bool? Complaint);

/// <param name="As">What it is: hard, soft, complaint or ignored.</param>
/// <param name="Address">Whom it is about, where the mail does not say so.</param>
public sealed record SettleForm(string? As, string? Address);

/// <param name="Reason">Why it was on the list,</param>
/// <param name="SuppressedAt">since when; UTC.</param>
/// <param name="LiftedAt">UTC.</param>
/// <param name="By">The API key's id, or "the reader".</param>
/// <param name="Why">In their words.</param>
public sealed record LiftShape(SuppressionReason Reason, DateTimeOffset SuppressedAt, DateTimeOffset LiftedAt, string By, string? Why);

/// <summary>What staff do about addresses that must not be mailed, and about reports that only people can read.</summary>
internal static class SuppressedApi
{
    private static readonly string[] Kinds = [.. Enum.GetNames<BounceKind>().Select(n => n.ToLowerInvariant())];

    public static void Map(IEndpointRouteBuilder routes)
    {
        var suppressions = routes.MapApi("suppressions", scope: "subscribers");
        suppressions.MapPost("", BarAsync).WithSummary("Enters an address whose owner asked never to be written to.")
            .Produces<SuppressionShape>(StatusCodes.Status201Created);
        suppressions.MapGet("lifted", LiftedAsync).WithSummary("Which entries were lifted, by whom and why; the latest last.").Produces<ListPage<LiftShape>>();
        suppressions.MapPost("{id}/lift", LiftAsync).WithSummary("Takes an address off the list, with a reason that is kept. No consent comes back by it.");
        routes.MapApi("bounces", scope: "subscribers").MapPost("{id}/settle", SettleAsync).WithSummary("Says what a report is that waits for people.");
    }

    private static async Task<IResult> BarAsync(BarForm form, BarAddress bar, AuditTrail trail, CancellationToken cancellationToken)
    {
        if (!EmailAddress.TryParse(form.Address, out var address))
            return Api.Invalid("address", "Give the mail address.");
        if (FaultOf(form.Why) is { } fault)
            return fault;
        var barred = await bar.RunAsync(address, form.Why!.Trim(), cancellationToken);
        if (!barred.IsNew)
            trail.SayNothing();
        return Results.Json(SuppressionShape.Of(barred.Entry), statusCode: StatusCodes.Status201Created);
    }

    private static async Task<IResult> LiftAsync(string id, LiftForm form, ClaimsPrincipal user, LiftSuppression lift, CancellationToken cancellationToken)
    {
        if (FaultOf(form.Why) is { } fault)
            return fault;
        var by = user.FindFirstValue(ClaimTypes.NameIdentifier) ?? throw new InvalidOperationException("A key without a name.");
        return await lift.RunAsync(id, by, form.Why!.Trim(), form.Complaint == true, cancellationToken) switch
        {
            LiftOutcome.Lifted => Results.NoContent(),
            LiftOutcome.NoSuchSuppression => Api.NotFound("suppression"),
            LiftOutcome.IsAComplaint => Api.Conflict("Its owner called our mail spam. To lift that all the same, say \"complaint\": true beside why."),
            var other => throw new InvalidOperationException($"Unknown outcome {other}."),
        };
    }

    private static async Task<IResult> LiftedAsync(NewsroomDb db, string? after, int? limit, CancellationToken cancellationToken)
    {
        if (Api.ReadPage(after, limit, out var afterId, out var take) is { } fault)
            return fault;
        var rows = await db.SuppressionLifts.AsNoTracking()
            .Where(l => afterId == null || l.Id > afterId).OrderBy(l => l.Id).Take(take + 1).ToListAsync(cancellationToken);
        return Results.Ok(ListPage.Cut(rows, take, l => l.Id, l => new LiftShape(l.Reason, l.SuppressedAt, l.LiftedAt, l.By, l.Why)));
    }

    private static async Task<IResult> SettleAsync(string id, SettleForm form, SettleReport settle, CancellationToken cancellationToken)
    {
        if (!Kinds.Contains(form.As))
            return Api.Invalid("as", $"Say what it is: {string.Join(", ", Kinds)}.");
        EmailAddress? address = null;
        if (!string.IsNullOrWhiteSpace(form.Address))
        {
            if (!EmailAddress.TryParse(form.Address, out var given))
                return Api.Invalid("address", "Give the mail address that it is about.");
            address = given;
        }
        return await settle.RunAsync(id, Enum.Parse<BounceKind>(form.As!, ignoreCase: true), address, cancellationToken) switch
        {
            SettleReportOutcome.Settled => Results.NoContent(),
            SettleReportOutcome.NoSuchReport => Api.NotFound("report"),
            SettleReportOutcome.NotWaiting => Api.Conflict("It does not wait for anybody."),
            SettleReportOutcome.NobodyNamed => Api.Invalid("address", "It names no mail of ours: give the address that it is about."),
            var other => throw new InvalidOperationException($"Unknown outcome {other}."),
        };
    }

    private static IResult? FaultOf(string? why) => string.IsNullOrWhiteSpace(why) || why.Trim().Length > SuppressionLift.WhyLength
        ? Api.Invalid("why", $"Say why, in at most {SuppressionLift.WhyLength} characters: whoever asks later reads it.") : null;
}
