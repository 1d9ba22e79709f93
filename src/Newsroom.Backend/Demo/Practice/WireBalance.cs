using System.Text.Json.Nodes;

namespace Newsroom.Backend.Demo.Practice;

/// <summary>Stripe's objects of an account's balance, as the version of <see cref="WireObjects"/> writes them.</summary>
internal static class WireBalance
{
    private const long DayInSeconds = 86_400;

    /// <summary>What a charge, a refund, a dispute or a payout does to the account's balance.</summary>
    /// <param name="created">Unix seconds.</param>
    /// <param name="type">https://docs.stripe.com/reports/balance-transaction-types.</param>
    /// <param name="amount">Gross, in Stripe's units of <paramref name="currency"/>; negative takes from the balance.</param>
    /// <param name="currency">The currency it settles in, lower case.</param>
    /// <param name="source">The object it is about; null for a fee of Stripe's own.</param>
    /// <param name="fee">Null: what Stripe takes for <paramref name="type"/>, which is something for charges only.</param>
    /// <param name="rate">By what the source's own currency was exchanged; null when it is the same.</param>
    public static JsonObject Transaction(long created, string type, long amount, string currency, string? source, long? fee = null, decimal? rate = null)
    {
        var taken = fee ?? ProcessingFee(type, amount, currency);
        // A payout takes what is available, and gives it back as such.
        var atOnce = type is "payout" or "payout_failure";
        return new JsonObject
        {
            ["id"] = PracticeStore.NewId("txn"),
            ["object"] = "balance_transaction",
            ["created"] = created,
            ["available_on"] = atOnce ? created : created + 2 * DayInSeconds,
            ["type"] = type,
            ["reporting_category"] = Category(type, amount),
            ["balance_type"] = "payments",
            ["amount"] = amount,
            ["fee"] = taken,
            ["net"] = amount - taken,
            ["currency"] = currency,
            ["description"] = null,
            ["exchange_rate"] = rate,
            ["fee_details"] = taken == 0 ? [] : new JsonArray(new JsonObject
            {
                ["type"] = "stripe_fee",
                ["amount"] = taken,
                ["application"] = null,
                ["currency"] = currency,
                ["description"] = type == "adjustment" ? "Dispute fee" : "Stripe processing fees",
            }),
            ["source"] = source,
            ["status"] = atOnce ? "available" : "pending",
        };
    }

    public static JsonObject Dispute(long created, JsonObject charge, long amount, string reason, bool warning)
    {
        var method = PracticeStore.Text(charge, "payment_method_details", "type");
        return new JsonObject
        {
            ["id"] = PracticeStore.NewId("dp"),
            ["object"] = "dispute",
            ["created"] = created,
            ["livemode"] = false,
            ["amount"] = amount,
            ["balance_transactions"] = new JsonArray(),
            ["charge"] = charge["id"]!.DeepClone(),
            ["currency"] = charge["currency"]!.DeepClone(),
            ["enhanced_eligibility_types"] = new JsonArray(),
            ["evidence"] = new JsonObject(),
            ["evidence_details"] = new JsonObject
            {
                ["due_by"] = created + 9 * DayInSeconds,
                ["enhanced_eligibility"] = new JsonObject(),
                ["has_evidence"] = false,
                ["past_due"] = false,
                ["submission_count"] = 0L,
            },
            ["is_charge_refundable"] = warning,
            ["metadata"] = new JsonObject(),
            ["network_reason_code"] = null,
            ["payment_intent"] = charge["payment_intent"]?.DeepClone(),
            ["payment_method_details"] = method != "card" ? null : new JsonObject
            {
                ["type"] = "card",
                ["card"] = new JsonObject { ["brand"] = "visa", ["case_type"] = warning ? "inquiry" : "chargeback", ["network_reason_code"] = null },
            },
            ["reason"] = reason,
            ["status"] = warning ? "warning_needs_response" : "needs_response",
        };
    }

