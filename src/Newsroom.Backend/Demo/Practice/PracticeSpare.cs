using System.Text.Json.Nodes;

namespace Newsroom.Backend.Demo.Practice;

/// <summary>
/// The account's answers as a server gives them that only speaks like Stripe, or an older version of it: ids where whole objects were
/// asked for, and nothing that could be done without. The program has to book a gift from these too.
/// </summary>
internal static class PracticeSpare
{
    private static readonly HashSet<string> LeftOut = new(StringComparer.Ordinal)
    {
        "amount_paid", "amount_total", "balance_type", "billing_reason", "created", "evidence", "items", "livemode", "parent", "payments",
        "status_transitions", "trace_id",
    };

    public static JsonObject Pare(JsonObject answer)
    {
        if (PracticeStore.Text(answer, "object") != "list")
            return Entity(answer);
        var list = answer.DeepClone().AsObject();
        list["data"] = new JsonArray([.. answer["data"]!.AsArray().Select(item => (JsonNode)Entity(item!.AsObject()))]);
        return list;
    }

    private static JsonObject Entity(JsonObject whole)
    {
        var kind = PracticeStore.Text(whole, "object");
        var pared = new JsonObject();
        foreach (var (name, value) in whole)
        {
            if (!LeftOut.Contains(name) && (name != "metadata" || kind == "checkout.session"))
                pared[name] = Value(value);
        }
        // Where an invoice had it before 2025-03-31.basil.
        if (kind == "invoice" && whole["parent"]?["subscription_details"]?["subscription"] is { } plan)
            pared["subscription"] = Value(plan);
        return pared;
    }

    /// <remarks>Arrays stay as they are: the transactions of a dispute have always been whole in it.</remarks>
    private static JsonNode? Value(JsonNode? value)
    {
        if (value is not JsonObject nested)
            return value?.DeepClone();
        if (nested["id"] is { } id && nested["object"] is not null)
            return id.DeepClone();
        return new JsonObject(nested.Select(p => KeyValuePair.Create(p.Key, Value(p.Value))));
    }
}
