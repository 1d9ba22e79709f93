using System.Text.Json;
using System.Text.Json.Nodes;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Demo.Practice;

/// <summary>The practice account's objects as Stripe's JSON, in the order they were made. Not thread-safe: <see cref="PracticeStripe"/> locks.</summary>
internal sealed class PracticeStore
{
    private readonly Dictionary<string, JsonObject> _byId = new(StringComparer.Ordinal);
    private readonly List<JsonObject> _all = [];

    public static string NewId(string prefix) => PublicId.New(prefix);

    /// <summary>Objects of a kind (<c>"charge"</c>, <c>"checkout.session"</c>), oldest first.</summary>
    public IEnumerable<JsonObject> Of(string kind) => _all.Where(o => Text(o, "object") == kind);

    public JsonObject Add(JsonObject made)
    {
        _byId.Add(Text(made, "id")!, made);
        _all.Add(made);
        return made;
    }

    public JsonObject? Find(string? id) => id is not null && _byId.TryGetValue(id, out var found) ? found : null;

    /// <exception cref="StripeErrorException">404 <c>resource_missing</c>.</exception>
    public JsonObject Get(string kind, string id) =>
        Find(id) is { } found && Text(found, "object") == kind ? found : throw StripeErrorException.Missing(kind.Replace('_', ' '), id);

    public JsonObject? Follow(JsonObject from, string property) => Find(Text(from, property));

    public static string? Text(JsonNode? from, params string[] path)
    {
        foreach (var part in path)
            from = (from as JsonObject)?[part];
        return from is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
    }

    public static long Number(JsonObject from, string property) =>
        from[property] is not JsonValue value ? 0 : value.TryGetValue<long>(out var number) ? number : value.GetValue<int>();

    /// <summary>
    /// A copy with the ids on each path (<c>payment_intent.latest_charge.balance_transaction</c>, <c>data.customer</c>) replaced by what they name.
    /// A path that leads nowhere is left alone.
    /// </summary>
    public JsonObject Expanded(JsonObject original, IEnumerable<string> paths)
    {
        var copy = original.DeepClone().AsObject();
        foreach (var path in paths)
            Expand(copy, path.Split('.'));
        return copy;
    }

    private void Expand(JsonNode? node, ReadOnlySpan<string> path)
    {
        if (path.IsEmpty || node is null)
            return;
        if (node is JsonArray list)
        {
            foreach (var item in list)
                Expand(item, path);
        }
        else if (node is JsonObject parent)
        {
            if (path[0] == "payments" && Text(parent, "object") == "invoice")
                parent["payments"] ??= PaymentsOf(Text(parent, "id")!);
            else if (Find(Text(parent, path[0])) is { } named)
                parent[path[0]] = named.DeepClone();
            Expand(parent[path[0]], path[1..]);
        }
    }

    private JsonObject PaymentsOf(string invoiceId) => WireObjects.List(
        "/v1/invoice_payments", [.. Of("invoice_payment").Where(p => Text(p, "invoice") == invoiceId).Select(p => p.DeepClone())], hasMore: false);

    public JsonArray Save() => [.. _all.Select(o => o.DeepClone())];

    public void Load(JsonArray saved)
    {
        foreach (var item in saved.OfType<JsonObject>())
            Add(item.DeepClone().AsObject());
    }

    /// <summary>Forgets the oldest events beyond what Stripe's own list reaches back to, roughly, but none that is still to be delivered.</summary>
    public void KeepEvents(int newest)
    {
        foreach (var old in Of("event").SkipLast(newest).Where(e => Number(e, "pending_webhooks") == 0).ToList())
        {
            _all.Remove(old);
            _byId.Remove(Text(old, "id")!);
        }
    }

    public static string Wire(JsonNode node) => node.ToJsonString(JsonSerializerOptions.Web);
}
