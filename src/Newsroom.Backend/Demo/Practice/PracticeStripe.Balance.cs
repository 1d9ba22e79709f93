using System.Text.Json.Nodes;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Demo.Practice;

/// <content>The account's balance (https://docs.stripe.com/api/balance_transactions) and the currencies it is kept in.</content>
public sealed partial class PracticeStripe
{
    /// <summary>A code (<c>usd</c>) that all money is exchanged into; null: each charge settles in its own currency.</summary>
    public string? SettlementCurrency { get; set; }

    /// <summary>By the code of a donor's currency (<c>eur</c>): how many units of <see cref="SettlementCurrency"/> one unit of it buys.</summary>
    public IDictionary<string, decimal> ExchangeRates { get; } = new Dictionary<string, decimal>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Stripe takes a fee for something else than a payment, such as a product of its own.</summary>
    /// <param name="amount">What it takes, in Stripe's units.</param>
    /// <param name="currency">Lower case.</param>
    /// <param name="description">What for.</param>
    /// <returns>The balance transaction; it has no source.</returns>
    public JsonObject BillFee(long amount, string currency = "usd", string description = "Billing") => Act(() =>
    {
        var booked = Move(WireBalance.Transaction(Seconds, "stripe_fee", -amount, currency, source: null));
        booked["description"] = description;
        return Copy(booked);
    });

    /// <summary>Stripe keeps a minimum balance back from the next payout, or gives it free again (https://docs.stripe.com/payouts/minimum-balances-for-automatic-payouts).</summary>
    /// <param name="amount">In Stripe's units; negative: free again.</param>
    /// <param name="currency">Lower case.</param>
    public JsonObject HoldBack(long amount, string currency = "usd") => Act(() => Copy(Move(
        WireBalance.Transaction(Seconds, amount > 0 ? "payout_minimum_balance_hold" : "payout_minimum_balance_release", -amount, currency, source: null))));

    /// <summary>What is in the account (https://docs.stripe.com/api/balance): all movements up to now, in each currency.</summary>
    public JsonObject Balance() => Act(() => WireBalance.Balance(_inBalance));

    /// <summary>Books what an object does to the balance, in the currency the account keeps.</summary>
    private JsonObject Book(string type, JsonObject source, long amount, long? fee = null)
    {
        var currency = PracticeStore.Text(source, "currency")!;
        var (settled, into, rate) = Exchanged(amount, currency);
        return Move(WireBalance.Transaction(Seconds, type, settled, into, PracticeStore.Text(source, "id"), fee, rate));
    }

    /// <summary>Books the opposite of a transaction, at the rate it had.</summary>
    private JsonObject BookBack(string type, JsonObject booked, long fee = 0) => Move(WireBalance.Transaction(Seconds, type,
        -PracticeStore.Number(booked, "amount"), PracticeStore.Text(booked, "currency")!, PracticeStore.Text(booked, "source"), fee,
        booked["exchange_rate"]?.GetValue<decimal>()));

    private (long Amount, string Currency, decimal? Rate) Exchanged(long amount, string currency)
    {
        if (SettlementCurrency?.ToLowerInvariant() is not { } into || into == currency)
            return (amount, currency, null);
        if (!ExchangeRates.TryGetValue(currency, out var rate))
            throw StripeErrorException.Invalid($"This practice account has no rate to exchange {currency} into {into} by.", "currency");
        return ((long)Math.Round(amount / UnitsPerMajor(currency) * rate * UnitsPerMajor(into), MidpointRounding.AwayFromZero), into, rate);
    }

    private JsonObject Move(JsonObject transaction)
    {
        _inBalance.Add(transaction);
        return Add(transaction);
    }

    /// <summary>How many of Stripe's units are one dollar, yen or króna.</summary>
    private static decimal UnitsPerMajor(string code)
    {
        var currency = Currency.Parse(code);
        return currency.ToStripe(currency.MinorPerMajor);
    }

    private static bool IsByCard(JsonObject charge) => PracticeStore.Text(charge, "payment_method_details", "type") == "card";
}
