using System.Text.Json.Nodes;

namespace Newsroom.Backend.Demo.Practice;

/// <content>The page where a customer gives another card (https://docs.stripe.com/api/customer_portal/sessions).</content>
public sealed partial class PracticeStripe
{
    private const string PortalSession = "billing_portal.session";
    private const string PortalConfiguration = "billing_portal.configuration";

    /// <exception cref="StripeErrorException">404: there is none, or no longer.</exception>
    public JsonObject UpdateCustomer(string customerId, StripeParameters wanted) => Act(() =>
    {
        var customer = LiveCustomer(customerId);
        if (wanted.Text("invoice_settings", "default_payment_method") is { } method)
            PayBy(customer, _store.Get("payment_method", method));
        return Copy(customer);
    });

    public JsonObject CreatePortalConfiguration(StripeParameters wanted) => Act(() => wanted.Has("features")
        ? Copy(Add(new JsonObject
        {
            ["id"] = PracticeStore.NewId("bpc"),
            ["object"] = PortalConfiguration,
            ["created"] = Seconds,
            ["livemode"] = false,
            ["active"] = true,
            ["features"] = new JsonObject { ["payment_method_update"] = new JsonObject { ["enabled"] = wanted.Flag("features", "payment_method_update", "enabled") } },
            ["metadata"] = wanted.Metadata("metadata"),
        }))
        : throw StripeErrorException.Needed("features"));

    /// <exception cref="StripeErrorException">No such customer or configuration, or a flow this account has no page for.</exception>
    public JsonObject CreatePortalSession(StripeParameters wanted) => Act(() =>
    {
        var customer = LiveCustomer(wanted.NeededText("customer"));
        var configuration = _store.Get(PortalConfiguration, wanted.Text("configuration") ?? throw StripeErrorException.Invalid(
            "No configuration provided and your default configuration has not been created.", "configuration"));
        if (wanted.Text("flow_data", "type") is not "payment_method_update")
            throw StripeErrorException.Invalid("This practice account has only the page for another card.", "flow_data[type]");
        var id = PracticeStore.NewId("bps");
        return Copy(Add(new JsonObject
        {
            ["id"] = id,
            ["object"] = PortalSession,
            ["created"] = Seconds,
            ["livemode"] = false,
            ["configuration"] = configuration["id"]!.DeepClone(),
            ["customer"] = customer["id"]!.DeepClone(),
            ["return_url"] = wanted.Text("flow_data", "after_completion", "redirect", "return_url") ?? wanted.Text("return_url"),
            ["url"] = $"{Account.Url}/portal/{id}",
        }));
    });

    /// <summary>The customer gives another card, which is the customer's own from now on; a plan with one of its own goes on with that.</summary>
    /// <returns>The session.</returns>
    public JsonObject GiveCard(string sessionId, string last4, int expMonth, int expYear) => Act(() =>
    {
        var session = _store.Get(PortalSession, sessionId);
        var customer = LiveCustomer(PracticeStore.Text(session, "customer")!);
        var method = Add(WirePlans.PaymentMethod(Seconds, PracticeStore.Text(customer, "id")!, last4, expMonth, expYear));
        Raise("payment_method.attached", method);
        foreach (var plan in _store.Of("subscription", "customer", PracticeStore.Text(customer, "id")!).Where(p => p["default_payment_method"] is null))
            Aside(PracticeStore.Text(plan, "id")!).Remove("card_refused");
        PayBy(customer, method);
        return Copy(session);
    });

    private void PayBy(JsonObject customer, JsonObject method)
    {
        var before = customer["invoice_settings"]?.DeepClone();
        customer["invoice_settings"] = new JsonObject { ["default_payment_method"] = method["id"]!.DeepClone() };
        Remember(customer);
        if (!JsonNode.DeepEquals(before, customer["invoice_settings"]))
            Raise("customer.updated", customer, new JsonObject { ["invoice_settings"] = before });
    }

    private JsonObject LiveCustomer(string id) =>
        _store.Get("customer", id) is { } customer && customer["deleted"] is null ? customer : throw StripeErrorException.Missing("customer", id);
}
