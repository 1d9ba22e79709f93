using System.Text.Json.Nodes;

namespace Newsroom.Backend.Demo.Practice;

/// <content>What a donor does on the checkout page, and what becomes of a charge.</content>
public sealed partial class PracticeStripe
{
    /// <summary>How long a practice bank takes; a real one takes about four days.</summary>
    public static readonly TimeSpan BankDebitTakes = TimeSpan.FromSeconds(20);

    private const string InsufficientFunds = "The customer's account has insufficient funds to cover this payment.";

    /// <summary>True: charges get no balance transaction until <see cref="SettleCharges"/>, as Stripe's sometimes come late.</summary>
    public bool HoldsBalanceTransactions { get; set; }

    /// <summary>The donor pays by card, at once.</summary>
    /// <param name="sessionId">An open session.</param>
    /// <param name="email">What the donor types when the session brought no address.</param>
    /// <param name="name">The name on the card.</param>
    /// <param name="webhooks">How its events travel; null: as <see cref="WebhooksTravel"/> says.</param>
    /// <returns>The complete, paid session.</returns>
    public JsonObject Pay(string sessionId, string? email = null, string? name = null, WebhookTravel? webhooks = null) => Act(() =>
    {
        var (session, intent) = Submit(sessionId, "card", email, name);
        var charge = Succeed(intent, session);
        session["payment_status"] = "paid";
        Raise("checkout.session.completed", session);
        Settle(charge);
        return Copy(session);
    }, webhooks);

    /// <summary>The card is refused; the session stays open for another try.</summary>
    public JsonObject Decline(string sessionId) => Act(() =>
    {
        var session = OpenSession(sessionId);
        var aside = _asides[sessionId]!.AsObject();
        var metadata = PracticeStore.Text(session, "mode") == "payment" ? aside["metadata"]!.AsObject() : [];
        var intent = Add(WireObjects.PaymentIntent(Seconds, PracticeStore.Number(session, "amount_total"),
            PracticeStore.Text(session, "currency")!, PracticeStore.Text(session, "customer"), "card", metadata));
        Raise("payment_intent.created", intent);
        Fail(intent, session, "card_declined", "Your card was declined.");
        return Copy(session);
    });

    /// <summary>A card is refused in a shop that takes its payments through the same account.</summary>
    public JsonObject DeclineInAShop(long amount = 4900, string currency = "usd") => Act(() =>
    {
        var intent = Add(WireObjects.PaymentIntent(Seconds, amount, currency, customer: null, "card", []));
        Raise("payment_intent.created", intent);
        Fail(intent, new JsonObject(), "card_declined", "Your card was declined.");
        return Copy(intent);
    });

    /// <summary>The donor pays by bank debit: the session completes unpaid, and the bank answers <see cref="BankDebitTakes"/> later.</summary>
    public JsonObject PayByBankDebit(string sessionId, bool succeeds, string? email = null, string? name = null) => Act(() =>
    {
        var (session, intent) = Submit(sessionId, "us_bank_account", email, name);
        intent["status"] = "processing";
        Raise("payment_intent.processing", intent);
        Raise("checkout.session.completed", session);
        var aside = _asides[sessionId]!.AsObject();
        aside["debit_due"] = Now.Add(BankDebitTakes).ToUnixTimeSeconds();
        aside["debit_succeeds"] = succeeds;
        aside["debit_intent"] = intent["id"]!.DeepClone();
        Remember(session);
        return Copy(session);
    });

    /// <summary>A bank takes back a debit that had succeeded (https://docs.stripe.com/payments/ach-direct-debit).</summary>
    /// <param name="chargeId">A succeeded bank debit with its balance transaction.</param>
    /// <returns>The failed charge.</returns>
    /// <exception cref="StripeErrorException">It is no such charge.</exception>
    public JsonObject FailLate(string chargeId) => Act(() =>
    {
        var charge = _store.Get("charge", chargeId);
        if (IsByCard(charge) || PracticeStore.Text(charge, "status") != "succeeded" || _store.Follow(charge, "balance_transaction") is not { } booked)
            throw StripeErrorException.Invalid("Only a bank debit that has succeeded and is booked can fail late.", "charge");
        var intent = _store.Follow(charge, "payment_intent")!;
        charge["status"] = "failed";
        charge["paid"] = false;
        charge["failure_balance_transaction"] = BookBack("payment_failure_refund", booked)["id"]!.DeepClone();
        intent["amount_received"] = 0L;
        FailCharge(charge, intent, "insufficient_funds", InsufficientFunds);
        return Copy(charge);
    });

