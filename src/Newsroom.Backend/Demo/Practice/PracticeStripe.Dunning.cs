using System.Text.Json.Nodes;

namespace Newsroom.Backend.Demo.Practice;

/// <summary>What becomes of a plan's next invoice.</summary>
public enum Renewal
{
    Paid,

    /// <summary>The card has expired; Stripe tries again on days of its own.</summary>
    Refused,

    /// <summary>The bank wants the donor to confirm, which nobody but the donor can do.</summary>
    NeedsDonor,
}

/// <content>Invoices that were not paid at once (https://docs.stripe.com/billing/revenue-recovery/smart-retries).</content>
public sealed partial class PracticeStripe
{
    /// <summary>How many days after the one before each further try follows; the plan ends when the last has failed too.</summary>
    private static readonly int[] RetryAfterDays = [3, 5, 7];

    /// <summary>One more try now, as a donor makes on the invoice's page with another card, or Stripe for whoever asks it to.</summary>
    /// <param name="invoiceId">An invoice that was not paid.</param>
    /// <param name="succeeds">False: refused again; Stripe's own next try comes when it would have come.</param>
    /// <returns>The invoice.</returns>
    /// <exception cref="StripeErrorException">It is paid or void, or nothing was asked for yet.</exception>
    public JsonObject PayInvoice(string invoiceId, bool succeeds = true) => Act(() =>
    {
        var invoice = _store.Get("invoice", invoiceId);
        if (PracticeStore.Text(invoice, "status") is not ("open" or "uncollectible") || IntentOf(invoice) is not { } intent)
            throw StripeErrorException.Invalid($"This invoice cannot be paid: it is {invoice["status"]}.", "invoice");
        Collect(invoice, intent, succeeds ? Renewal.Paid : Renewal.Refused, PracticeStore.Time(invoice, "next_payment_attempt"));
        return Copy(invoice);
    });

    /// <summary>Nobody asks for it any more (https://docs.stripe.com/api/invoices/void); a plan that owed nothing else runs on.</summary>
    /// <exception cref="StripeErrorException">It is not open.</exception>
    public JsonObject VoidInvoice(string invoiceId) => Act(() =>
    {
        var invoice = _store.Get("invoice", invoiceId);
        if (PracticeStore.Text(invoice, "status") is not "open")
            throw StripeErrorException.Invalid($"This invoice cannot be made void: it is {invoice["status"]}.", "invoice");
        invoice["status"] = "void";
        invoice["next_payment_attempt"] = null;
        invoice["status_transitions"]!["voided_at"] = Seconds;
        Raise("invoice.voided", invoice);
        if (PracticeStore.Text(PlanOf(invoice), "status") == "past_due")
            SetPlanStatus(PlanOf(invoice), "active");
        return Copy(invoice);
    });

    /// <summary>Stripe's next try of an open invoice, now and not on its day: with the card on file.</summary>
    /// <exception cref="StripeErrorException">No more try is planned.</exception>
    internal JsonObject RetryInvoice(string invoiceId) => Act(() =>
    {
        var invoice = _store.Get("invoice", invoiceId);
        if (PracticeStore.Time(invoice, "next_payment_attempt") is null)
            throw StripeErrorException.Invalid("No further try of this invoice is planned.");
        TryAgain(invoice, Seconds);
        return Copy(invoice);
    });

    /// <param name="invoice">Open.</param>
    /// <param name="dueAt">Unix seconds; later tries are counted from here, however late somebody looks.</param>
    private void TryAgain(JsonObject invoice, long dueAt)
    {
        var aside = Aside(PracticeStore.Text(invoice, "id")!);
        var tries = (int)PracticeStore.Number(aside, "retries") + 1;
        aside["retries"] = (long)tries;
        if (!IsCardRefused(PlanOf(invoice)))
        {
            Collect(invoice, IntentOf(invoice)!, Renewal.Paid, null);
            return;
        }
        Collect(invoice, IntentOf(invoice)!, Renewal.Refused, tries < RetryAfterDays.Length ? dueAt + RetryAfterDays[tries] * DayInSeconds : null);
        if (tries >= RetryAfterDays.Length)
            GiveUp(invoice);
    }

    private void GiveUp(JsonObject invoice)
    {
        invoice["status"] = "uncollectible";
        invoice["status_transitions"]!["marked_uncollectible_at"] = Seconds;
        Raise("invoice.marked_uncollectible", invoice);
        if (PracticeStore.Text(PlanOf(invoice), "status") != "canceled")
            End(PlanOf(invoice), "payment_failed");
    }

    private void Collect(JsonObject invoice, JsonObject intent, Renewal renewal, long? nextTry)
    {
        var plan = PlanOf(invoice);
        intent["payment_method"] = plan["default_payment_method"]?.DeepClone();
        var payer = new JsonObject
        {
            ["customer_details"] = new JsonObject { ["email"] = invoice["customer_email"]?.DeepClone(), ["name"] = _store.Follow(plan, "customer")?["name"]?.DeepClone() },
        };
        invoice["next_payment_attempt"] = nextTry;
        switch (renewal)
        {
            case Renewal.Paid:
                Aside(PracticeStore.Text(plan, "id")!).Remove("card_refused");
                Settle(Succeed(intent, payer));
                break;
            case Renewal.Refused:
                Aside(PracticeStore.Text(plan, "id")!)["card_refused"] = true;
                Fail(intent, payer, "expired_card", "Your card has expired.");
                FailInvoiceOf(intent);
                break;
            case Renewal.NeedsDonor:
                intent["status"] = "requires_action";
                intent["next_action"] = new JsonObject { ["type"] = "use_stripe_sdk" };
                Raise("payment_intent.requires_action", intent);
                Attempted(invoice);
                Raise("invoice.payment_action_required", invoice);
                break;
        }
        Remember(invoice);
        // A plan stands as its latest invoice does; an ended one stays so.
        if (PracticeStore.Text(plan, "status") != "canceled" && PracticeStore.Text(plan, "latest_invoice") == PracticeStore.Text(invoice, "id"))
            SetPlanStatus(plan, renewal == Renewal.Paid ? "active" : "past_due");
    }

    private JsonObject PlanOf(JsonObject invoice) => _store.Get("subscription", PracticeStore.Text(invoice, "parent", "subscription_details", "subscription")!);

    private JsonObject? IntentOf(JsonObject invoice) =>
        _store.Of("invoice_payment", "invoice", PracticeStore.Text(invoice, "id")!) is [.., var payment] ? _store.Find(PracticeStore.Text(payment, "payment", "payment_intent")) : null;

    private bool IsCardRefused(JsonObject plan) => _asides[PracticeStore.Text(plan, "id")!]?["card_refused"] is not null;

    private JsonObject Aside(string id) => (_asides[id] ??= new JsonObject()).AsObject();
}
