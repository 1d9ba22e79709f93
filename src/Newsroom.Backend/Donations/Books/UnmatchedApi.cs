using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Donations.Books;

/// <summary>Money without a gift in JSON.</summary>
/// <param name="Id">Ours.</param>
/// <param name="Stripe">The checkout session or invoice that was paid.</param>
/// <param name="Donation">Id of the gift it was made for, whether or not that gift is here.</param>
/// <param name="Why">What stands in the way.</param>
/// <param name="FoundAt">When.</param>
/// <param name="SettledAt">Null while it waits for a person.</param>
/// <param name="Note">What was done about it.</param>
public sealed record UnmatchedShape(string Id, string Stripe, string Donation, string Why, DateTimeOffset FoundAt, DateTimeOffset? SettledAt, string? Note);

/// <param name="Note">What was done about it: up to 500 characters.</param>
public sealed record SettleUnmatched(string? Note);

internal static class UnmatchedApi
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapApi("unmatched", scope: "donations");
        api.MapGet("", ListAsync).WithSummary("Money that Stripe took for a gift which cannot have it. Filter: settled (true, false).")
            .Produces<ListPage<UnmatchedShape>>().ProducesValidationProblem(StatusCodes.Status422UnprocessableEntity);
        api.MapPost("{id}/settle", SettleAsync).WithSummary("Says what was done about it (refunded in Stripe's dashboard, entered by hand).")
            .Produces<UnmatchedShape>().ProducesProblem(StatusCodes.Status404NotFound).ProducesValidationProblem(StatusCodes.Status422UnprocessableEntity);
    }

    private static async Task<IResult> ListAsync(NewsroomDb db, bool? settled, string? after, int? limit, CancellationToken cancellationToken)
    {
        if (Api.ReadPage(after, limit, out var afterKey, out var take) is { } fault)
            return fault;
        var rows = await db.UnmatchedPayments.AsNoTracking()
            .Where(u => (afterKey == null || u.Id > afterKey) && (settled == null || (u.SettledAt != null) == settled))
            .OrderBy(u => u.Id).Take(take + 1).ToListAsync(cancellationToken);
        return Results.Ok(ListPage.Cut(rows, take, u => u.Id, Shape));
    }

    private static async Task<IResult> SettleAsync(string id, SettleUnmatched said, SettleMoney settle, CancellationToken cancellationToken) =>
        await settle.RunAsync(id, said.Note, cancellationToken) switch
        {
            SettleMoneyOutcome.Settled settled => Results.Ok(Shape(settled.Money)),
            SettleMoneyOutcome.BadNote bad => Api.Invalid("note", bad.WhatToDo),
            SettleMoneyOutcome.Unknown => Api.NotFound("unmatched payment"),
            var other => throw new InvalidOperationException($"Unknown outcome {other}."),
        };

    private static UnmatchedShape Shape(UnmatchedPayment money) =>
        new(money.PublicId, money.StripeId, money.GiftId, money.Why, money.FoundAt, money.SettledAt, money.Note);
}
