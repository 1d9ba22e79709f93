using System.Text.Json.Nodes;

namespace Newsroom.Backend.Demo.Practice;

/// <content>Subscriptions and their invoices.</content>
public sealed partial class PracticeStripe
{
    /// <summary>The next period begins now: a new invoice, paid by the card on file or refused.</summary>
    /// <param name="subscriptionId">A plan that is not cancelled.</param>
    /// <param name="succeeds">False: the card has expired, the plan becomes past due.</param>
    /// <returns>The invoice; the ended plan when it was to end with its period.</returns>
    public JsonObject Renew(string subscriptionId, bool succeeds = true) => Renew(subscriptionId, succeeds ? Renewal.Paid : Renewal.Refused);

    /// <inheritdoc cref="Renew(string, bool)"/>
    public JsonObject Renew(string subscriptionId, Renewal renewal) => Act(() =>
    {
        var plan = LivePlan(subscriptionId);
        if (plan["cancel_at_period_end"]!.GetValue<bool>())
            return Copy(End(plan));
        var item = plan["items"]!["data"]![0]!.AsObject();
        item["current_period_start"] = Seconds;
        item["current_period_end"] = NextPeriod(item["price"]!["recurring"]!.AsObject());
        Raise("customer.subscription.updated", plan);
        if (PracticeStore.Text(plan, "pause_collection", "behavior") is { } behavior)
            return Copy(SkipPeriod(plan, behavior));

        var invoice = OpenInvoice(plan, "subscription_cycle");
        var intent = Add(WireObjects.PaymentIntent(Seconds, PracticeStore.Number(invoice, "amount_due"), PracticeStore.Text(plan, "currency")!,
            PracticeStore.Text(plan, "customer"), "card", []));
        Raise("payment_intent.created", intent);
        Add(WirePlans.InvoicePayment(Seconds, invoice, intent));
        Collect(invoice, intent, renewal, renewal == Renewal.Refused ? Seconds + RetryAfterDays[0] * DayInSeconds : null);
        return Copy(invoice);
    });

    /// <summary>Ends a plan now.</summary>
    public JsonObject CancelPlan(string subscriptionId) => Act(() => Copy(End(LivePlan(subscriptionId))));

    /// <summary>Stripe has stopped asking and not ended it, as an account may be set to (https://docs.stripe.com/billing/subscriptions/overview#unpaid-subscriptions).</summary>
    public JsonObject LeaveUnpaid(string subscriptionId) => Act(() =>
    {
        var plan = LivePlan(subscriptionId);
        SetPlanStatus(plan, "unpaid");
        return Copy(plan);
    });

    private JsonObject End(JsonObject plan, string reason = "cancellation_requested")
    {
        plan["status"] = "canceled";
        plan["canceled_at"] ??= Seconds;
        plan["ended_at"] = Seconds;
        if (PracticeStore.Text(plan, "cancellation_details", "reason") is null)
            plan["cancellation_details"] = new JsonObject { ["reason"] = reason };
        foreach (var invoice in _store.Of("invoice", "subscription", PracticeStore.Text(plan, "id")!).Where(i => PracticeStore.Text(i, "status") == "open"))
            (invoice["auto_advance"], invoice["next_payment_attempt"]) = (false, null);
        Raise("customer.subscription.deleted", plan);
        return plan;
    }

    private JsonObject LivePlan(string id)
    {
        var plan = _store.Get("subscription", id);
        return PracticeStore.Text(plan, "status") != "canceled" ? plan : throw StripeErrorException.Missing("subscription", id);
    }