    /// <param name="created">Unix seconds.</param>
    /// <param name="amount">In Stripe's units; negative: drawn from the bank account.</param>
    /// <param name="currency">Lower case.</param>
    /// <param name="arrival">Unix seconds of the day it arrives.</param>
    /// <param name="automatic">False: somebody asked for it, and Stripe does not tell what is in it.</param>
    public static JsonObject Payout(long created, long amount, string currency, long arrival, bool automatic) => new()
    {
        ["id"] = PracticeStore.NewId("po"),
        ["object"] = "payout",
        ["created"] = created,
        ["livemode"] = false,
        ["amount"] = amount,
        ["application_fee"] = null,
        ["application_fee_amount"] = null,
        ["arrival_date"] = arrival,
        ["automatic"] = automatic,
        ["balance_transaction"] = null,
        ["currency"] = currency,
        ["description"] = automatic ? "STRIPE PAYOUT" : null,
        ["destination"] = "ba_practice",
        ["failure_balance_transaction"] = null,
        ["failure_code"] = null,
        ["failure_message"] = null,
        ["metadata"] = new JsonObject(),
        ["method"] = "standard",
        ["original_payout"] = null,
        ["payout_method"] = null,
        ["reconciliation_status"] = automatic ? "in_progress" : "not_applicable",
        ["reversed_by"] = null,
        ["source_type"] = "card",
        ["statement_descriptor"] = null,
        ["status"] = "in_transit",
        ["trace_id"] = null,
        ["type"] = "bank_account",
    };

    public static JsonObject FraudWarning(long created, JsonObject charge) => new()
    {
        ["id"] = PracticeStore.NewId("issfr"),
        ["object"] = "radar.early_fraud_warning",
        ["created"] = created,
        ["livemode"] = false,
        ["actionable"] = true,
        ["charge"] = charge["id"]!.DeepClone(),
        ["fraud_type"] = "unauthorized_use_of_card",
        ["payment_intent"] = charge["payment_intent"]?.DeepClone(),
    };

    /// <param name="movements">What was not paid out yet: the rest adds up to nothing with its payouts.</param>
    public static JsonObject Balance(IReadOnlyCollection<JsonObject> movements) => new()
    {
        ["object"] = "balance",
        ["livemode"] = false,
        ["available"] = Sums(movements, "available"),
        ["pending"] = Sums(movements, "pending"),
    };

    private static JsonArray Sums(IReadOnlyCollection<JsonObject> movements, string status) => [.. movements
        .GroupBy(m => PracticeStore.Text(m, "currency"), StringComparer.Ordinal)
        .Select(g => (Currency: g.Key, Sum: g.Where(m => PracticeStore.Text(m, "status") == status).Sum(m => PracticeStore.Number(m, "net"))))
        .OrderBy(b => b.Currency, StringComparer.Ordinal)
        .Select(b => new JsonObject { ["amount"] = b.Sum, ["currency"] = b.Currency, ["source_types"] = new JsonObject { ["card"] = b.Sum } })];

    /// <summary>Stripe's US card price, 2.9 % + 30 (https://stripe.com/pricing); whole units where a currency has no smaller ones (ISK and UGX are sent × 100).</summary>
    private static long ProcessingFee(string type, long amount, string currency)
    {
        if (type is not ("charge" or "payment"))
            return 0;
        var unit = currency is "isk" or "ugx" ? 100 : 1;
        return (((amount * 29 + 500) / 1000) + 30 + unit - 1) / unit * unit;
    }

    /// <summary>https://docs.stripe.com/reports/reporting-categories.</summary>
    private static string Category(string type, long amount) => type switch
    {
        "payment" => "charge",
        "payment_refund" => "refund",
        "payment_failure_refund" => "charge_failure",
        "payout_failure" => "payout_reversal",
        "stripe_fee" => "fee",
        "adjustment" => amount < 0 ? "dispute" : "dispute_reversal",
        _ => type,
    };
}
