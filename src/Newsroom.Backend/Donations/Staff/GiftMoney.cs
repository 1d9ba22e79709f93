using Microsoft.EntityFrameworkCore;
using Newsroom.Backend.Data;
using Newsroom.Backend.Donations.Books;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Donations.Staff;

public sealed record GiftMovement(string TransactionId, TransactionKind Kind, DateTimeOffset At, Money Amount, Money Fee, Money Net, string? PayoutId);

/// <summary>What a gift came to, in one currency of the balance.</summary>
/// <param name="Given">Before fees.</param>
/// <param name="Fees">Of everything.</param>
/// <param name="GivenBack">Refunds, disputes and payments that came back: less than nothing.</param>
/// <param name="Net">What is left to the newsroom.</param>
public sealed record GiftSum(Money Given, Money Fees, Money GivenBack, Money Net);

public sealed record GiftReceipt(string Number, DateTimeOffset IssuedAt, Money Amount, bool IsCorrection);

/// <summary>State, reason and failure in Stripe's words; no failure unless it failed.</summary>
public sealed record GiftRefund(string Id, DateTimeOffset At, Money Amount, string Status, string? Reason, string? Failure);

/// <summary><c>EvidenceDueBy</c>: until when Stripe hears the newsroom's side.</summary>
public sealed record GiftDispute(string Id, DateTimeOffset At, Money Amount, string Status, string? Reason, DateTimeOffset? EvidenceDueBy);

/// <summary>The money of one gift, by the books.</summary>
public sealed record GiftMoney(
    IReadOnlyList<GiftMovement> Movements, IReadOnlyList<GiftSum> Sums, IReadOnlyList<GiftReceipt> Receipts, IReadOnlyList<GiftRefund> Refunds, IReadOnlyList<GiftDispute> Disputes)
{
    public static async Task<GiftMoney> OfAsync(NewsroomDb db, string giftId, CancellationToken cancellationToken)
    {
        var (id, code) = await db.Donations.Where(d => d.PublicId == giftId).Select(d => new ValueTuple<long, string>(d.Id, d.CurrencyCode)).SingleAsync(cancellationToken);
        var currency = Currency.Parse(code);
        var transactions = await db.StripeTransactions.Where(t => t.DonationId == id).OrderBy(t => t.CreatedAt).ThenBy(t => t.Id)
            .Select(t => new { t.TransactionId, t.Kind, t.CreatedAt, t.AmountMinor, t.FeeMinor, t.NetMinor, t.CurrencyCode, t.Payout!.PayoutId }).ToListAsync(cancellationToken);
        var movements = transactions.ConvertAll(t =>
        {
            var own = Currency.Parse(t.CurrencyCode);
            return new GiftMovement(t.TransactionId, t.Kind, t.CreatedAt, new Money(t.AmountMinor, own), new Money(t.FeeMinor, own), new Money(t.NetMinor, own), t.PayoutId);
        });
        var receipts = await db.Receipts.AsNoTracking().Where(r => r.DonationId == id).OrderBy(r => r.Revision).ToListAsync(cancellationToken);
        var refunds = await db.Refunds.AsNoTracking().Where(r => r.DonationId == id).OrderBy(r => r.Id).ToListAsync(cancellationToken);
        var disputes = await db.Disputes.AsNoTracking().Where(d => d.DonationId == id).OrderBy(d => d.Id).ToListAsync(cancellationToken);
        return new GiftMoney(
            movements, SumsOf(movements),
            receipts.ConvertAll(r => new GiftReceipt(r.Number, r.IssuedAt, r.Amount, r.Revision > 0)),
            refunds.ConvertAll(r => new GiftRefund(r.RefundId, r.CreatedAt, new Money(r.AmountMinor, currency), r.Status, r.Reason, r.FailureReason)),
            disputes.ConvertAll(d => new GiftDispute(d.DisputeId, d.CreatedAt, new Money(d.AmountMinor, currency), d.Status, d.Reason, d.EvidenceDueBy)));
    }

    private static List<GiftSum> SumsOf(List<GiftMovement> movements) => [.. movements.GroupBy(m => m.Amount.Currency).Select(g => new GiftSum(
        new Money(g.Where(m => m.Kind == TransactionKind.Charge).Sum(m => m.Amount.Minor), g.Key),
        new Money(g.Sum(m => m.Fee.Minor), g.Key),
        new Money(g.Where(m => m.Kind != TransactionKind.Charge).Sum(m => m.Amount.Minor), g.Key),
        new Money(g.Sum(m => m.Net.Minor), g.Key)))];
}
