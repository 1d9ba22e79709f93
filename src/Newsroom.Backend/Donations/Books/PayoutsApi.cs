using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Donations.Stripe;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Donations.Books;

/// <summary>A payout in JSON.</summary>
/// <param name="Id">Stripe's (<c>po_…</c>).</param>
/// <param name="Amount">What arrived, or is to arrive, at the bank.</param>
/// <param name="Status">Stripe's word.</param>
/// <param name="FailureCode">Stripe's word; null unless it failed.</param>
/// <param name="CreatedAt">Stripe's clock.</param>
/// <param name="ArrivalAt">When it is expected at the bank.</param>
/// <param name="Agreement">Whether its transactions add up to it.</param>
/// <param name="Difference">The payout less their sum; null while nobody could add them up.</param>
public sealed record PayoutShape(
    string Id, MoneyShape Amount, string Status, string? FailureCode, DateTimeOffset CreatedAt, DateTimeOffset? ArrivalAt, PayoutAgreement Agreement,
    MoneyShape? Difference)
{
    /// <summary>What it is made of, by kind; only where one payout is asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<PayoutPart>? Parts { get; init; }

    /// <summary>Each movement in it, the payout's own among them; only where one payout is asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<TransactionShape>? Transactions { get; init; }
}

/// <param name="Kind">What.</param>
/// <param name="Count">How many.</param>
/// <param name="Amount">Before fees.</param>
/// <param name="Fee">Stripe's.</param>
/// <param name="Net">What they bring to the payout.</param>
public sealed record PayoutPart(TransactionKind Kind, int Count, MoneyShape Amount, MoneyShape Fee, MoneyShape Net);

internal static class PayoutsApi
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapApi("payouts", scope: "donations");
        api.MapGet("", ListAsync).WithSummary("The payouts to the newsroom's bank, in the order in which they came here.")
            .Produces<ListPage<PayoutShape>>().ProducesValidationProblem(StatusCodes.Status422UnprocessableEntity);
        api.MapGet("{id}", GetAsync).WithSummary("One payout with all that is in it.").Produces<PayoutShape>().ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<IResult> ListAsync(NewsroomDb db, StripeAccount account, string? after, int? limit, CancellationToken cancellationToken)
    {
        if (Api.ReadPage(after, limit, out var afterKey, out var take) is { } fault)
            return fault;
        var isLive = account.IsLive;
        var rows = await db.Payouts.AsNoTracking().Where(p => p.LiveMode == isLive).Where(p => afterKey == null || p.Id > afterKey).OrderBy(p => p.Id).Take(take + 1).ToListAsync(cancellationToken);
        return Results.Ok(ListPage.Cut(rows, take, p => p.Id, Shape));
    }

    private static async Task<IResult> GetAsync(NewsroomDb db, string id, CancellationToken cancellationToken)
    {
        if (await db.Payouts.AsNoTracking().SingleOrDefaultAsync(p => p.PayoutId == id, cancellationToken) is not { } payout)
            return Api.NotFound("payout");
        var transactions = await LedgerApi.OfPayoutAsync(db, payout.Id, cancellationToken);
        return Results.Ok(Shape(payout) with { Transactions = transactions, Parts = [.. transactions.GroupBy(t => t.Kind).OrderBy(g => g.Key).Select(g => Part(g, payout))] });
    }

    private static PayoutPart Part(IGrouping<TransactionKind, TransactionShape> kind, Payout payout) => new(
        kind.Key, kind.Count(), new MoneyShape(kind.Sum(t => t.Amount.Amount), payout.CurrencyCode), new MoneyShape(kind.Sum(t => t.Fee.Amount), payout.CurrencyCode),
        new MoneyShape(kind.Sum(t => t.Net.Amount), payout.CurrencyCode));

    private static PayoutShape Shape(Payout payout) => new(
        payout.PayoutId, new MoneyShape(payout.AmountMinor, payout.CurrencyCode), payout.Status, payout.FailureCode, payout.CreatedAt, payout.ArrivalAt, payout.Agreement,
        payout.DifferenceMinor is { } difference ? new MoneyShape(difference, payout.CurrencyCode) : null);
}
