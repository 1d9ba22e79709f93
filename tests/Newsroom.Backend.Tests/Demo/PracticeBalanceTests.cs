using Microsoft.Extensions.Time.Testing;
using Newsroom.Backend.Demo.Practice;
using Stripe;

namespace Newsroom.Backend.Tests;

/// <summary>What happens to money after it was given, read by the real client: nothing appears or is lost on the way to the bank.</summary>
public sealed class PracticeStripeBalanceUnderTheRealClient : IAsyncLifetime
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"practice-{Guid.CreateVersion7()}.json");
    private PracticeAccountHost _host = null!;
    private StripeClient _client = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private PracticeStripe Stripe => _host.Stripe;

    public async ValueTask InitializeAsync()
    {
        _host = await PracticeAccountHost.StartAsync(_clock, _file);
        _client = _host.Client();
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        System.IO.File.Delete(_file);
    }

    [Theory]
    [InlineData(true, "charge", "refund", "succeeded")]
    [InlineData(false, "payment", "payment_refund", "pending")]
    public async Task A_card_and_a_bank_debit_are_booked_under_types_of_their_own(bool byCard, string paid, string refunded, string refundStatus)
    {
        var charge = _host.Give(_clock, byCard: byCard);
        var refund = await _client.V1.Refunds.CreateAsync(new RefundCreateOptions { Charge = charge, Amount = 500 }, cancellationToken: Token);
        Assert.Equal(refundStatus, refund.Status);
        var booked = await BookedAsync();
        Assert.Equal([(refunded, "refund", -500L), (paid, "charge", 1500L)], booked.Select(t => (t.Type, t.ReportingCategory, t.Amount)));
        Assert.Equal(booked[1].Fee, booked[1].FeeDetails.Sum(f => f.Amount));
        Assert.Equal([refund.Id, charge], booked.Select(t => t.SourceId));
    }

    [Fact]
    public async Task A_refund_to_a_bank_succeeds_later_and_says_so()
    {
        var refund = Id(Stripe.Refund(_host.Give(_clock, byCard: false)));
        Stripe.TakeEvents();
        _clock.Advance(PracticeStripe.RefundTakes);
        Assert.Equal("succeeded", (await _client.V1.Refunds.GetAsync(refund, cancellationToken: Token)).Status);
        Assert.Equal(["refund.updated", "charge.refund.updated"], Stripe.TakeEvents().Select(e => e.Type));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_refund_that_fails_puts_the_money_back(bool byCard)
    {
        var charge = _host.Give(_clock, byCard: byCard);
        var before = (await BookedAsync()).Sum(t => t.Net);
        var refund = Id(Stripe.Refund(charge));
        Assert.True((await _client.V1.Charges.GetAsync(charge, cancellationToken: Token)).Refunded);
        Stripe.TakeEvents();
        Stripe.FailRefund(refund, "expired_or_canceled_card");

        var failed = await _client.V1.Refunds.GetAsync(refund, new RefundGetOptions { Expand = ["failure_balance_transaction"] }, cancellationToken: Token);
        Assert.Equal(("failed", "expired_or_canceled_card"), (failed.Status, failed.FailureReason));
        Assert.Equal(("refund_failure", 1500L, refund),
            (failed.FailureBalanceTransaction.Type, failed.FailureBalanceTransaction.Amount, failed.FailureBalanceTransaction.SourceId));
        var whole = await _client.V1.Charges.GetAsync(charge, cancellationToken: Token);
        Assert.Equal((0L, false), (whole.AmountRefunded, whole.Refunded));
        Assert.Equal(before, (await BookedAsync()).Sum(t => t.Net));
        Assert.Equal(["refund.updated", "charge.refund.updated", "refund.failed"], Stripe.TakeEvents().Select(e => e.Type));
        _clock.Advance(PracticeStripe.RefundTakes);
        Assert.Equal("failed", (await _client.V1.Refunds.GetAsync(refund, cancellationToken: Token)).Status);
        Assert.Throws<StripeErrorException>(() => Stripe.FailRefund(refund));
    }

    [Theory]
    [InlineData(true, false, "won", -1500)]
    [InlineData(true, true, "won", 0)]
    [InlineData(false, false, "lost", -3000)]
    public async Task A_dispute_takes_the_gift_and_a_fee_until_it_is_won(bool won, bool feeReturned, string status, long costs)
    {
        var charge = _host.Give(_clock);
        Stripe.TakeEvents();
        var id = Id(Stripe.Dispute(charge));
        Stripe.UpdateDispute(id);
        var open = Assert.Single((await _client.V1.Disputes.ListAsync(new DisputeListOptions { Charge = charge }, cancellationToken: Token)).Data);
        Assert.Equal((id, "under_review", "fraudulent", 1500L, true), (open.Id, open.Status, open.Reason, open.Amount, open.EvidenceDetails.HasEvidence));
        var taken = Assert.Single(open.BalanceTransactions);
        Assert.Equal(("adjustment", "dispute", -1500L, 1500L, -3000L), (taken.Type, taken.ReportingCategory, taken.Amount, taken.Fee, taken.Net));
        Assert.True((await _client.V1.Charges.GetAsync(charge, cancellationToken: Token)).Disputed);
        var refused = await Assert.ThrowsAsync<StripeException>(() =>
            _client.V1.Refunds.CreateAsync(new RefundCreateOptions { Charge = charge }, cancellationToken: Token));
        Assert.Equal("charge_disputed", refused.StripeError.Code);

        Stripe.CloseDispute(id, won, feeReturned);
        var closed = await _client.V1.Disputes.GetAsync(id, new DisputeGetOptions { Expand = ["charge"] }, cancellationToken: Token);
        Assert.Equal((status, charge), (closed.Status, closed.Charge.Id));
        Assert.Equal(costs, closed.BalanceTransactions.Sum(t => t.Net));
        Assert.Equal(closed.BalanceTransactions.Select(t => t.Id).Order(),
            (await BookedAsync()).Where(t => t.SourceId == id).Select(t => t.Id).Order());
        Assert.Equal(
            ["charge.dispute.created", "charge.dispute.funds_withdrawn", "charge.dispute.updated", "charge.dispute.closed",
                .. (won ? (string[])["charge.dispute.funds_reinstated"] : [])],
            Stripe.TakeEvents().Select(e => e.Type));
        Assert.Throws<StripeErrorException>(() => Stripe.CloseDispute(id, won));
    }

    [Fact]
    public async Task An_inquiry_takes_nothing()
    {
        var id = Id(Stripe.Dispute(_host.Give(_clock), warning: true));
        Assert.Equal("warning_needs_response", (await _client.V1.Disputes.GetAsync(id, cancellationToken: Token)).Status);
        Stripe.CloseDispute(id, won: false);
        var closed = await _client.V1.Disputes.GetAsync(id, cancellationToken: Token);
        Assert.Equal("warning_closed", closed.Status);
        Assert.Empty(closed.BalanceTransactions);
        Assert.Equal("charge", Assert.Single(await BookedAsync()).Type);
    }

    [Fact]
    public async Task A_bank_debit_can_fail_after_it_has_succeeded()
    {
        var charge = _host.Give(_clock, byCard: false);
        Stripe.TakeEvents();
        Stripe.FailLate(charge);
        var failed = await _client.V1.Charges.GetAsync(charge,
            new ChargeGetOptions { Expand = ["payment_intent", "failure_balance_transaction"] }, cancellationToken: Token);
        Assert.Equal(("failed", "insufficient_funds", "requires_payment_method"), (failed.Status, failed.FailureCode, failed.PaymentIntent.Status));
        Assert.Equal(("payment_failure_refund", "charge_failure", -1500L),
            (failed.FailureBalanceTransaction.Type, failed.FailureBalanceTransaction.ReportingCategory, failed.FailureBalanceTransaction.Amount));
        Assert.Equal(0, (await BookedAsync()).Sum(t => t.Amount));
        Assert.Equal(["charge.failed", "payment_intent.payment_failed"], Stripe.TakeEvents().Select(e => e.Type));
        Assert.Throws<StripeErrorException>(() => Stripe.FailLate(charge));
        Assert.Throws<StripeErrorException>(() => Stripe.FailLate(_host.Give(_clock)));
    }

    [Fact]
    public async Task A_payout_is_the_sum_of_the_transactions_it_names()
    {
        var given = _host.Give(_clock);
        Stripe.Refund(_host.Give(_clock, 5000, byCard: false), 2000);
        Stripe.Dispute(_host.Give(_clock, 10_000));
        Stripe.BillFee(700);
        _host.Give(_clock, 2500, "eur");
        Stripe.TakeEvents();
        Assert.Empty(Stripe.PayOut());

        _clock.Advance(TimeSpan.FromDays(2));
        Assert.Equal(2, Stripe.PayOut().Count);
        Assert.Equal(2, Stripe.TakeEvents().Count(e => e.Type == "payout.reconciliation_completed"));
        Assert.Empty(Stripe.PayOut(all: true));
        foreach (var payout in (await _client.V1.Payouts.ListAsync(new PayoutListOptions { Status = "paid" }, cancellationToken: Token)).Data)
        {
            Assert.Equal((true, "completed", new DateTime(2026, 11, 26, 0, 0, 0, DateTimeKind.Utc)),
                (payout.Automatic, payout.ReconciliationStatus, payout.ArrivalDate));
            var among = await AmongAsync(payout.Id);
            var own = Assert.Single(among, t => t.Type == "payout");
            Assert.Equal((payout.BalanceTransactionId, -payout.Amount), (own.Id, own.Net));
            Assert.Equal(payout.Amount, among.Where(t => t != own).Sum(t => t.Net));
            Assert.All(among, t => Assert.Equal((payout.Currency, "available"), (t.Currency, t.Status)));
            Assert.IsType<Payout>(own.Source);
            if (payout.Currency == "usd")
                Assert.Equal(given, Assert.IsType<Charge>(Assert.Single(among, t => t.Amount == 1500).Source).Id);
        }
    }

    [Fact]
    public async Task A_payout_that_fails_is_in_the_next_one()
    {
        _host.Give(_clock);
        var first = Id(Assert.Single(Stripe.PayOut(all: true)));
        Stripe.FailPayout(first, "could_not_process");
        var failed = await _client.V1.Payouts.GetAsync(first, new PayoutGetOptions { Expand = ["failure_balance_transaction"] }, cancellationToken: Token);
        Assert.Equal(("failed", "could_not_process"), (failed.Status, failed.FailureCode));
        Assert.Equal(("payout_failure", failed.Amount), (failed.FailureBalanceTransaction.Type, failed.FailureBalanceTransaction.Net));
        var second = Assert.Single(Stripe.PayOut());
        Assert.Equal(failed.Amount, second["amount"]!.GetValue<long>());
        Assert.Equal(["payout", "payout_failure"], (await AmongAsync(Id(second))).Select(t => t.Type));
        Assert.Equal(0, (await BookedAsync()).Sum(t => t.Net));
    }

    [Fact]
    public async Task What_is_in_a_payout_is_told_once_stripe_knows_and_never_of_one_asked_for_by_hand()
    {
        _host.Give(_clock);
        var waiting = Id(Assert.Single(Stripe.PayOut(all: true, reconciled: false)));
        Assert.Equal("in_progress", (await _client.V1.Payouts.GetAsync(waiting, cancellationToken: Token)).ReconciliationStatus);
        Stripe.ReconcilePayout(waiting);
        Assert.Equal("completed", (await _client.V1.Payouts.GetAsync(waiting, cancellationToken: Token)).ReconciliationStatus);
        Assert.Throws<StripeErrorException>(() => Stripe.ReconcilePayout(waiting));

        _host.Give(_clock);
        var byHand = Id(Assert.Single(Stripe.PayOut(automatic: false, all: true)));
        Assert.Equal("not_applicable", (await _client.V1.Payouts.GetAsync(byHand, cancellationToken: Token)).ReconciliationStatus);
        Assert.Empty(await AmongAsync(byHand));
        Assert.Empty(Stripe.PayOut(all: true));
        Assert.Equal("resource_missing", (await Assert.ThrowsAsync<StripeException>(() => AmongAsync("po_none"))).StripeError.Code);
    }

    [Theory]
    [InlineData("eur", 1250, "1.1", "usd", 1375)]
    [InlineData("eur", 1005, "1.5", "usd", 1508)]
    [InlineData("jpy", 1000, "0.0065", "usd", 650)]
    [InlineData("usd", 1550, "150", "jpy", 2325)]
    [InlineData("isk", 100_000, "0.0072", "usd", 720)]
    [InlineData("kwd", 5000, "3.25", "usd", 1625)]
    public async Task Money_is_exchanged_into_the_currency_the_account_settles_in(string given, long amount, string rate, string into, long settled)
    {
        Stripe.SettlementCurrency = into;
        Stripe.ExchangeRates[given] = decimal.Parse(rate, System.Globalization.CultureInfo.InvariantCulture);
        var charge = _host.Give(_clock, amount, given);
        var booked = Assert.Single(await BookedAsync());
        Assert.Equal((into, settled, settled - booked.Fee), (booked.Currency, booked.Amount, booked.Net));
        Assert.Equal(Stripe.ExchangeRates[given], booked.ExchangeRate);
        Assert.Equal(given, (await _client.V1.Charges.GetAsync(charge, cancellationToken: Token)).Currency);

        var refund = Id(Stripe.Refund(charge));
        Stripe.ExchangeRates[given] *= 2;
        Stripe.FailRefund(refund);
        Assert.Equal(settled, (await BookedAsync()).Sum(t => t.Amount));
        Assert.Equal(into, Assert.Single(Stripe.PayOut(all: true))["currency"]!.GetValue<string>());
    }

    [Fact]
    public async Task The_list_of_transactions_can_be_asked_by_source_type_currency_and_time()
    {
        var early = _host.Give(_clock);
        _clock.Advance(TimeSpan.FromHours(1));
        var late = _host.Give(_clock, 2500, "eur");
        var since = _clock.GetUtcNow().UtcDateTime;
        Assert.Equal(late, (await OnlyAsync(new BalanceTransactionListOptions { Currency = "eur" })).SourceId);
        Assert.Equal(early, (await OnlyAsync(new BalanceTransactionListOptions { Source = early, Type = "charge" })).SourceId);
        Assert.Equal(late, (await OnlyAsync(new BalanceTransactionListOptions { Created = new DateRangeOptions { GreaterThanOrEqual = since } })).SourceId);
        var first = await OnlyAsync(new BalanceTransactionListOptions { Created = new DateRangeOptions { LessThan = since } });
        Assert.Equal(early, first.SourceId);
        var whole = await _client.V1.BalanceTransactions.GetAsync(first.Id, new BalanceTransactionGetOptions { Expand = ["source"] }, cancellationToken: Token);
        Assert.Equal(early, Assert.IsType<Charge>(whole.Source).Id);
    }

    [Fact]
    public async Task A_restart_remembers_what_was_paid_out_and_which_refund_is_under_way()
    {
        _host.Give(_clock);
        var refund = Id(Stripe.Refund(_host.Give(_clock, byCard: false)));
        var payout = Id(Assert.Single(Stripe.PayOut(all: true)));
        var restarted = new PracticeStripe(_clock, Stripe.Account);
        Assert.Empty(restarted.PayOut(all: true));
        Assert.Equal((await AmongAsync(payout)).Select(t => t.Id).Order(), restarted.TransactionsOf(payout).Order());
        _clock.Advance(PracticeStripe.RefundTakes);
        Assert.Equal("succeeded", restarted.Get("refund", refund)["status"]!.GetValue<string>());
        restarted.FailRefund(refund);
    }

    [Fact]
    public async Task Spare_answers_name_objects_by_id_and_still_show_a_disputes_transactions()
    {
        var charge = _host.Give(_clock);
        var id = Id(Stripe.Dispute(charge));
        Stripe.AnswersSparely = true;
        var dispute = await _client.V1.Disputes.GetAsync(id, new DisputeGetOptions { Expand = ["charge"] }, cancellationToken: Token);
        Assert.Equal(charge, dispute.ChargeId);
        Assert.Null(dispute.Charge);
        Assert.Equal(-3000, Assert.Single(dispute.BalanceTransactions).Net);
        var payout = Id(Assert.Single(Stripe.PayOut(all: true)));
        var among = await AmongAsync(payout);
        Assert.Equal([payout, id, charge], among.Select(t => t.SourceId));
        Assert.All(among, t => Assert.Null(t.Source));
    }

    private async Task<List<BalanceTransaction>> BookedAsync() =>
        (await _client.V1.BalanceTransactions.ListAsync(new BalanceTransactionListOptions { Limit = 100 }, cancellationToken: Token)).Data;

    private async Task<List<BalanceTransaction>> AmongAsync(string payout) => (await _client.V1.BalanceTransactions.ListAsync(
        new BalanceTransactionListOptions { Payout = payout, Limit = 100, Expand = ["data.source"] }, cancellationToken: Token)).Data;

    private async Task<BalanceTransaction> OnlyAsync(BalanceTransactionListOptions wanted) =>
        Assert.Single((await _client.V1.BalanceTransactions.ListAsync(wanted, cancellationToken: Token)).Data);

    private static string Id(System.Text.Json.Nodes.JsonObject made) => made["id"]!.GetValue<string>();
}
