using Newsroom.Backend.Donations.Books;
using Stripe;
using Stripe.Radar;

namespace Newsroom.Backend.Donations.Stripe;

/// <summary>
/// Fetches what the books are kept from: what became of a payment, movements of the balance, payouts. As in <see cref="StripeObjects"/>, an object that is
/// answered as its id alone is asked for by itself.
/// </summary>
public sealed class StripeBooks(StripeAccount account, ILogger<StripeBooks> log)
{
    private const int PageSize = 100;

    /// <summary>What became of a payment since it was made; null when Stripe has none, or nothing was charged yet.</summary>
    /// <exception cref="StripeUnavailableException">Stripe did not answer usefully; the same question later may be answered.</exception>
    public Task<PaymentSnapshot?> PaymentAsync(string paymentIntentId, CancellationToken cancellationToken) => account.AskAsync(async client =>
    {
        var intent = await client.V1.PaymentIntents.GetAsync(paymentIntentId, new PaymentIntentGetOptions
        {
            Expand = ["latest_charge.balance_transaction", "latest_charge.failure_balance_transaction"],
        }, cancellationToken: cancellationToken);
        var charge = intent.LatestCharge ?? (intent.LatestChargeId is { } id ? await StripeAccount.FoundAsync(() => client.V1.Charges.GetAsync(id, new ChargeGetOptions
        {
            Expand = ["balance_transaction", "failure_balance_transaction"],
        }, cancellationToken: cancellationToken)) : null);
        if (charge is null)
            return null;
        var refunds = await RefundsAsync(client, charge, cancellationToken);
        // Asked for in any case: that an inquiry, too, marks its charge as disputed is nowhere said.
        var disputes = await DisputesAsync(client, charge, cancellationToken);
        (BalanceTransaction? Whole, string? Id, bool IsCharge)[] moved =
        [
            (charge.BalanceTransaction, charge.BalanceTransactionId, true),
            (charge.FailureBalanceTransaction, charge.FailureBalanceTransactionId, false),
            .. refunds.Select(r => (r.BalanceTransaction, r.BalanceTransactionId, false)),
            .. refunds.Select(r => (r.FailureBalanceTransaction, r.FailureBalanceTransactionId, false)),
            .. disputes.SelectMany(d => d.BalanceTransactions ?? []).Select(t => (t, t.Id, false)),
        ];
        var transactions = new List<TransactionSnapshot>();
        foreach (var (whole, transactionId, isCharge) in moved)
        {
            if (transactionId is null)
                continue;
            var transaction = whole ?? await client.V1.BalanceTransactions.GetAsync(transactionId, cancellationToken: cancellationToken);
            transactions.Add(Of(transaction) with { Payment = new PaymentOfTransaction(paymentIntentId, isCharge) });
        }
        return new PaymentSnapshot(charge.FailureBalanceTransactionId is not null, refunds.ConvertAll(Of), disputes.ConvertAll(Of), transactions);
    }, cancellationToken);

    /// <param name="from">Not older (Stripe's clock); null: all there ever were.</param>
    /// <param name="after">The page before's <see cref="StripePage{T}.Next"/>.</param>
    /// <param name="cancellationToken">Cancels the question.</param>
    /// <inheritdoc cref="PaymentAsync" path="/exception"/>
    public Task<StripePage<TransactionSnapshot>> TransactionsAsync(DateTimeOffset? from, string? after, CancellationToken cancellationToken) =>
        TransactionsAsync(new BalanceTransactionListOptions
        {
            Created = Since(from),
            StartingAfter = after,
        }, cancellationToken);

    /// <summary>What an automatic payout is made of, with the payout's own movement.</summary>
    /// <inheritdoc cref="PaymentAsync" path="/exception"/>
    public Task<StripePage<TransactionSnapshot>> TransactionsOfPayoutAsync(string payoutId, string? after, CancellationToken cancellationToken) =>
        TransactionsAsync(new BalanceTransactionListOptions { Payout = payoutId, StartingAfter = after }, cancellationToken);

    /// <inheritdoc cref="PaymentAsync" path="/exception"/>
    public Task<PayoutSnapshot?> PayoutAsync(string payoutId, CancellationToken cancellationToken) =>
        account.AskAsync(async client => Of(await client.V1.Payouts.GetAsync(payoutId, cancellationToken: cancellationToken)), cancellationToken);

