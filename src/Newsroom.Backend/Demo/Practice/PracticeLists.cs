using System.Text.Json.Nodes;

namespace Newsroom.Backend.Demo.Practice;

/// <summary>
/// Stripe's lists, newest first, page by page (https://docs.stripe.com/api/pagination): filters look at the objects themselves, and only what a page shows is
/// copied.
/// </summary>
internal static class PracticeLists
{
    /// <param name="store">Where they are.</param>
    /// <param name="kind">Of what.</param>
    /// <param name="wanted">Filters, limit, cursor, what to expand.</param>
    /// <param name="filters">The filters that this list knows.</param>
    /// <param name="among">Oldest first; null: all that the filters may let through.</param>
    public static JsonObject Page(PracticeStore store, string kind, StripeParameters wanted, string[] filters, IReadOnlyList<JsonObject>? among = null)
    {
        var limit = (int)(wanted.Number("limit") ?? 10);
        if (limit is < 1 or > 100)
            throw StripeErrorException.Invalid("Limit must be between 1 and 100.", "limit");
        var expand = wanted.List("expand").Where(e => e.StartsWith("data.", StringComparison.Ordinal)).Select(e => e["data.".Length..]).ToList();
        var backwards = wanted.Text("ending_before") is not null;
        var found = Walk(store, among ?? Among(store, kind, wanted, filters), wanted, backwards)
            .Where(o => IsListed(kind, o, wanted) && Within(o, "arrival_date", wanted) && Array.TrueForAll(filters, f => Matches(o, f, wanted)))
            .Take(limit + 1).ToList();
        var hasMore = found.Count > limit;
        var shown = found.Take(limit);
        if (backwards)
            shown = shown.Reverse();
        return WireObjects.List($"/v1/{kind.Replace('.', '/')}s", [.. shown.Select(o => store.Expanded(o, expand))], hasMore);
    }

    /// <summary>The shortest list that has all: by what one filter names, or of the kind.</summary>
    private static IReadOnlyList<JsonObject> Among(PracticeStore store, string kind, StripeParameters wanted, string[] filters)
    {
        foreach (var filter in filters)
        {
            var (relation, value) = filter == "payment" ? ("payment_intent", wanted.Text("payment", "payment_intent")) : (filter, wanted.Text(filter));
            if (value is not null && PracticeStore.IsRelation(kind, relation))
                return store.Of(kind, relation, value);
        }
        return store.Of(kind);
    }

    /// <summary>From the cursor on; the objects were made in the order of their <c>created</c>.</summary>
    private static IEnumerable<JsonObject> Walk(PracticeStore store, IReadOnlyList<JsonObject> oldestFirst, StripeParameters wanted, bool backwards)
    {
        var (begin, end) = (0, oldestFirst.Count);
        if ((wanted.Text("starting_after") ?? wanted.Text("ending_before")) is { } cursor)
        {
            var order = store.OrderOf(store.Find(cursor) ?? throw StripeErrorException.Missing("object", cursor));
            if (backwards)
                begin = PracticeStore.FirstIndex(oldestFirst, o => store.OrderOf(o) > order);
            else
                end = PracticeStore.FirstIndex(oldestFirst, o => store.OrderOf(o) >= order);
        }
        if ((wanted.Number("created", "gte") ?? wanted.Number("created", "gt") + 1) is { } from)
            begin = Math.Max(begin, PracticeStore.FirstIndex(oldestFirst, o => PracticeStore.Number(o, "created") >= from));
        if ((wanted.Number("created", "lte") ?? wanted.Number("created", "lt") - 1) is { } to)
            end = Math.Min(end, PracticeStore.FirstIndex(oldestFirst, o => PracticeStore.Number(o, "created") > to));
        var count = Math.Max(0, end - begin);
        return Enumerable.Range(0, count).Select(i => oldestFirst[backwards ? begin + i : end - 1 - i]);
    }

    /// <summary>Without being asked for, Stripe lists neither ended plans nor deleted customers.</summary>
    private static bool IsListed(string kind, JsonObject found, StripeParameters wanted) => kind switch
    {
        "subscription" => wanted.Has("status") || PracticeStore.Text(found, "status") != "canceled",
        "customer" => found["deleted"] is null,
        _ => true,
    };

    private static bool Within(JsonObject found, string time, StripeParameters wanted)
    {
        if (!wanted.Has(time))
            return true;
        var at = PracticeStore.Number(found, time);
        return (wanted.Number(time, "gte") is not { } gte || at >= gte)
            && (wanted.Number(time, "gt") is not { } gt || at > gt)
            && (wanted.Number(time, "lte") is not { } lte || at <= lte)
            && (wanted.Number(time, "lt") is not { } lt || at < lt);
    }

    private static bool Matches(JsonObject found, string filter, StripeParameters wanted) => !wanted.Has(filter) || filter switch
    {
        "types" => wanted.List("types").Contains(PracticeStore.Text(found, "type")),
        "delivery_success" => wanted.Flag("delivery_success") == (PracticeStore.Number(found, "pending_webhooks") == 0),
        "payment" => wanted.Text("payment", "payment_intent") is not { } intent || PracticeStore.Text(found, "payment", "payment_intent") == intent,
        "subscription" when PracticeStore.Text(found, "object") == "invoice" =>
            PracticeStore.Text(found, "parent", "subscription_details", "subscription") == wanted.Text("subscription"),
        "status" when wanted.Text("status") == "all" => true,
        _ => (PracticeStore.Text(found, filter) ?? PracticeStore.Text(found, filter, "id")) == wanted.Text(filter),
    };
}
