using System.Text.Json.Nodes;

namespace Newsroom.Backend.Demo.Practice;

/// <summary>Stripe's objects of a repeating gift, as the version of <see cref="WireObjects"/> writes them.</summary>
internal static class WirePlans
{
    /// <param name="created">Unix seconds.</param>
    /// <param name="name">What customers read.</param>
    /// <param name="isActive">False: put away, as what is made beside a price is; no new price is taken for it.</param>
    public static JsonObject Product(long created, string? name, bool isActive) => new()
    {
        ["id"] = PracticeStore.NewId("prod"),
        ["object"] = "product",
        ["created"] = created,
        ["livemode"] = false,
        ["active"] = isActive,
        ["name"] = name,
        ["metadata"] = new JsonObject(),
    };

    public static JsonObject Price(long created, JsonObject line, string product) => new()
    {
        ["id"] = PracticeStore.NewId("price"),
        ["object"] = "price",
        ["created"] = created,
        ["livemode"] = false,
        ["active"] = false,
        ["currency"] = line["currency"]!.DeepClone(),
        ["unit_amount"] = line["unit_amount"]!.DeepClone(),
        ["product"] = product,
        ["recurring"] = line["recurring"]!.DeepClone(),
        ["type"] = "recurring",
        ["metadata"] = new JsonObject(),
    };

    public static JsonObject Subscription(long created, long periodEnd, string customer, JsonObject price, long quantity, JsonObject metadata) => new()
    {
        ["id"] = PracticeStore.NewId("sub"),
        ["object"] = "subscription",
        ["created"] = created,
        ["start_date"] = created,
        ["billing_cycle_anchor"] = created,
        ["livemode"] = false,
        ["status"] = "active",
        ["currency"] = price["currency"]!.DeepClone(),
        ["customer"] = customer,
        ["collection_method"] = "charge_automatically",
        ["cancel_at"] = null,
        ["cancel_at_period_end"] = false,
        ["canceled_at"] = null,
        ["cancellation_details"] = new JsonObject { ["comment"] = null, ["feedback"] = null, ["reason"] = null },
        ["ended_at"] = null,
        ["default_payment_method"] = null,
        ["latest_invoice"] = null,
        ["pause_collection"] = null,
        ["items"] = WireObjects.List("/v1/subscription_items", new JsonArray(new JsonObject
        {
            ["id"] = PracticeStore.NewId("si"),
            ["object"] = "subscription_item",
            ["created"] = created,
            ["current_period_start"] = created,
            ["current_period_end"] = periodEnd,
            ["price"] = price.DeepClone(),
            ["quantity"] = quantity,
            ["metadata"] = new JsonObject(),
        }), hasMore: false),
        ["metadata"] = metadata,
    };

    public static JsonObject PaymentMethod(long created, string customer, string last4, int expMonth, int expYear) => new()
    {
        ["id"] = PracticeStore.NewId("pm"),
        ["object"] = "payment_method",
        ["created"] = created,
        ["livemode"] = false,
        ["customer"] = customer,
        ["type"] = "card",
        ["card"] = WireObjects.Card(last4, expMonth, expYear),
        ["metadata"] = new JsonObject(),
    };

    /// <param name="created">Unix seconds.</param>
    /// <param name="plan">The subscription it is for.</param>
    /// <param name="amount">In Stripe's units.</param>
    /// <param name="reason"><c>subscription_create</c> or <c>subscription_cycle</c>.</param>
    /// <param name="number">Its running number.</param>
    /// <param name="email">Where Stripe would mail it.</param>
    public static JsonObject Invoice(long created, JsonObject plan, long amount, string reason, int number, string? email)
    {
        var planId = plan["id"]!.GetValue<string>();
        var parent = new JsonObject
        {
            ["type"] = "subscription_details",
            ["subscription_details"] = new JsonObject { ["subscription"] = planId, ["metadata"] = plan["metadata"]!.DeepClone() },
        };
        return new JsonObject
        {
            ["id"] = PracticeStore.NewId("in"),
            ["object"] = "invoice",
            ["created"] = created,
            ["livemode"] = false,
            ["number"] = FormattableString.Invariant($"PRACTICE-{number:D4}"),
            ["billing_reason"] = reason,
            ["collection_method"] = "charge_automatically",
            ["auto_advance"] = true,
            ["attempted"] = false,
            ["attempt_count"] = 0L,
            ["hosted_invoice_url"] = null,
            ["next_payment_attempt"] = null,
            ["status"] = "draft",
            ["amount_due"] = amount,
            ["amount_paid"] = 0L,
            ["amount_remaining"] = amount,
            ["subtotal"] = amount,
            ["total"] = amount,
            ["currency"] = plan["currency"]!.DeepClone(),
            ["customer"] = plan["customer"]!.DeepClone(),
            ["customer_email"] = email,
            ["period_start"] = created,
            ["period_end"] = created,
            ["parent"] = parent,
            ["lines"] = WireObjects.List("/v1/invoices/lines", new JsonArray(new JsonObject
            {
                ["id"] = PracticeStore.NewId("il"),
                ["object"] = "line_item",
                ["amount"] = amount,
                ["currency"] = plan["currency"]!.DeepClone(),
                ["quantity"] = 1L,
                ["metadata"] = plan["metadata"]!.DeepClone(),
            }), hasMore: false),
            ["status_transitions"] = new JsonObject { ["finalized_at"] = null, ["paid_at"] = null, ["voided_at"] = null, ["marked_uncollectible_at"] = null },
            ["metadata"] = new JsonObject(),
        };
    }

    public static JsonObject InvoicePayment(long created, JsonObject invoice, JsonObject intent) => new()
    {
        ["id"] = PracticeStore.NewId("inpay"),
        ["object"] = "invoice_payment",
        ["created"] = created,
        ["livemode"] = false,
        ["invoice"] = invoice["id"]!.DeepClone(),
        ["amount_requested"] = invoice["amount_due"]!.DeepClone(),
        ["amount_paid"] = null,
        ["currency"] = invoice["currency"]!.DeepClone(),
        ["is_default"] = true,
        ["status"] = "open",
        ["payment"] = new JsonObject { ["type"] = "payment_intent", ["payment_intent"] = intent["id"]!.DeepClone() },
        ["status_transitions"] = new JsonObject { ["paid_at"] = null, ["canceled_at"] = null },
    };
}