    /// <summary>Gives the charges that wait for one their balance transaction.</summary>
    public void SettleCharges() => Act(() =>
    {
        HoldsBalanceTransactions = false;
        var waiting = _store.Of("charge").Where(c => PracticeStore.Text(c, "status") == "succeeded" && c["balance_transaction"] is null).ToList();
        waiting.ForEach(Settle);
        return waiting.Count;
    });

    private (JsonObject Session, JsonObject Intent) Submit(string sessionId, string method, string? email, string? name)
    {
        var session = OpenSession(sessionId);
        var aside = _asides[sessionId]!.AsObject();
        email = PracticeStore.Text(session, "customer_email") ?? email ?? throw StripeErrorException.Needed("email");
        session["customer_details"] = new JsonObject { ["email"] = email, ["name"] = name };
        session["status"] = "complete";
        session["url"] = null;
        if (session["customer"] is null && (PracticeStore.Text(session, "mode") == "subscription" || PracticeStore.Text(aside, "customer_creation") == "always"))
        {
            var customer = Add(WireObjects.Customer(Seconds, email, name, []));
            Raise("customer.created", customer);
            session["customer"] = customer["id"]!.DeepClone();
        }
        var metadata = PracticeStore.Text(session, "mode") == "payment" ? aside["metadata"]!.AsObject() : [];
        var intent = Add(WireObjects.PaymentIntent(Seconds, PracticeStore.Number(session, "amount_total"),
            PracticeStore.Text(session, "currency")!, PracticeStore.Text(session, "customer"), method, metadata));
        Raise("payment_intent.created", intent);
        if (PracticeStore.Text(session, "mode") == "subscription")
            BeginPlan(session, aside, intent);
        else
            session["payment_intent"] = intent["id"]!.DeepClone();
        _store.Relate(session);
        return (session, intent);
    }

    /// <summary>The money is there: charge, payment intent and, for a plan, its invoice. The caller settles the charge afterwards.</summary>
    private JsonObject Succeed(JsonObject intent, JsonObject session)
    {
        var charge = Charge(intent, "succeeded", session);
        intent["status"] = "succeeded";
        intent["amount_received"] = intent["amount"]!.DeepClone();
        Raise("charge.succeeded", charge);
        Raise("payment_intent.succeeded", intent);
        PayInvoiceOf(intent);
        return charge;
    }

    private void Fail(JsonObject intent, JsonObject session, string code, string message) =>
        FailCharge(Charge(intent, "failed", session), intent, code, message);

    private void FailCharge(JsonObject charge, JsonObject intent, string code, string message)
    {
        charge["failure_code"] = code;
        charge["failure_message"] = message;
        intent["status"] = "requires_payment_method";
        intent["last_payment_error"] = new JsonObject { ["type"] = "card_error", ["code"] = code, ["message"] = message, ["charge"] = charge["id"]!.DeepClone() };
        Raise("charge.failed", charge);
        Raise("payment_intent.payment_failed", intent);
    }

    private JsonObject Charge(JsonObject intent, string status, JsonObject session)
    {
        var charge = Add(WireObjects.Charge(Seconds, intent, status,
            PracticeStore.Text(session, "customer_details", "email"), PracticeStore.Text(session, "customer_details", "name"),
            _store.Follow(intent, "payment_method")?["card"]));
        intent["latest_charge"] = charge["id"]!.DeepClone();
        return charge;
    }

    private void Settle(JsonObject charge)
    {
        if (HoldsBalanceTransactions)
            return;
        var transaction = Book(IsByCard(charge) ? "charge" : "payment", charge, PracticeStore.Number(charge, "amount"));
        charge["balance_transaction"] = transaction["id"]!.DeepClone();
        Raise("charge.updated", charge, new JsonObject { ["balance_transaction"] = null });
    }

    private void SettleDebit(JsonObject session)
    {
        var aside = _asides[PracticeStore.Text(session, "id")!]!.AsObject();
        var intent = _store.Get("payment_intent", PracticeStore.Text(aside, "debit_intent")!);
        aside.Remove("debit_due");
        if (aside["debit_succeeds"]!.GetValue<bool>())
        {
            var charge = Succeed(intent, session);
            session["payment_status"] = "paid";
            Raise("checkout.session.async_payment_succeeded", session);
            Settle(charge);
        }
        else
        {
            Fail(intent, session, "insufficient_funds", InsufficientFunds);
            FailInvoiceOf(intent);
            Raise("checkout.session.async_payment_failed", session);
        }
    }
}
