using System.Text.Json.Nodes;

namespace Newsroom.Backend.Demo.Practice;

/// <content>Disputes (https://docs.stripe.com/api/disputes).</content>
public sealed partial class PracticeStripe
{
    // Stripe's price in the US, 15.00; other countries pay about as much in their own money.
    private const long DisputeFee = 1500;

    /// <summary>The donor's bank asks for the money back.</summary>
    /// <param name="chargeId">A succeeded charge.</param>
    /// <param name="amount">In Stripe's units; null: all of it.</param>
    /// <param name="reason">One of Stripe's reasons.</param>
    /// <param name="warning">True: an inquiry only, for which no money is taken.</param>
    /// <returns>The dispute.</returns>
    /// <exception cref="StripeErrorException">Nothing was paid, less was paid, or a dispute is open already.</exception>
    public JsonObject Dispute(string chargeId, long? amount = null, string reason = "fraudulent", bool warning = false) => Act(() =>
    {
        var charge = _store.Get("charge", chargeId);
        if (PracticeStore.Text(charge, "status") != "succeeded")
            throw StripeErrorException.Invalid("This charge cannot be disputed: it was not paid.", "charge");
        if (_store.Of("dispute", "charge", chargeId).Any(IsOpen))
            throw StripeErrorException.Invalid($"Charge {chargeId} is disputed already.", "charge");
        var disputed = amount ?? PracticeStore.Number(charge, "amount");
        if (disputed <= 0 || disputed > PracticeStore.Number(charge, "amount"))
            throw StripeErrorException.Invalid("The disputed amount is greater than the charge, or not positive.", "amount");

        var dispute = Add(WireBalance.Dispute(Seconds, charge, disputed, reason, warning));
        charge["disputed"] = true;
        if (!warning)
            Inline(dispute, Book("adjustment", dispute, -disputed, DisputeFee));
        Raise("charge.dispute.created", dispute);
        if (!warning)
            Raise("charge.dispute.funds_withdrawn", dispute);
        EndWarnings(chargeId);
        return Copy(dispute);
    });

    /// <summary>Evidence is sent: the bank looks at it.</summary>
    /// <exception cref="StripeErrorException">It waits for none.</exception>
    public JsonObject UpdateDispute(string disputeId) => Act(() =>
    {
        var dispute = _store.Get("dispute", disputeId);
        var before = PracticeStore.Text(dispute, "status")!;
        if (before is not ("needs_response" or "warning_needs_response"))
            throw StripeErrorException.Invalid($"This dispute takes no evidence: it is {before}.");
        dispute["status"] = before.Replace("needs_response", "under_review", StringComparison.Ordinal);
        var details = dispute["evidence_details"]!.AsObject();
        details["has_evidence"] = true;
        details["submission_count"] = PracticeStore.Number(details, "submission_count") + 1;
        Raise("charge.dispute.updated", dispute, new JsonObject { ["status"] = before });
        return Copy(dispute);
    });

    /// <summary>The bank decides. An inquiry just ends.</summary>
    /// <param name="disputeId">An open dispute.</param>
    /// <param name="won">True: the money comes back.</param>
    /// <param name="feeReturned">True: and the fee with it, as in some countries.</param>
    /// <exception cref="StripeErrorException">It is closed already.</exception>
    public JsonObject CloseDispute(string disputeId, bool won, bool feeReturned = false) => Act(() =>
    {
        var dispute = _store.Get("dispute", disputeId);
        var before = PracticeStore.Text(dispute, "status")!;
        if (!IsOpen(dispute))
            throw StripeErrorException.Invalid("This dispute is already closed.");
        var inquiry = before.StartsWith("warning_", StringComparison.Ordinal);
        dispute["status"] = inquiry ? "warning_closed" : won ? "won" : "lost";
        var reinstated = won && !inquiry;
        if (reinstated)
        {
            dispute["is_charge_refundable"] = true;
            Inline(dispute, BookBack("adjustment", dispute["balance_transactions"]![0]!.AsObject(), feeReturned ? -DisputeFee : 0));
        }
        Raise("charge.dispute.closed", dispute, new JsonObject { ["status"] = before });
        if (reinstated)
            Raise("charge.dispute.funds_reinstated", dispute);
        return Copy(dispute);
    });

    /// <summary>A card's network thinks that a payment is fraud (https://docs.stripe.com/api/radar/early_fraud_warnings): often a dispute follows.</summary>
    /// <param name="chargeId">A succeeded charge.</param>
    /// <returns>The warning; <c>actionable</c> until the charge is refunded or disputed.</returns>
    public JsonObject WarnOfFraud(string chargeId) => Act(() =>
    {
        var charge = _store.Get("charge", chargeId);
        if (PracticeStore.Text(charge, "status") != "succeeded")
            throw StripeErrorException.Invalid("Nobody warns of a charge that was not paid.", "charge");
        var warning = Add(WireBalance.FraudWarning(Seconds, charge));
        Raise("radar.early_fraud_warning.created", warning);
        return Copy(warning);
    });

    private void EndWarnings(string chargeId)
    {
        foreach (var warning in _store.Of("radar.early_fraud_warning", "charge", chargeId).Where(w => w["actionable"]!.GetValue<bool>()))
        {
            warning["actionable"] = false;
            Raise("radar.early_fraud_warning.updated", warning, new JsonObject { ["actionable"] = true });
        }
    }

    private static void Inline(JsonObject dispute, JsonObject transaction) => dispute["balance_transactions"]!.AsArray().Add(transaction.DeepClone());

    private static bool IsOpen(JsonObject dispute) =>
        PracticeStore.Text(dispute, "status") is "needs_response" or "under_review" or "warning_needs_response" or "warning_under_review";
}
