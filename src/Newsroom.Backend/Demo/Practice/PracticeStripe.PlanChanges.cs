using System.Globalization;
using System.Text.Json.Nodes;

namespace Newsroom.Backend.Demo.Practice;

/// <content>What is changed about a subscription while it runs (https://docs.stripe.com/api/subscriptions/update).</content>
public sealed partial class PracticeStripe
{
    private static readonly HashSet<string> PlanParameters = new(StringComparer.Ordinal)
    {
        "cancel_at_period_end", "cancellation_details", "default_payment_method", "expand", "items", "metadata", "pause_collection", "proration_behavior",
    };

    /// <summary>Pauses or resumes collecting, ends a plan with its period or not, or changes its amount; nothing is prorated.</summary>
    /// <exception cref="StripeErrorException">The plan has ended, or this account does not know the parameter.</exception>
    public JsonObject UpdatePlan(string subscriptionId, StripeParameters wanted) => Act(() =>
    {
        if (wanted.Names.FirstOrDefault(n => !PlanParameters.Contains(n)) is { } unknown)
            throw StripeErrorException.Invalid($"Received unknown parameter: {unknown}", unknown, "parameter_unknown");
        var plan = LivePlan(subscriptionId);
        var before = Copy(plan);
        if (wanted.Has("items", "0"))
            ChangePrice(plan["items"]!["data"]![0]!.AsObject(), wanted.Branch("items", "0"));
        if (wanted.Has("pause_collection"))
            plan["pause_collection"] = Pause(wanted);
        if (wanted.Has("default_payment_method"))
            plan["default_payment_method"] = wanted.Text("default_payment_method") is { } method ? _store.Get("payment_method", method)["id"]!.DeepClone() : null;
        Remember(plan);
        if (wanted.Has("cancel_at_period_end"))
            EndWithPeriod(plan, wanted.Flag("cancel_at_period_end"), wanted);
        foreach (var name in wanted.Branch("metadata").Names)
            SetMetadata(plan["metadata"]!.AsObject(), name, wanted.Text("metadata", name));
        if (Changed(before, plan) is { Count: > 0 } changed)
            Raise("customer.subscription.updated", plan, changed);
        return Copy(plan);
    });

    /// <summary>Collects nothing for the time being.</summary>
    /// <param name="subscriptionId">A plan that is not cancelled.</param>
    /// <param name="resumesAt">When it goes on by itself; null: when it is told to.</param>
    public JsonObject PausePlan(string subscriptionId, DateTimeOffset? resumesAt = null) => UpdatePlan(subscriptionId, StripeParameters.Read(new Dictionary<string, string>
    {
        ["pause_collection[behavior]"] = "void",
        ["pause_collection[resumes_at]"] = resumesAt?.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture) ?? "",
    }));

    public JsonObject ResumePlan(string subscriptionId) =>
        UpdatePlan(subscriptionId, StripeParameters.Read([KeyValuePair.Create("pause_collection", "")]));

    private void EndPause(JsonObject plan)
    {
        var before = plan["pause_collection"]?.DeepClone();
        plan["pause_collection"] = null;
        Raise("customer.subscription.updated", plan, new JsonObject { ["pause_collection"] = before });
    }

    private void ChangePrice(JsonObject item, StripeParameters wanted)
    {
        if (wanted.NeededText("id") is var id && id != PracticeStore.Text(item, "id"))
            throw StripeErrorException.Missing("subscription item", id);
        if (wanted.Has("price_data"))
        {
            var price = item["price"]!.AsObject();
            var line = new JsonObject
            {
                ["currency"] = wanted.Text("price_data", "currency") ?? PracticeStore.Text(price, "currency"),
                ["unit_amount"] = wanted.Number("price_data", "unit_amount") ?? throw StripeErrorException.Needed("items[0][price_data][unit_amount]"),
                ["recurring"] = price["recurring"]!.DeepClone(),
            };
            if (wanted.Text("price_data", "recurring", "interval") is { } interval)
                line["recurring"]!["interval"] = interval;
            item["price"] = Copy(Add(WirePlans.Price(Seconds, line, ProductOf(wanted, price))));
        }
        item["quantity"] = wanted.Number("quantity") ?? PracticeStore.Number(item, "quantity");
    }

    private string ProductOf(StripeParameters wanted, JsonObject price)
    {
        if (wanted.Text("price_data", "product") is not { } named)
            return PracticeStore.Text(price, "product")!;
        return _store.Get("product", named)["active"]!.GetValue<bool>() ? named : throw StripeErrorException.Invalid(
            $"The product {named} is marked as inactive, and thus no new prices can be made of it.", "items[0][price_data][product]");
    }

    public JsonObject CreateProduct(StripeParameters wanted) => Act(() => Copy(Add(WirePlans.Product(Seconds, wanted.NeededText("name"), isActive: true))));

    private static JsonObject? Pause(StripeParameters wanted)
    {
        // "pause_collection=" takes the pause away.
        if (!wanted.Has("pause_collection", "behavior"))
            return null;
        var behavior = wanted.NeededText("pause_collection", "behavior");
        return behavior is "keep_as_draft" or "mark_uncollectible" or "void"
            ? new JsonObject { ["behavior"] = behavior, ["resumes_at"] = wanted.Number("pause_collection", "resumes_at") }
            : throw StripeErrorException.Invalid(
                "Invalid pause_collection[behavior]: must be one of keep_as_draft, mark_uncollectible, or void", "pause_collection[behavior]");
    }

    private void EndWithPeriod(JsonObject plan, bool ends, StripeParameters wanted)
    {
        plan["cancel_at_period_end"] = ends;
        plan["cancel_at"] = ends ? plan["items"]!["data"]![0]!["current_period_end"]!.DeepClone() : null;
        plan["canceled_at"] = ends ? Seconds : null;
        plan["cancellation_details"] = new JsonObject
        {
            ["comment"] = wanted.Text("cancellation_details", "comment"),
            ["feedback"] = wanted.Text("cancellation_details", "feedback"),
            ["reason"] = ends ? "cancellation_requested" : null,
        };
    }

    private static void SetMetadata(JsonObject metadata, string name, string? value)
    {
        if (value is null)
            metadata.Remove(name);
        else
            metadata[name] = value;
    }

    /// <summary>What an event calls <c>previous_attributes</c>.</summary>
    private static JsonObject Changed(JsonObject before, JsonObject after) => new(after
        .Where(p => !JsonNode.DeepEquals(p.Value, before[p.Key]))
        .Select(p => KeyValuePair.Create(p.Key, before[p.Key]?.DeepClone())));

    /// <summary>The invoice of a period in which nothing is collected.</summary>
    private JsonObject SkipPeriod(JsonObject plan, string behavior)
    {
        var invoice = DraftInvoice(plan, "subscription_cycle");
        if (behavior == "keep_as_draft")
            return invoice;
        var isVoid = behavior == "void";
        invoice["status"] = isVoid ? "void" : "uncollectible";
        invoice["status_transitions"]!["finalized_at"] = Seconds;
        invoice["status_transitions"]![isVoid ? "voided_at" : "marked_uncollectible_at"] = Seconds;
        Raise(isVoid ? "invoice.voided" : "invoice.marked_uncollectible", invoice);
        return invoice;
    }
}
