using System.Text.Json.Nodes;

namespace Newsroom.Backend.Demo.Practice;

/// <summary>Which call does what: the part of Stripe's API that gifts need (https://docs.stripe.com/api).</summary>
internal static class PracticeStripeRoutes
{
    public static JsonObject Answer(PracticeStripe stripe, string method, string[] path, StripeParameters wanted) => (method, path) switch
    {
        ("POST", ["checkout", "sessions"]) => stripe.Get("checkout.session", Id(stripe.CreateSession(wanted)), wanted.List("expand")),
        ("GET", ["checkout", "sessions"]) => stripe.Page("checkout.session", wanted, "customer", "payment_intent", "subscription", "status"),
        ("GET", ["checkout", "sessions", var id]) => stripe.Get("checkout.session", id, wanted.List("expand")),
        ("POST", ["checkout", "sessions", var id, "expire"]) => stripe.Expire(id),
        ("GET", ["payment_intents"]) => stripe.Page("payment_intent", wanted, "customer"),
        ("GET", ["payment_intents", var id]) => stripe.Get("payment_intent", id, wanted.List("expand")),
        ("GET", ["charges"]) => stripe.Page("charge", wanted, "customer", "payment_intent"),
        ("GET", ["charges", var id]) => stripe.Get("charge", id, wanted.List("expand")),
        ("GET", ["balance_transactions"]) => stripe.Page("balance_transaction", wanted, "source", "type", "currency"),
        ("GET", ["balance_transactions", var id]) => stripe.Get("balance_transaction", id, wanted.List("expand")),
        ("POST", ["refunds"]) => stripe.Refund(wanted.Text("charge") ?? stripe.ChargeOf(wanted.NeededText("payment_intent")), wanted.Number("amount"),
            wanted.Text("reason"), wanted.Metadata("metadata")),
        ("GET", ["refunds"]) => stripe.Page("refund", wanted, "charge", "payment_intent"),
        ("GET", ["refunds", var id]) => stripe.Get("refund", id, wanted.List("expand")),
        ("GET", ["disputes"]) => stripe.Page("dispute", wanted, "charge", "payment_intent"),
        ("GET", ["disputes", var id]) => stripe.Get("dispute", id, wanted.List("expand")),
        ("GET", ["balance"]) => stripe.Balance(),
        ("GET", ["radar", "early_fraud_warnings"]) => stripe.Page("radar.early_fraud_warning", wanted, "charge", "payment_intent"),
        ("GET", ["radar", "early_fraud_warnings", var id]) => stripe.Get("radar.early_fraud_warning", id, wanted.List("expand")),
        ("GET", ["payouts"]) => stripe.Page("payout", wanted, "status", "destination"),
        ("GET", ["payouts", var id]) => stripe.Get("payout", id, wanted.List("expand")),
        ("POST", ["customers"]) => stripe.CreateCustomer(wanted),
        ("GET", ["customers"]) => stripe.Page("customer", wanted, "email"),
        ("GET", ["customers", var id]) => stripe.Get("customer", id, wanted.List("expand")),
        ("POST", ["customers", var id]) => stripe.UpdateCustomer(id, wanted),
        ("DELETE", ["customers", var id]) => stripe.DeleteCustomer(id),
        ("GET", ["payment_methods"]) => stripe.Page("payment_method", wanted, "customer", "type"),
        ("GET", ["payment_methods", var id]) => stripe.Get("payment_method", id, wanted.List("expand")),
        ("GET", ["subscriptions"]) => stripe.Page("subscription", wanted, "customer", "status"),
        ("GET", ["subscriptions", var id]) => stripe.Get("subscription", id, wanted.List("expand")),
        ("POST", ["subscriptions", var id]) => stripe.Get("subscription", Id(stripe.UpdatePlan(id, wanted)), wanted.List("expand")),
        ("DELETE", ["subscriptions", var id]) => stripe.CancelPlan(id),
        ("GET", ["invoices"]) => stripe.Page("invoice", wanted, "customer", "status", "subscription"),
        ("GET", ["invoices", var id]) => stripe.Get("invoice", id, wanted.List("expand")),
        ("POST", ["invoices", var id, "pay"]) => stripe.Get("invoice", Id(stripe.PayInvoice(id)), wanted.List("expand")),
        ("POST", ["invoices", var id, "void"]) => stripe.Get("invoice", Id(stripe.VoidInvoice(id)), wanted.List("expand")),
        ("GET", ["invoice_payments"]) => stripe.Page("invoice_payment", wanted, "invoice", "status", "payment"),
        ("GET", ["invoice_payments", var id]) => stripe.Get("invoice_payment", id, wanted.List("expand")),
        ("POST", ["products"]) => stripe.CreateProduct(wanted),
        ("POST", ["billing_portal", "configurations"]) => stripe.CreatePortalConfiguration(wanted),
        ("GET", ["billing_portal", "configurations"]) => stripe.Page("billing_portal.configuration", wanted),
        ("POST", ["billing_portal", "sessions"]) => stripe.CreatePortalSession(wanted),
        ("GET", ["events"]) => stripe.Page("event", wanted, "type", "types", "delivery_success"),
        ("GET", ["events", var id]) => stripe.Get("event", id),
        ("GET", ["webhook_endpoints"]) => stripe.ListEndpoints(),
        ("GET", ["account"]) => new JsonObject { ["id"] = "acct_practice", ["object"] = "account", ["charges_enabled"] = true, ["livemode"] = false },
        _ => throw new StripeErrorException(404, "invalid_request_error",
            $"Unrecognized request URL ({method}: /v1/{string.Join('/', path)}). The practice account knows only what gifts need."),
    };

    private static string Id(JsonObject made) => PracticeStore.Text(made, "id")!;
}
