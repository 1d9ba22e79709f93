using System.Text.Json.Nodes;

namespace Newsroom.Backend.Demo.Practice;

/// <content>Checkout sessions (https://docs.stripe.com/api/checkout/sessions).</content>
public sealed partial class PracticeStripe
{
    private const long DayInSeconds = 86_400;
    private const long MinimumAmount = 50;

    private static readonly HashSet<string> SessionParameters = new(StringComparer.Ordinal)
    {
        "adaptive_pricing", "after_expiration", "allow_promotion_codes", "allowed_payment_method_types", "automatic_tax", "billing_address_collection",
        "cancel_url", "client_reference_id", "consent_collection", "currency", "custom_fields", "custom_text", "customer", "customer_creation",
        "customer_email", "customer_update", "excluded_payment_method_types", "expand", "expires_at", "invoice_creation", "line_items", "locale", "metadata",
        "mode", "origin_context", "payment_intent_data", "payment_method_collection", "payment_method_options", "phone_number_collection",
        "redirect_on_completion", "return_url", "saved_payment_method_options", "setup_intent_data", "shipping_address_collection", "submit_type",
        "subscription_data", "success_url", "tax_id_collection", "ui_mode", "wallet_options", "name_collection", "branding_settings", "payment_method_configuration",
    };

    /// <summary>Opens a session.</summary>
    /// <exception cref="StripeErrorException">What the real API would refuse as well.</exception>
    public JsonObject CreateSession(StripeParameters wanted) => Act(() =>
    {
        var mode = CheckedMode(wanted);
        var line = ReadLine(wanted, mode);
        var session = NewSession(wanted, mode, line);
        _asides[session["id"]!.GetValue<string>()] = new JsonObject
        {
            ["line"] = line,
            ["metadata"] = wanted.Metadata(mode == "payment" ? "payment_intent_data" : "subscription_data", "metadata"),
            ["customer_creation"] = wanted.Text("customer_creation"),
        };
        return Copy(Add(session));
    });

    /// <summary>What a session sells: name, currency, unit_amount, recurring.</summary>
    internal JsonObject LineOf(string sessionId) => Act(() => Copy(_asides[sessionId]!["line"]!.AsObject()));

    /// <summary>Closes an open session for good.</summary>
    public JsonObject Expire(string sessionId) => Act(() => Copy(Expire(OpenSession(sessionId))));

    private JsonObject Expire(JsonObject session)
    {
        session["status"] = "expired";
        session["url"] = null;
        Raise("checkout.session.expired", session);
        return session;
    }

    private JsonObject OpenSession(string id)
    {
        var session = _store.Get("checkout.session", id);
        return PracticeStore.Text(session, "status") == "open"
            ? session
            : throw StripeErrorException.Invalid($"Only Checkout Sessions with a status in [\"open\"] can be used like this; this one is {session["status"]}.");
    }

    private string CheckedMode(StripeParameters wanted)
    {
        if (wanted.Names.FirstOrDefault(n => !SessionParameters.Contains(n)) is { } unknown)
            throw StripeErrorException.Invalid($"Received unknown parameter: {unknown}", unknown, "parameter_unknown");
        var mode = wanted.NeededText("mode");
        if (mode is not ("payment" or "subscription"))
            throw StripeErrorException.Invalid($"Invalid mode: must be one of payment, setup, or subscription (this practice account has no {mode}).", "mode");
        var foreign = mode == "payment" ? "subscription_data" : "payment_intent_data";
        if (wanted.Has(foreign))
            throw StripeErrorException.Invalid($"You can not pass `{foreign}` in `{mode}` mode.", foreign);
        if (mode == "subscription" && wanted.Has("customer_creation"))
            throw StripeErrorException.Invalid("`customer_creation` can only be used in `payment` mode.", "customer_creation");
        if (wanted.Has("customer") && wanted.Has("customer_email"))
            throw StripeErrorException.Invalid("You may only specify one of these parameters: customer, customer_email.", "customer_email");
        if (wanted.Text("customer") is { } customer)
            _store.Get("customer", customer);
        return mode;
    }

