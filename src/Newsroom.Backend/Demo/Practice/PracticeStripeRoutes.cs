using System.Text.Json.Nodes;

namespace Newsroom.Backend.Demo.Practice;

/// <summary>Which call does what: the part of Stripe's API that gifts need (https://docs.stripe.com/api).</summary>
internal static class PracticeStripeRoutes
{
    public static JsonObject Answer(PracticeStripe stripe, string method, string[] path, StripeParameters wanted) => (method, path) switch
    {
        ("POST", ["checkout", "sessions"]) => stripe.Get("checkout.session", Id(stripe.CreateSession(wanted)), wanted.List("expand")),
        ("GET", ["checkout", "sessions"]) => List(stripe, "checkout.session", wanted, "customer", "payment_intent", "subscription", "status"),
        ("GET", ["checkout", "sessions", var id]) => stripe.Get("checkout.session", id, wanted.List("expand")),
        ("POST", ["checkout", "sessions", var id, "expire"]) => stripe.Expire(id),
        ("GET", ["payment_intents"]) => List(stripe, "payment_intent", wanted, "customer"),
        ("GET", ["payment_intents", var id]) => stripe.Get("payment_intent", id, wanted.List("expand")),
        ("GET", ["charges"]) => List(stripe, "charge", wanted, "customer", "payment_intent"),
        ("GET", ["charges", var id]) => stripe.Get("charge", id, wanted.List("expand")),
        ("GET", ["balance_transactions"]) => Transactions(stripe, wanted),
        ("GET", ["balance_transactions", var id]) => stripe.Get("balance_transaction", id, wanted.List("expand")),
        ("POST", ["refunds"]) => stripe.Refund(wanted.Text("charge") ?? stripe.ChargeOf(wanted.NeededText("payment_intent")), wanted.Number("amount"),
            wanted.Text("reason"), wanted.Metadata("metadata")),
        ("GET", ["refunds"]) => List(stripe, "refund", wanted, "charge", "payment_intent"),
        ("GET", ["refunds", var id]) => stripe.Get("refund", id, wanted.List("expand")),
        ("GET", ["disputes"]) => List(stripe, "dispute", wanted, "charge", "payment_intent"),
        ("GET", ["disputes", var id]) => stripe.Get("dispute", id, wanted.List("expand")),
        ("GET", ["payouts"]) => List(stripe, "payout", wanted, "status", "destination"),
        ("GET", ["payouts", var id]) => stripe.Get("payout", id, wanted.List("expand")),
        ("POST", ["customers"]) => stripe.CreateCustomer(wanted),
        ("GET", ["customers"]) => List(stripe, "customer", wanted, "email"),
        ("GET", ["customers", var id]) => stripe.Get("customer", id, wanted.List("expand")),
        ("GET", ["subscriptions"]) => List(stripe, "subscription", wanted, "customer", "status"),
        ("GET", ["subscriptions", var id]) => stripe.Get("subscription", id, wanted.List("expand")),
        ("POST", ["subscriptions", var id]) => stripe.Get("subscription", Id(stripe.UpdatePlan(id, wanted)), wanted.List("expand")),
        ("DELETE", ["subscriptions", var id]) => stripe.CancelPlan(id),
        ("GET", ["invoices"]) => List(stripe, "invoice", wanted, "customer", "status", "subscription"),
        ("GET", ["invoices", var id]) => stripe.Get("invoice", id, wanted.List("expand")),
        ("GET", ["invoice_payments"]) => List(stripe, "invoice_payment", wanted, "invoice", "status", "payment"),
        ("GET", ["invoice_payments", var id]) => stripe.Get("invoice_payment", id, wanted.List("expand")),
        ("GET", ["events"]) => List(stripe, "event", wanted, "type", "types", "delivery_success"),
        ("GET", ["events", var id]) => stripe.Get("event", id),
        ("GET", ["webhook_endpoints"]) => stripe.ListEndpoints(),
        ("GET", ["account"]) => new JsonObject { ["id"] = "acct_practice", ["object"] = "account", ["charges_enabled"] = true, ["livemode"] = false },
        _ => throw new StripeErrorException(404, "invalid_request_error",
            $"Unrecognized request URL ({method}: /v1/{string.Join('/', path)}). The practice account knows only what gifts need."),
    };

    private static string Id(JsonObject made) => PracticeStore.Text(made, "id")!;

    /// <summary>A transaction does not name the payout it went into: only this list can be asked by it.</summary>
    private static JsonObject Transactions(PracticeStripe stripe, StripeParameters wanted)
    {
        var paidOut = wanted.Text("payout") is { } payout ? stripe.TransactionsOf(payout) : null;
        return List(stripe, "balance_transaction", wanted, among: paidOut, "source", "type", "currency");
    }

    private static JsonObject List(PracticeStripe stripe, string kind, StripeParameters wanted, params string[] filters) =>
        List(stripe, kind, wanted, among: null, filters);

    private static JsonObject List(PracticeStripe stripe, string kind, StripeParameters wanted, IReadOnlySet<string>? among, params string[] filters)
    {
        var limit = (int)(wanted.Number("limit") ?? 10);
        if (limit is < 1 or > 100)
            throw StripeErrorException.Invalid("Limit must be between 1 and 100.", "limit");
        var expand = wanted.List("expand").Where(e => e.StartsWith("data.", StringComparison.Ordinal)).Select(e => e["data.".Length..]);
        var matching = stripe.List(kind, expand).Where(o => among?.Contains(Id(o)) != false && Within(o, "created", wanted)
            && Within(o, "arrival_date", wanted) && filters.All(f => Matches(o, f, wanted))).ToList();
        var (from, count) = Window(matching, limit, wanted);
        return WireObjects.List($"/v1/{kind}s", [.. matching.Skip(from).Take(count)],
            hasMore: wanted.Has("ending_before") ? from > 0 : from + count < matching.Count);
    }

    private static (int From, int Count) Window(List<JsonObject> newestFirst, int limit, StripeParameters wanted)
    {
        if (wanted.Text("starting_after") is { } after)
            return (newestFirst.FindIndex(o => Id(o) == after) + 1, limit);
        if (wanted.Text("ending_before") is not { } before)
            return (0, limit);
        var at = Math.Max(0, newestFirst.FindIndex(o => Id(o) == before));
        return (Math.Max(0, at - limit), Math.Min(limit, at));
    }

    private static bool Within(JsonObject found, string time, StripeParameters wanted)
    {
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