    private void BeginPlan(JsonObject session, JsonObject aside, JsonObject intent)
    {
        var line = aside["line"]!.AsObject();
        var product = Add(WirePlans.Product(Seconds, PracticeStore.Text(line, "name"), isActive: false));
        var price = Add(WirePlans.Price(Seconds, line, PracticeStore.Text(product, "id")!));
        var plan = Add(WirePlans.Subscription(Seconds, NextPeriod(line["recurring"]!.AsObject()), PracticeStore.Text(session, "customer")!, price,
            PracticeStore.Number(line, "quantity"), aside["metadata"]!.DeepClone().AsObject()));
        if (PracticeStore.Text(intent["payment_method_types"]![0]) == "card")
            PutOnFile(plan, Add(WirePlans.PaymentMethod(Seconds, PracticeStore.Text(session, "customer")!, "4242", 12, 2034)));
        Raise("customer.subscription.created", plan);
        var invoice = OpenInvoice(plan, "subscription_create");
        Add(WirePlans.InvoicePayment(Seconds, invoice, intent));
        session["subscription"] = plan["id"]!.DeepClone();
        session["invoice"] = invoice["id"]!.DeepClone();
    }

    private JsonObject OpenInvoice(JsonObject plan, string reason)
    {
        var invoice = DraftInvoice(plan, reason);
        invoice["status"] = "open";
        invoice["hosted_invoice_url"] = $"{Account.Url}/invoices/{PracticeStore.Text(invoice, "id")}";
        invoice["status_transitions"]!["finalized_at"] = Seconds;
        Raise("invoice.finalized", invoice);
        return invoice;
    }

    private JsonObject DraftInvoice(JsonObject plan, string reason)
    {
        var item = plan["items"]!["data"]![0]!.AsObject();
        var amount = PracticeStore.Number(item["price"]!.AsObject(), "unit_amount") * PracticeStore.Number(item, "quantity");
        var email = PracticeStore.Text(_store.Follow(plan, "customer"), "email");
        var invoice = Add(WirePlans.Invoice(Seconds, plan, amount, reason, _store.Of("invoice").Count + 1, email));
        plan["latest_invoice"] = invoice["id"]!.DeepClone();
        Raise("invoice.created", invoice);
        return invoice;
    }

    private void PayInvoiceOf(JsonObject intent)
    {
        if (PaymentOf(intent) is not { } payment)
            return;
        var invoice = _store.Get("invoice", PracticeStore.Text(payment, "invoice")!);
        Attempted(invoice);
        invoice["status"] = "paid";
        invoice["next_payment_attempt"] = null;
        invoice["amount_paid"] = invoice["amount_due"]!.DeepClone();
        invoice["amount_remaining"] = 0L;
        invoice["status_transitions"]!["paid_at"] = Seconds;
        payment["status"] = "paid";
        payment["amount_paid"] = invoice["amount_due"]!.DeepClone();
        payment["status_transitions"]!["paid_at"] = Seconds;
        Raise("invoice.paid", invoice);
        Raise("invoice_payment.paid", payment);
    }

    private void FailInvoiceOf(JsonObject intent)
    {
        if (PaymentOf(intent) is not { } payment)
            return;
        var invoice = _store.Get("invoice", PracticeStore.Text(payment, "invoice")!);
        Attempted(invoice);
        Raise("invoice.payment_failed", invoice);
    }

    private JsonObject? PaymentOf(JsonObject intent) => _store.Of("invoice_payment", "payment_intent", PracticeStore.Text(intent, "id")!) is [var payment, ..] ? payment : null;

    private static void Attempted(JsonObject invoice)
    {
        invoice["attempted"] = true;
        invoice["attempt_count"] = PracticeStore.Number(invoice, "attempt_count") + 1;
    }

    private void SetPlanStatus(JsonObject plan, string status)
    {
        if (PracticeStore.Text(plan, "status") is var before && before == status)
            return;
        plan["status"] = status;
        Raise("customer.subscription.updated", plan, new JsonObject { ["status"] = before });
    }

    private long NextPeriod(JsonObject recurring)
    {
        var count = (int)PracticeStore.Number(recurring, "interval_count");
        return (PracticeStore.Text(recurring, "interval") == "year" ? Now.AddYears(count) : Now.AddMonths(count)).ToUnixTimeSeconds();
    }
}