    private static JsonObject ReadLine(StripeParameters wanted, string mode)
    {
        if (!wanted.Has("line_items", "0"))
            throw StripeErrorException.Needed("line_items");
        if (wanted.Has("line_items", "1") || !wanted.Has("line_items", "0", "price_data"))
            throw StripeErrorException.Invalid("This practice account sells one line of `price_data` a session.", "line_items");
        var line = wanted.Branch("line_items", "0");
        var amount = line.Number("price_data", "unit_amount") ?? throw StripeErrorException.Needed("line_items[0][price_data][unit_amount]");
        var quantity = line.Number("quantity") ?? throw StripeErrorException.Needed("line_items[0][quantity]");
        if (amount * quantity < MinimumAmount)
            throw StripeErrorException.Invalid("The Checkout Session's total amount due must add up to at least $0.50 usd", "line_items", "amount_too_small");
        if (amount * quantity > 99_999_999)
            throw StripeErrorException.Invalid("The Checkout Session's total amount due must be no more than $999,999.99.", "line_items", "amount_too_large");
        if (line.Has("price_data", "recurring") != (mode == "subscription"))
            throw StripeErrorException.Invalid($"You specified `{mode}` mode but passed a {(mode == "payment" ? "recurring" : "one-time")} price.", "line_items");
        return new JsonObject
        {
            ["currency"] = line.NeededText("price_data", "currency").ToLowerInvariant(),
            ["unit_amount"] = amount,
            ["quantity"] = quantity,
            ["name"] = line.NeededText("price_data", "product_data", "name"),
            ["recurring"] = mode == "payment" ? null : new JsonObject
            {
                ["interval"] = line.NeededText("price_data", "recurring", "interval"),
                ["interval_count"] = line.Number("price_data", "recurring", "interval_count") ?? 1L,
                ["usage_type"] = "licensed",
            },
        };
    }

    private JsonObject NewSession(StripeParameters wanted, string mode, JsonObject line)
    {
        var id = PracticeStore.NewId("cs_test");
        var total = PracticeStore.Number(line, "unit_amount") * PracticeStore.Number(line, "quantity");
        var expiresAt = wanted.Number("expires_at") ?? Seconds + DayInSeconds;
        if (expiresAt < Seconds + 30 * 60 - 60 || expiresAt > Seconds + DayInSeconds + 60)
            throw StripeErrorException.Invalid("The `expires_at` timestamp must be at least 30 minutes and less than 24 hours from Checkout Session creation.", "expires_at");
        return new JsonObject
        {
            ["id"] = id,
            ["object"] = "checkout.session",
            ["created"] = Seconds,
            ["expires_at"] = expiresAt,
            ["livemode"] = false,
            ["mode"] = mode,
            ["status"] = "open",
            ["payment_status"] = "unpaid",
            ["amount_subtotal"] = total,
            ["amount_total"] = total,
            ["currency"] = line["currency"]!.DeepClone(),
            ["adaptive_pricing"] = new JsonObject { ["enabled"] = wanted.Flag("adaptive_pricing", "enabled") },
            ["client_reference_id"] = wanted.Text("client_reference_id"),
            ["customer"] = wanted.Text("customer"),
            ["customer_creation"] = mode == "payment" ? wanted.Text("customer_creation") ?? "if_required" : null,
            ["customer_email"] = wanted.Text("customer_email"),
            ["customer_details"] = wanted.Text("customer_email") is { } email ? new JsonObject { ["email"] = email, ["name"] = null } : null,
            ["locale"] = wanted.Text("locale"),
            ["payment_intent"] = null,
            ["subscription"] = null,
            ["invoice"] = null,
            ["presentment_details"] = null,
            ["submit_type"] = wanted.Text("submit_type"),
            ["ui_mode"] = "hosted_page",
            ["success_url"] = wanted.NeededText("success_url"),
            ["cancel_url"] = wanted.Text("cancel_url"),
            ["url"] = $"{Account.Url}/checkout/{id}",
            ["metadata"] = wanted.Metadata("metadata"),
        };
    }
}
