using System.Text.Json.Nodes;

namespace Newsroom.Backend.Demo.Practice;

/// <content>Refunds (https://docs.stripe.com/api/refunds).</content>
public sealed partial class PracticeStripe
{
    /// <summary>Gives money back.</summary>
    /// <param name="chargeId">A succeeded charge.</param>
    /// <param name="amount">In Stripe's units; null: all that is left.</param>
    /// <param name="reason">One of Stripe's reasons.</param>
    /// <param name="metadata">Kept on the refund.</param>
    /// <exception cref="StripeErrorException">More than is left, or nothing was paid.</exception>
    public JsonObject Refund(string chargeId, long? amount = null, string? reason = null, JsonObject? metadata = null) => Act(() =>
    {
        var charge = _store.Get("charge", chargeId);
        var left = PracticeStore.Number(charge, "amount") - PracticeStore.Number(charge, "amount_refunded");
        if (PracticeStore.Text(charge, "status") != "succeeded")
            throw StripeErrorException.Invalid("This charge cannot be refunded: it was not paid.", "charge");
        if (left == 0)
            throw StripeErrorException.Invalid($"Charge {chargeId} has already been refunded.", "charge", "charge_already_refunded");
        if (amount is <= 0 || amount > left)
            throw StripeErrorException.Invalid("Refund amount is greater than unrefunded amount on charge, or not positive.", "amount");

        var refund = Add(WireObjects.Refund(Seconds, charge, amount ?? left, reason, metadata?.DeepClone().AsObject() ?? []));
        var transaction = Add(WireObjects.BalanceTransaction(Seconds, "refund", -(amount ?? left), PracticeStore.Text(charge, "currency")!,
            PracticeStore.Text(refund, "id")!));
        refund["balance_transaction"] = transaction["id"]!.DeepClone();
        charge["amount_refunded"] = PracticeStore.Number(charge, "amount_refunded") + (amount ?? left);
        charge["refunded"] = PracticeStore.Number(charge, "amount_refunded") == PracticeStore.Number(charge, "amount");
        Raise("refund.created", refund);
        Raise("charge.refunded", charge);
        return Copy(refund);
    });

    /// <summary>The charge a payment intent ended in.</summary>
    internal string ChargeOf(string paymentIntentId) => Act(() =>
        PracticeStore.Text(_store.Get("payment_intent", paymentIntentId), "latest_charge")
        ?? throw StripeErrorException.Invalid("This PaymentIntent has no successful charge.", "payment_intent"));
}
