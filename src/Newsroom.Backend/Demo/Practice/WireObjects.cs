using System.Text.Json.Nodes;

namespace Newsroom.Backend.Demo.Practice;

/// <summary>Stripe's objects as API version <see cref="ApiVersion"/> writes them: the fields a newsroom's gifts have to do with.</summary>
internal static class WireObjects
{
    /// <summary>The version Stripe.net 53.1.0 is pinned to; a test holds the two together.</summary>
    public const string ApiVersion = "2026-10-28.endive";

    public static JsonObject List(string url, JsonArray data, bool hasMore) =>
        new() { ["object"] = "list", ["url"] = url, ["has_more"] = hasMore, ["data"] = data };

    public static JsonObject Customer(long created, string? email, string? name, JsonObject metadata) => new()
    {
        ["id"] = PracticeStore.NewId("cus"),
        ["object"] = "customer",
        ["created"] = created,
        ["livemode"] = false,
        ["email"] = email,
        ["name"] = name,
        ["invoice_settings"] = new JsonObject { ["default_payment_method"] = null },
        ["metadata"] = metadata,
    };

    /// <param name="created">Unix seconds.</param>
    /// <param name="amount">In Stripe's units of <paramref name="currency"/>.</param>
    /// <param name="currency">Lower case.</param>
    /// <param name="customer">Null for a donor Stripe keeps no customer for.</param>
    /// <param name="method"><c>card</c> or <c>us_bank_account</c>.</param>
    /// <param name="metadata">Copied.</param>
    public static JsonObject PaymentIntent(long created, long amount, string currency, string? customer, string method, JsonObject metadata) => new()
    {
        ["id"] = PracticeStore.NewId("pi"),
        ["object"] = "payment_intent",
        ["created"] = created,
        ["livemode"] = false,
        ["amount"] = amount,
        ["amount_received"] = 0L,
        ["amount_capturable"] = 0L,
        ["currency"] = currency,
        ["customer"] = customer,
        ["status"] = "requires_payment_method",
        ["capture_method"] = "automatic",
        ["confirmation_method"] = "automatic",
        ["latest_charge"] = null,
        ["last_payment_error"] = null,
        ["payment_method"] = null,
        ["payment_method_types"] = new JsonArray(method),
        ["metadata"] = metadata.DeepClone(),
    };

    public static JsonObject Charge(long created, JsonObject intent, string status, string? email, string? name, JsonNode? card)
    {
        var method = intent["payment_method_types"]![0]!.GetValue<string>();
        return new JsonObject
        {
            ["id"] = PracticeStore.NewId(method == "card" ? "ch" : "py"),
            ["object"] = "charge",
            ["created"] = created,
            ["livemode"] = false,
            ["amount"] = intent["amount"]!.DeepClone(),
            ["amount_captured"] = status == "failed" ? 0L : PracticeStore.Number(intent, "amount"),
            ["amount_refunded"] = 0L,
            ["currency"] = intent["currency"]!.DeepClone(),
            ["customer"] = intent["customer"]?.DeepClone(),
            ["payment_intent"] = intent["id"]!.DeepClone(),
            ["balance_transaction"] = null,
            ["status"] = status,
            ["paid"] = status == "succeeded",
            ["captured"] = status != "failed",
            ["refunded"] = false,
            ["disputed"] = false,
            ["failure_balance_transaction"] = null,
            ["billing_details"] = new JsonObject { ["email"] = email, ["name"] = name },
            ["payment_method_details"] = method == "card"
                ? new JsonObject
                {
                    ["type"] = "card",
                    ["card"] = card?.DeepClone() ?? Card("4242", 12, 2034),
                }
                : new JsonObject { ["type"] = method, [method] = new JsonObject { ["bank_name"] = "PRACTICE BANK", ["last4"] = "6789" } },
            ["metadata"] = intent["metadata"]!.DeepClone(),
        };
    }

    public static JsonObject Card(string last4, int expMonth, int expYear) => new()
    {
        ["brand"] = "visa",
        ["country"] = "US",
        ["exp_month"] = (long)expMonth,
        ["exp_year"] = (long)expYear,
        ["funding"] = "credit",
        ["last4"] = last4,
    };

    public static JsonObject Refund(long created, JsonObject charge, long amount, string? reason, JsonObject metadata) => new()
    {
        ["id"] = PracticeStore.NewId("re"),
        ["object"] = "refund",
        ["created"] = created,
        ["amount"] = amount,
        ["currency"] = charge["currency"]!.DeepClone(),
        ["charge"] = charge["id"]!.DeepClone(),
        ["payment_intent"] = charge["payment_intent"]?.DeepClone(),
        ["balance_transaction"] = null,
        ["reason"] = reason,
        ["status"] = "succeeded",
        ["metadata"] = metadata,
    };

    public static JsonObject Event(long created, string type, JsonObject about, JsonObject? before) => new()
    {
        ["id"] = PracticeStore.NewId("evt"),
        ["object"] = "event",
        ["api_version"] = ApiVersion,
        ["created"] = created,
        ["livemode"] = false,
        ["pending_webhooks"] = 1L,
        ["request"] = new JsonObject { ["id"] = null, ["idempotency_key"] = null },
        ["type"] = type,
        ["data"] = before is null
            ? new JsonObject { ["object"] = about.DeepClone() }
            : new JsonObject { ["object"] = about.DeepClone(), ["previous_attributes"] = before },
    };

    public static JsonObject WebhookEndpoint(long created, string url, IEnumerable<string> events) => new()
    {
        ["id"] = "we_practice",
        ["object"] = "webhook_endpoint",
        ["api_version"] = ApiVersion,
        ["application"] = null,
        ["created"] = created,
        ["description"] = null,
        ["enabled_events"] = new JsonArray([.. events.Select(e => (JsonNode)e)]),
        ["livemode"] = false,
        ["metadata"] = new JsonObject(),
        ["status"] = "enabled",
        ["url"] = url,
    };
}
