using System.Text.Json.Nodes;

namespace Newsroom.Backend.Demo.Practice;

/// <content>Payouts (https://docs.stripe.com/api/payouts).</content>
public sealed partial class PracticeStripe
{
    /// <summary>Movements that no payout carries yet, oldest first.</summary>
    private readonly List<JsonObject> _inBalance = [];

    /// <summary>Pays out what is available and was not paid out before: one payout for each currency, arrived at once.</summary>
    /// <param name="arrival">The day it arrives; null: today (UTC).</param>
    /// <param name="automatic">False: as if somebody had asked for it. Stripe does not tell what is in such a payout.</param>
    /// <param name="all">True: what is not available yet is paid out too.</param>
    /// <param name="reconciled">False: Stripe has not finished telling what is in it; see <see cref="ReconcilePayout"/>.</param>
    /// <returns>The payouts; none for a currency of which nothing is left.</returns>
    public IReadOnlyList<JsonObject> PayOut(DateTimeOffset? arrival = null, bool automatic = true, bool all = false, bool reconciled = true) =>
        Act<IReadOnlyList<JsonObject>>(() =>
        {
            var arrivesAt = arrival?.ToUnixTimeSeconds() ?? Seconds - Seconds % DayInSeconds;
            var due = _inBalance.Where(t => all || PracticeStore.Number(t, "available_on") <= Seconds)
                .GroupBy(t => PracticeStore.Text(t, "currency")!)
                .Where(g => g.Sum(t => PracticeStore.Number(t, "net")) != 0)
                .ToList();
            return [.. due.Select(d => Copy(PayOut(d, arrivesAt, automatic, reconciled)))];
        });

    /// <summary>Stripe has told all that is in a payout.</summary>
    /// <exception cref="StripeErrorException">It was asked for by hand, or this was said before.</exception>
    public JsonObject ReconcilePayout(string payoutId) => Act(() => Copy(Reconcile(_store.Get("payout", payoutId))));

    /// <summary>The bank sends the money back; it is in the next payout.</summary>
    /// <param name="payoutId">A payout that was paid.</param>
    /// <param name="code">https://docs.stripe.com/api/payouts/failures.</param>
    /// <exception cref="StripeErrorException">It has failed already.</exception>
    public JsonObject FailPayout(string payoutId, string code = "account_closed") => Act(() =>
    {
        var payout = _store.Get("payout", payoutId);
        if (PracticeStore.Text(payout, "status") != "paid")
            throw StripeErrorException.Invalid("Only payouts that were paid can fail.");
        var returned = BookBack("payout_failure", _store.Follow(payout, "balance_transaction")!);
        payout["status"] = "failed";
        payout["failure_code"] = code;
        payout["failure_message"] = $"The bank could not take this payout: {code.Replace('_', ' ')}.";
        payout["failure_balance_transaction"] = returned["id"]!.DeepClone();
        Raise("payout.failed", payout, new JsonObject { ["status"] = "paid" });
        return Copy(payout);
    });

    /// <summary>The balance transactions an automatic payout is made of, its own among them; none for one that was asked for by hand.</summary>
    internal IReadOnlySet<string> TransactionsOf(string payoutId) =>
        Act(() => MovementsOf(payoutId).Select(t => PracticeStore.Text(t, "id")!).ToHashSet(StringComparer.Ordinal));

    private IReadOnlyList<JsonObject> MovementsOf(string payoutId) =>
        _store.Get("payout", payoutId)["automatic"]!.GetValue<bool>() ? _store.Of("balance_transaction", "payout", payoutId) : [];

    private JsonObject PayOut(IGrouping<string, JsonObject> due, long arrivesAt, bool automatic, bool reconciled)
    {
        var amount = due.Sum(t => PracticeStore.Number(t, "net"));
        var payout = Add(WireBalance.Payout(Seconds, amount, due.Key, arrivesAt, automatic));
        var id = PracticeStore.Text(payout, "id")!;
        var own = Add(WireBalance.Transaction(Seconds, "payout", -amount, due.Key, id));
        payout["balance_transaction"] = own["id"]!.DeepClone();
        var carried = due.Append(own).ToList();
        _asides[id] = new JsonObject { ["transactions"] = new JsonArray([.. carried.Select(t => t["id"]!.DeepClone())]) };
        Carry(id, carried);
        Raise("payout.created", payout);
        payout["status"] = "paid";
        Raise("payout.paid", payout, new JsonObject { ["status"] = "in_transit" });
        return automatic && reconciled ? Reconcile(payout) : payout;
    }

    private JsonObject Reconcile(JsonObject payout)
    {
        if (PracticeStore.Text(payout, "reconciliation_status") != "in_progress")
            throw StripeErrorException.Invalid("Only automatic payouts are reconciled, and only once.");
        payout["reconciliation_status"] = "completed";
        Raise("payout.reconciliation_completed", payout);
        return payout;
    }

    private void Carry(string payoutId, IReadOnlyCollection<JsonObject> movements)
    {
        var carried = movements.ToHashSet();
        _inBalance.RemoveAll(carried.Contains);
        foreach (var movement in movements)
            _store.Relate(movement, "payout", payoutId);
    }

    private static IEnumerable<string> Transactions(JsonNode? aside) =>
        (aside?["transactions"] as JsonArray ?? []).Select(t => t!.GetValue<string>());
}