    /// <inheritdoc cref="TransactionsAsync(DateTimeOffset?, string?, CancellationToken)"/>
    public async Task<StripePage<PayoutSnapshot>> PayoutsAsync(DateTimeOffset? from, string? after, CancellationToken cancellationToken) =>
        await account.AskAsync(async client =>
        {
            var page = await client.V1.Payouts.ListAsync(new PayoutListOptions
            {
                Created = Since(from),
                StartingAfter = after,
                Limit = PageSize,
            }, cancellationToken: cancellationToken);
            return Readable(page, Of);
        }, cancellationToken) ?? new([], null);

    /// <summary>Disputes opened since.</summary>
    /// <inheritdoc cref="TransactionsAsync(DateTimeOffset?, string?, CancellationToken)"/>
    public async Task<StripePage<CaseSnapshot>> DisputesAsync(DateTimeOffset? from, string? after, CancellationToken cancellationToken) =>
        await account.AskAsync(async client =>
        {
            var page = await client.V1.Disputes.ListAsync(
                new DisputeListOptions { Created = Since(from), StartingAfter = after, Limit = PageSize }, cancellationToken: cancellationToken);
            return Readable(page, d => new CaseSnapshot(d.Id, d.PaymentIntentId, d.Status, GiftSnapshots.Instant(d.Created)));
        }, cancellationToken) ?? new([], null);

    /// <summary>Warnings that a card may be stolen (https://docs.stripe.com/api/radar/early_fraud_warnings), since.</summary>
    /// <inheritdoc cref="TransactionsAsync(DateTimeOffset?, string?, CancellationToken)"/>
    public async Task<StripePage<CaseSnapshot>> FraudWarningsAsync(DateTimeOffset? from, string? after, CancellationToken cancellationToken) =>
        await account.AskAsync(async client =>
        {
            var page = await client.V1.Radar.EarlyFraudWarnings.ListAsync(
                new EarlyFraudWarningListOptions { Created = Since(from), StartingAfter = after, Limit = PageSize }, cancellationToken: cancellationToken);
            return Readable(page, Of);
        }, cancellationToken) ?? new([], null);

    /// <inheritdoc cref="PaymentAsync" path="/exception"/>
    public Task<CaseSnapshot?> FraudWarningAsync(string warningId, CancellationToken cancellationToken) =>
        account.AskAsync(async client => Of(await client.V1.Radar.EarlyFraudWarnings.GetAsync(warningId, cancellationToken: cancellationToken)), cancellationToken);

    /// <summary>What is at Stripe by its own account, in each currency: to come and to be had. Null when it does not say.</summary>
    /// <inheritdoc cref="PaymentAsync" path="/exception"/>
    public Task<IReadOnlyDictionary<string, long>?> BalanceAsync(CancellationToken cancellationToken) => account.AskAsync<IReadOnlyDictionary<string, long>>(async client =>
    {
        var balance = await client.V1.Balance.GetAsync(cancellationToken: cancellationToken);
        return balance.Available.Select(a => GiftSnapshots.Amount(a.Amount, a.Currency)).Concat(balance.Pending.Select(p => GiftSnapshots.Amount(p.Amount, p.Currency)))
            .OfType<Primitives.Money>().GroupBy(m => m.Currency.Code, m => m.Minor).ToDictionary(g => g.Key, g => g.Sum(), StringComparer.Ordinal);
    }, cancellationToken);

    private static DateRangeOptions? Since(DateTimeOffset? from) => from is { } since ? new DateRangeOptions { GreaterThanOrEqual = since.UtcDateTime } : null;

    private async Task<StripePage<TransactionSnapshot>> TransactionsAsync(BalanceTransactionListOptions wanted, CancellationToken cancellationToken) =>
        await account.AskAsync(async client =>
        {
            wanted.Limit = PageSize;
            wanted.Expand = ["data.source"];
            var page = await client.V1.BalanceTransactions.ListAsync(wanted, cancellationToken: cancellationToken);
            return Readable(page, Of);
        }, cancellationToken) ?? new([], null);

