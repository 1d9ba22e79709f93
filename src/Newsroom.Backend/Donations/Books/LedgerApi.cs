using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Donations.Stripe;
using Newsroom.Backend.Primitives;
using Newsroom.Backend.Web;

namespace Newsroom.Backend.Donations.Books;

/// <summary>A movement of the balance in JSON.</summary>
/// <param name="Id">Stripe's (<c>txn_…</c>).</param>
/// <param name="Kind">What it is.</param>
/// <param name="Category">Stripe's own word for it.</param>
/// <param name="Source">The charge, refund, dispute or payout that moved the money.</param>
/// <param name="Donation">Id of the gift it is about; null for payouts, fees, and what else the account sells.</param>
/// <param name="Payout">Stripe's id of the payout that carried it; null until that is reconciled.</param>
/// <param name="Amount">Before the fee; negative when money left. In the currency of the balance, like all sums here.</param>
/// <param name="Fee">Stripe's.</param>
/// <param name="Net">By how much the balance changed.</param>
/// <param name="ExchangeRate">From the gift's currency; null when it is the same.</param>
/// <param name="CreatedAt">Stripe's clock.</param>
/// <param name="Entries">Its lines in the double-entry ledger: they add up to nothing.</param>
public sealed record TransactionShape(
    string Id, TransactionKind Kind, string Category, string? Source, string? Donation, string? Payout, MoneyShape Amount, MoneyShape Fee, MoneyShape Net,
    decimal? ExchangeRate, DateTimeOffset CreatedAt, IReadOnlyList<EntryShape> Entries);

/// <param name="Account">Where.</param>
/// <param name="Amount">A debit is positive, a credit negative; in the currency of its transaction.</param>
public sealed record EntryShape(LedgerAccount Account, long Amount);

/// <param name="Account">Where.</param>
/// <param name="Balance">The sum of its entries.</param>
public sealed record AccountShape(LedgerAccount Account, MoneyShape Balance);

internal static class LedgerApi
{
    private sealed record Row(long Key, TransactionShape Shape);

    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapApi("ledger", scope: "donations");
        api.MapGet("", ListAsync).WithSummary("Every movement of the balance at Stripe with its entries, in the order in which they came here.")
            .Produces<ListPage<TransactionShape>>().ProducesValidationProblem(StatusCodes.Status422UnprocessableEntity);
        api.MapGet("accounts", AccountsAsync).WithSummary("What stands in each account, by currency.")
            .Produces<IReadOnlyList<AccountShape>>().ProducesValidationProblem(StatusCodes.Status422UnprocessableEntity);
    }

    /// <summary>As <see cref="TransactionShape"/>.</summary>
    internal static Task<List<TransactionShape>> OfPayoutAsync(NewsroomDb db, long payoutId, CancellationToken cancellationToken) =>
        db.StripeTransactions.Where(t => t.PayoutId == payoutId).OrderBy(t => t.CreatedAt).ThenBy(t => t.Id).Select(ToRow).Select(r => r.Shape).ToListAsync(cancellationToken);

    /// <param name="db">Where it is.</param>
    /// <param name="account">Of its mode, live or test.</param>
    /// <param name="from">Not older, by Stripe's clock.</param>
    /// <param name="to">Older, by Stripe's clock.</param>
    /// <param name="currency">Of the balance.</param>
    /// <param name="donation">Id of one gift.</param>
    /// <param name="payout">Stripe's id of one payout.</param>
    /// <param name="after">The page before's <c>next</c>.</param>
    /// <param name="limit">Rows on a page.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    private static async Task<IResult> ListAsync(
        NewsroomDb db, StripeAccount account, DateTimeOffset? from, DateTimeOffset? to, string? currency, string? donation, string? payout, string? after, int? limit,
        CancellationToken cancellationToken)
    {
        if (Api.ReadPage(after, limit, out var afterKey, out var take) is { } fault)
            return fault;
        if (Narrow(Of(db, account), from, to, currency, out var transactions) is { } wrong)
            return wrong;
        if (!string.IsNullOrEmpty(donation))
            transactions = transactions.Where(t => t.Donation!.PublicId == donation);
        if (!string.IsNullOrEmpty(payout))
            transactions = transactions.Where(t => t.Payout!.PayoutId == payout);
        var rows = await transactions.Where(t => afterKey == null || t.Id > afterKey).OrderBy(t => t.Id).Take(take + 1).Select(ToRow).ToListAsync(cancellationToken);
        return Results.Ok(ListPage.Cut(rows, take, r => r.Key, r => r.Shape));
    }

    /// <inheritdoc cref="ListAsync"/>
    private static async Task<IResult> AccountsAsync(
        NewsroomDb db, StripeAccount account, DateTimeOffset? from, DateTimeOffset? to, string? currency, CancellationToken cancellationToken)
    {
        if (Narrow(Of(db, account), from, to, currency, out var transactions) is { } wrong)
            return wrong;
        var sums = await db.LedgerEntries.Where(e => transactions.Any(t => t.Id == e.TransactionId)).GroupBy(e => new { e.Account, e.CurrencyCode })
            .Select(g => new { g.Key.Account, g.Key.CurrencyCode, Sum = g.Sum(e => e.AmountMinor) }).ToListAsync(cancellationToken);
        return Results.Ok(sums.OrderBy(s => s.CurrencyCode, StringComparer.Ordinal).ThenBy(s => s.Account)
            .Select(s => new AccountShape(s.Account, new MoneyShape(s.Sum, s.CurrencyCode))));
    }

    private static IQueryable<StripeTransaction> Of(NewsroomDb db, StripeAccount account)
    {
        var isLive = account.IsLive;
        return db.StripeTransactions.Where(t => t.LiveMode == isLive);
    }

    private static IResult? Narrow(
        IQueryable<StripeTransaction> all, DateTimeOffset? from, DateTimeOffset? to, string? currency, out IQueryable<StripeTransaction> narrowed)
    {
        narrowed = all.Where(t => (from == null || t.CreatedAt >= from) && (to == null || t.CreatedAt < to));
        if (string.IsNullOrEmpty(currency))
            return null;
        if (!Currency.TryParse(currency, out var wanted))
            return Api.Invalid("currency", "Give a currency's three letters, for example ?currency=USD.");
        narrowed = narrowed.Where(t => t.CurrencyCode == wanted.Code);
        return null;
    }

    private static readonly Expression<Func<StripeTransaction, Row>> ToRow = t => new Row(t.Id, new TransactionShape(
        t.TransactionId, t.Kind, t.Category, t.SourceId, t.Donation!.PublicId, t.Payout!.PayoutId,
        new MoneyShape(t.AmountMinor, t.CurrencyCode), new MoneyShape(t.FeeMinor, t.CurrencyCode), new MoneyShape(t.NetMinor, t.CurrencyCode),
        t.ExchangeRate, t.CreatedAt, t.Entries.OrderBy(e => e.Id).Select(e => new EntryShape(e.Account, e.AmountMinor)).ToList()));
}
