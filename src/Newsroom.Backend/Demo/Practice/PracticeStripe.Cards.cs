using System.Text.Json.Nodes;

namespace Newsroom.Backend.Demo.Practice;

/// <content>Customers and the cards that plans are paid with.</content>
public sealed partial class PracticeStripe
{
    /// <summary>A plan is paid with another card from now on.</summary>
    /// <param name="subscriptionId">A plan that is not cancelled.</param>
    /// <param name="last4">The last digits of its number.</param>
    /// <param name="expMonth">1 to 12.</param>
    /// <param name="expYear">Four digits.</param>
    /// <param name="byItsBank">True: not the donor but the card's network told the new number or day (https://docs.stripe.com/saving-cards#automatic-card-updates).</param>
    /// <returns>The payment method.</returns>
    public JsonObject UpdateCard(string subscriptionId, string last4, int expMonth, int expYear, bool byItsBank = false) => Act(() =>
    {
        var plan = LivePlan(subscriptionId);
        Aside(subscriptionId).Remove("card_refused");
        if (byItsBank && _store.Follow(plan, "default_payment_method") is { } known)
        {
            var before = new JsonObject { ["card"] = known["card"]!.DeepClone() };
            known["card"] = WireObjects.Card(last4, expMonth, expYear);
            Raise("payment_method.automatically_updated", known, before);
            return Copy(known);
        }
        var method = Add(WirePlans.PaymentMethod(Seconds, PracticeStore.Text(plan, "customer")!, last4, expMonth, expYear));
        Raise("payment_method.attached", method);
        var (customer, planBefore) = (_store.Follow(plan, "customer")!, plan["default_payment_method"]?.DeepClone());
        var settings = customer["invoice_settings"]?.DeepClone();
        PutOnFile(plan, method);
        Raise("customer.updated", customer, new JsonObject { ["invoice_settings"] = settings });
        Raise("customer.subscription.updated", plan, new JsonObject { ["default_payment_method"] = planBefore });
        return Copy(method);
    });

    /// <summary>Deletes a customer; the plans end with it (https://docs.stripe.com/api/customers/delete).</summary>
    /// <returns>What is left: an id that says it was deleted.</returns>
    /// <exception cref="StripeErrorException">404: there is none, or no longer.</exception>
    public JsonObject DeleteCustomer(string customerId) => Act(() =>
    {
        var customer = _store.Get("customer", customerId);
        if (customer["deleted"] is not null)
            throw StripeErrorException.Missing("customer", customerId);
        foreach (var plan in _store.Of("subscription", "customer", customerId).Where(p => PracticeStore.Text(p, "status") != "canceled"))
            End(plan);
        Raise("customer.deleted", customer);
        customer.Clear();
        (customer["id"], customer["object"], customer["deleted"]) = (customerId, "customer", true);
        return Copy(customer);
    });

    private void PutOnFile(JsonObject plan, JsonObject method)
    {
        plan["default_payment_method"] = method["id"]!.DeepClone();
        if (_store.Follow(plan, "customer") is { } customer)
            customer["invoice_settings"] = new JsonObject { ["default_payment_method"] = method["id"]!.DeepClone() };
    }
}