    /// <summary>One in a currency that is not known here is no reason to leave out the others: its payout will say that something is missing.</summary>
    private StripePage<TOut> Readable<TIn, TOut>(StripeList<TIn> page, Func<TIn, TOut> of)
        where TIn : IHasId
    {
        var readable = new List<TOut>(page.Data.Count);
        foreach (var item in page.Data)
        {
            try
            {
                readable.Add(of(item));
            }
            catch (FormatException e)
            {
                DonationsLog.Unreadable(log, item.Id, e.Message);
            }
        }
        return new StripePage<TOut>(readable, page.HasMore ? page.Data[^1].Id : null);
    }

    private static async Task<List<global::Stripe.Refund>> RefundsAsync(StripeClient client, Charge charge, CancellationToken cancellationToken)
    {
        var refunds = await StripeAccount.FoundAsync(() => client.V1.Refunds.ListAsync(new RefundListOptions
        {
            Charge = charge.Id,
            Limit = PageSize,
            Expand = ["data.balance_transaction", "data.failure_balance_transaction"],
        }, cancellationToken: cancellationToken));
        // A server that does not know the filter would hand out any refund.
        return refunds?.Data.FindAll(r => r.ChargeId is null || r.ChargeId == charge.Id) ?? [];
    }

    private static async Task<List<global::Stripe.Dispute>> DisputesAsync(StripeClient client, Charge charge, CancellationToken cancellationToken)
    {
        var disputes = await StripeAccount.FoundAsync(() => client.V1.Disputes.ListAsync(
            new DisputeListOptions { Charge = charge.Id, Limit = PageSize }, cancellationToken: cancellationToken));
        return disputes?.Data.FindAll(d => d.ChargeId is null || d.ChargeId == charge.Id) ?? [];
    }

    private static TransactionSnapshot Of(BalanceTransaction transaction)
    {
        var amount = GiftSnapshots.Amount(transaction.Amount, transaction.Currency) ?? throw new FormatException($"Balance transaction {transaction.Id} names no currency.");
        return new TransactionSnapshot(
            transaction.Id, transaction.ReportingCategory ?? transaction.Type, transaction.SourceId, PaymentOf(transaction), amount,
            amount.Currency.FromStripe(transaction.Fee), transaction.ExchangeRate, GiftSnapshots.Instant(transaction.Created));
    }

    private static PaymentOfTransaction? PaymentOf(BalanceTransaction transaction)
    {
        var (payment, isCharge) = transaction.Source switch
        {
            Charge charge => (charge.PaymentIntentId, transaction.ReportingCategory is null or "charge"),
            global::Stripe.Refund refund => (refund.PaymentIntentId, false),
            global::Stripe.Dispute dispute => (dispute.PaymentIntentId, false),
            _ => (null, false),
        };
        return payment is null ? null : new PaymentOfTransaction(payment, isCharge);
    }

    private static RefundSnapshot Of(global::Stripe.Refund refund) => new(
        refund.Id, GiftSnapshots.Amount(refund.Amount, refund.Currency) ?? throw new FormatException($"Refund {refund.Id} names no currency."),
        refund.Status ?? "succeeded", refund.Reason, refund.FailureReason, GiftSnapshots.Instant(refund.Created));

    private static DisputeSnapshot Of(global::Stripe.Dispute dispute) => new(
        dispute.Id, GiftSnapshots.Amount(dispute.Amount, dispute.Currency) ?? throw new FormatException($"Dispute {dispute.Id} names no currency."),
        dispute.Status, dispute.Reason, GiftSnapshots.Instant(dispute.EvidenceDetails?.DueBy), GiftSnapshots.Instant(dispute.Created));

    private static CaseSnapshot Of(global::Stripe.Radar.EarlyFraudWarning warning) => new(warning.Id, warning.PaymentIntentId, null, GiftSnapshots.Instant(warning.Created));

    private static PayoutSnapshot Of(global::Stripe.Payout payout) => new(
        payout.Id, GiftSnapshots.Amount(payout.Amount, payout.Currency) ?? throw new FormatException($"Payout {payout.Id} names no currency."),
        payout.Status, payout.FailureCode, GiftSnapshots.Instant(payout.ArrivalDate), GiftSnapshots.Instant(payout.Created),
        payout.Automatic, payout.ReconciliationStatus == "completed");
}
