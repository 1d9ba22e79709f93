using System.Text.Json;
using System.Text.Json.Nodes;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Demo.Practice;

/// <summary>
/// The practice account's objects as Stripe's JSON, in the order they were made, and lists of them by kind and by what they name: looking one up takes
/// no longer in an account of ten thousand gifts. Not thread-safe: <see cref="PracticeStripe"/> locks.
/// </summary>
internal sealed class PracticeStore
{
    /// <summary>What the objects of a kind are asked for by, and where their JSON has it.</summary>
    private static readonly Dictionary<string, (string Relation, string[] Path)[]> Relations = new(StringComparer.Ordinal)
    {
        ["checkout.session"] = [("payment_intent", ["payment_intent"]), ("subscription", ["subscription"]), ("customer", ["customer"])],
        ["payment_intent"] = [("customer", ["customer"])],
        ["charge"] = [("payment_intent", ["payment_intent"]), ("customer", ["customer"])],
        ["refund"] = [("charge", ["charge"]), ("payment_intent", ["payment_intent"])],
        ["dispute"] = [("charge", ["charge"]), ("payment_intent", ["payment_intent"])],
        ["radar.early_fraud_warning"] = [("charge", ["charge"]), ("payment_intent", ["payment_intent"])],
        ["subscription"] = [("customer", ["customer"])],
        ["payment_method"] = [("customer", ["customer"])],
        ["invoice"] = [("subscription", ["parent", "subscription_details", "subscription"]), ("customer", ["customer"])],
        ["invoice_payment"] = [("invoice", ["invoice"]), ("payment_intent", ["payment", "payment_intent"])],
        ["balance_transaction"] = [("source", ["source"])],
    };

    private readonly Dictionary<string, (JsonObject Made, long Order)> _byId = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Kind, string Relation, string Value), List<JsonObject>> _lists = [];
    private long _made;
    private int _tidyAt;

    public static string NewId(string prefix) => PublicId.New(prefix);

    /// <summary>Objects of a kind (<c>"charge"</c>, <c>"checkout.session"</c>), oldest first.</summary>
    public IReadOnlyList<JsonObject> Of(string kind) => Of(kind, "", "");

    /// <summary>Those that name something (<c>"refund"</c>, <c>"charge"</c>, <c>"ch_…"</c>), oldest first.</summary>
    public IReadOnlyList<JsonObject> Of(string kind, string relation, string value) => _lists.TryGetValue((kind, relation, value), out var list) ? list : [];

    public static bool IsRelation(string kind, string relation) =>
        Relations.TryGetValue(kind, out var relations) && relations.Any(r => r.Relation == relation);

    /// <summary>Grows with each object made.</summary>
    public long OrderOf(JsonObject made) => _byId[Text(made, "id")!].Order;

    public JsonObject Add(JsonObject made)
    {
        _byId.Add(Text(made, "id")!, (made, _made++));
        Relate(made, "", "");
        Relate(made);
        return made;
    }

    /// <summary>Once more when an object names something only later, as a session its payment.</summary>
    public void Relate(JsonObject made)
    {
        foreach (var (relation, path) in Relations.GetValueOrDefault(Text(made, "object")!) ?? [])
        {
            if (Text(made, path) is { } value)
                Relate(made, relation, value);
        }
    }

    /// <summary>Lists an object under what its own JSON does not say.</summary>
    public void Relate(JsonObject made, string relation, string value)
    {
        var key = (Text(made, "object")!, relation, value);
        if (!_lists.TryGetValue(key, out var list))
            _lists[key] = list = [];
        var order = OrderOf(made);
        var at = FirstIndex(list, o => OrderOf(o) >= order);
        if (at == list.Count || list[at] != made)
            list.Insert(at, made);
    }

    /// <param name="list">Ordered so that what passes comes last.</param>
    /// <param name="passes">Tried on a few.</param>
    /// <returns>The index of the first that passes; the list's length when none does.</returns>
    public static int FirstIndex(IReadOnlyList<JsonObject> list, Func<JsonObject, bool> passes)
    {
        var (low, high) = (0, list.Count);
        // Most lists grow at their end.
        if (high > 0 && !passes(list[^1]))
            return high;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (passes(list[middle]))
                high = middle;
            else
                low = middle + 1;
        }
        return low;
    }

    public JsonObject? Find(string? id) => id is not null && _byId.TryGetValue(id, out var found) ? found.Made : null;

    /// <exception cref="StripeErrorException">404 <c>resource_missing</c>.</exception>
    public JsonObject Get(string kind, string id) =>
        Find(id) is { } found && Text(found, "object") == kind ? found : throw StripeErrorException.Missing(kind.Replace('_', ' '), id);

    public JsonObject? Follow(JsonObject? from, string property) => Find(Text(from, property));

    public static string? Text(JsonNode? from, params ReadOnlySpan<string> path)
    {
        foreach (var part in path)
            from = (from as JsonObject)?[part];
        return from is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
    }

    public static long Number(JsonObject from, string property) => Time(from, property) ?? 0;

    /// <summary>Null where there is none, as in the time of what is not going to happen.</summary>
    public static long? Time(JsonNode? from, string property) =>
        (from as JsonObject)?[property] is not JsonValue value ? null : value.TryGetValue<long>(out var number) ? number : value.GetValue<int>();

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
        "/v1/invoice_payments", [.. Of("invoice_payment", "invoice", invoiceId).Select(p => p.DeepClone())], hasMore: false);

    /// <summary>All there is, oldest first.</summary>
    public IEnumerable<JsonObject> InOrder() => _byId.Values.OrderBy(o => o.Order).Select(o => o.Made);

    /// <summary>Forgets the events of before <paramref name="since"/>; now and then also the delivered ones beyond the <paramref name="newest"/>.</summary>
    public void KeepEvents(int newest, long since)
    {
        if (!_lists.TryGetValue(("event", "", ""), out var events))
            return;
        var old = FirstIndex(events, e => Number(e, "created") >= since);
        events.Take(old).ToList().ForEach(Forget);
        events.RemoveRange(0, old);
        if (events.Count < _tidyAt)
            return;
        var delivered = events.SkipLast(newest).Where(e => Number(e, "pending_webhooks") == 0).ToHashSet();
        events.RemoveAll(delivered.Contains);
        foreach (var made in delivered)
            Forget(made);
        _tidyAt = events.Count + newest / 10;
    }

    private void Forget(JsonObject made) => _byId.Remove(Text(made, "id")!);

    public static string Wire(JsonNode node) => node.ToJsonString(JsonSerializerOptions.Web);
}
