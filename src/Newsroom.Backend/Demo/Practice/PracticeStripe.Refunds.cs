using System.Text.Json.Nodes;

namespace Newsroom.Backend.Demo.Practice;

/// <content>Refunds (https://docs.stripe.com/api/refunds).</content>
public sealed partial class PracticeStripe
{
    /// <summary>How long a practice bank takes to accept a refund; a real one takes days.</summary>
    public static readonly TimeSpan RefundTakes = TimeSpan.FromSeconds(20);

    /// <summary>Gives money back.</summary>
    /// <param name="chargeId">A succeeded charge.</param>
    /// <param name="amount">In Stripe's units; null: all that is left.</param>
    /// <param name="reason">One of Stripe's reasons.</param>
    /// <param name="metadata">Kept on the refund.</param>
    /// <param name="pending">True: it succeeds <see cref="RefundTakes"/> later; null: so it does for bank debits.</param>
    /// <exception cref="StripeErrorException">More than is left, nothing was paid, or a dispute has taken it.</exception>
    public JsonObject Refund(string chargeId, long? amount = null, string? reason = null, JsonObject? metadata = null, bool? pending = null) => Act(() =>
    {
        var charge = Refundable(chargeId);
        var left = PracticeStore.Number(charge, "amount") - PracticeStore.Number(charge, "amount_refunded");
        if (left == 0)
            throw StripeErrorException.Invalid($"Charge {chargeId} has already been refunded.", "charge", "charge_already_refunded");
        if (amount is <= 0 || amount > left)
            throw StripeErrorException.Invalid("Refund amount is greater than unrefunded amount on charge, or not positive.", "amount");

        var refund = Add(WireObjects.Refund(Seconds, charge, amount ?? left, reason, metadata?.DeepClone().AsObject() ?? []));
        if (pending ?? !IsByCard(charge))
        {
            refund["status"] = "pending";
            _asides[PracticeStore.Text(refund, "id")!] = new JsonObject { ["refund_due"] = Now.Add(RefundTakes).ToUnixTimeSeconds() };
            Remember(refund);
        }
        var transaction = Book(IsByCard(charge) ? "refund" : "payment_refund", refund, -(amount ?? left));
        refund["balance_transaction"] = transaction["id"]!.DeepClone();
        TakeBack(charge, amount ?? left);
        Raise("refund.created", refund);
        Raise("charge.refunded", charge);
        if (PracticeStore.Number(charge, "amount_refunded") == PracticeStore.Number(charge, "amount"))
            EndWarnings(chargeId);
        return Copy(refund);
    });

    /// <summary>The donor's bank does not take a refund, perhaps long after it was said to have succeeded: the money is back.</summary>
    /// <param name="refundId">A refund that has not failed.</param>
    /// <param name="reason">One of Stripe's <c>failure_reason</c>s.</param>
    /// <exception cref="StripeErrorException">It has failed already.</exception>
    public JsonObject FailRefund(string refundId, string reason = "lost_or_stolen_card") => Act(() =>
    {
        var refund = _store.Get("refund", refundId);
        var before = PracticeStore.Text(refund, "status");
        if (before == "failed")
            throw StripeErrorException.Invalid("This refund has already failed.");
        var returned = BookBack("refund_failure", _store.Follow(refund, "balance_transaction")!);
        refund["status"] = "failed";
        refund["failure_reason"] = reason;
        refund["failure_balance_transaction"] = returned["id"]!.DeepClone();
        TakeBack(_store.Get("charge", PracticeStore.Text(refund, "charge")!), -PracticeStore.Number(refund, "amount"));
        _asides.Remove(refundId);
        RaiseRefundChange(refund, before);
        Raise("refund.failed", refund);
        return Copy(refund);
    });

    /// <summary>The charge a payment intent ended in.</summary>
    internal string ChargeOf(string paymentIntentId) => Act(() =>
        PracticeStore.Text(_store.Get("payment_intent", paymentIntentId), "latest_charge")
        ?? throw StripeErrorException.Invalid("This PaymentIntent has no successful charge.", "payment_intent"));

    private JsonObject Refundable(string chargeId)
    {
        var charge = _store.Get("charge", chargeId);
        if (PracticeStore.Text(charge, "status") != "succeeded")
            throw StripeErrorException.Invalid("This charge cannot be refunded: it was not paid.", "charge");
        if (_store.Of("dispute", "charge", chargeId).Any(d => !d["is_charge_refundable"]!.GetValue<bool>()))
            throw StripeErrorException.Invalid($"Charge {chargeId} has been charged back; cannot issue a refund.", "charge", "charge_disputed");
        return charge;
    }

    private static void TakeBack(JsonObject charge, long amount)
    {
        charge["amount_refunded"] = PracticeStore.Number(charge, "amount_refunded") + amount;
        charge["refunded"] = PracticeStore.Number(charge, "amount_refunded") == PracticeStore.Number(charge, "amount");
    }

    private void SettleRefund(JsonObject refund)
    {
        _asides.Remove(PracticeStore.Text(refund, "id")!);
        refund["status"] = "succeeded";
        RaiseRefundChange(refund, "pending");
    }

    private void RaiseRefundChange(JsonObject refund, string? before)
    {
        Raise("refund.updated", refund, new JsonObject { ["status"] = before });
        Raise("charge.refund.updated", refund, new JsonObject { ["status"] = before });
    }
}
