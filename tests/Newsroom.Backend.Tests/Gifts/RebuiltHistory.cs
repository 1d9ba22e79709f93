using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using Newsroom.Backend.Demo.Practice;
using Newsroom.Backend.Primitives;

namespace Newsroom.Backend.Tests;

/// <summary>
/// Two years of an account, by a seed: single gifts and plans in four currencies of which three are exchanged, bank debits, refunds of which some fail,
/// disputes, fees, and payouts each week, later each day.
/// </summary>
/// <param name="stripe">The account; it settles in dollars from here on.</param>
/// <param name="clock">Its clock.</param>
/// <param name="seed">The same seed is the same two years.</param>
internal sealed class RebuiltHistory(PracticeStripe stripe, FakeTimeProvider clock, int seed)
{
    public static readonly TimeSpan Length = TimeSpan.FromDays(730);
    private static readonly string[] Currencies = ["USD", "USD", "USD", "EUR", "EUR", "JPY", "KWD"];

    private readonly Random _random = new(seed);
    private readonly PriorityQueue<string, DateTimeOffset> _plans = new();
    private readonly PriorityQueue<Action, DateTimeOffset> _later = new();
    private DateTimeOffset _payoutAt;
    private DateTimeOffset _ratesUntil;

    /// <param name="Charge">Its id.</param>
    /// <param name="PaymentIntent">Its id.</param>
    /// <param name="Told">The session or, of a plan, the invoice it was paid by.</param>
    public sealed record Gift(string Charge, string PaymentIntent, string Told);

    /// <summary>What was paid, in this order.</summary>
    public List<Gift> Gifts { get; } = [];

    private DateTimeOffset Now => clock.GetUtcNow();

    /// <param name="gifts">How many are paid at least.</param>
    /// <param name="open">Opens a checkout for an amount in major units, a currency, a frequency and a donor; gives the session's id.</param>
    /// <param name="heard">What is done with the events after each step.</param>
    public async Task HappenAsync(int gifts, Func<string, string, string, string, Task<string>> open, Func<Task> heard)
    {
        var (end, step) = (Now + Length, Length / gifts);
        (stripe.SettlementCurrency, _payoutAt) = ("usd", Now);
        for (var n = 0; Gifts.Count < gifts; n++)
        {
            Pass(step * (_random.NextDouble() * 1.6));
            if (_plans.TryPeek(out var plan, out var due) && due <= Now)
                Renew(_plans.Dequeue());
            else
                await GiveAsync(open, n);
            Trouble();
            await heard();
        }
        if (Now < end)
            clock.Advance(end - Now);
        // Until the last refused card was tried for the last time.
        Pass(TimeSpan.FromDays(20));
        while (_later.TryDequeue(out var action, out _))
            action();
        stripe.PayOut(all: true);
        await heard();
    }

    /// <summary>A session on the account alone: the newsroom knows nothing of it.</summary>
    public Task<string> OpenUnknownAsync(string amount, string currency, string frequency, string email)
    {
        var known = Currency.Parse(currency);
        var isPlan = frequency == "monthly";
        var parameters = new Dictionary<string, string>
        {
            ["mode"] = isPlan ? "subscription" : "payment",
            ["success_url"] = NewsroomApp.PublicUrl,
            ["customer_email"] = email,
            ["metadata[donation_id]"] = PublicId.New("don"),
            ["line_items[0][quantity]"] = "1",
            ["line_items[0][price_data][currency]"] = currency.ToLowerInvariant(),
            ["line_items[0][price_data][unit_amount]"] = (long.Parse(amount, CultureInfo.InvariantCulture) * known.ToStripe(known.MinorPerMajor)).ToString(CultureInfo.InvariantCulture),
            ["line_items[0][price_data][product_data][name]"] = "Gift",
        };
        parameters[isPlan ? "subscription_data[metadata][donation_id]" : "payment_intent_data[metadata][donation_id]"] = parameters["metadata[donation_id]"];
        if (isPlan)
            parameters["line_items[0][price_data][recurring][interval]"] = "month";
        return Task.FromResult((string)stripe.CreateSession(StripeParameters.Read(parameters))["id"]!);
    }

    private void Pass(TimeSpan time)
    {
        clock.Advance(time);
        if (_ratesUntil <= Now)
        {
            _ratesUntil = Now.AddDays(30);
            (stripe.ExchangeRates["eur"], stripe.ExchangeRates["jpy"], stripe.ExchangeRates["kwd"]) = (Rate(1.0873m), Rate(0.006641m), Rate(3.2554m));
        }
        while (_later.TryPeek(out _, out var at) && at <= Now)
            _later.Dequeue()();
        for (; _payoutAt <= Now; _payoutAt += TimeSpan.FromDays(_payoutAt < NewsroomApp.Start + Length / 2 ? 7 : 1))
        {
            foreach (var payout in stripe.PayOut().Where(_ => _random.Next(60) == 0))
                Later(1, 4, () => stripe.FailPayout((string)payout["id"]!));
        }
    }

    private decimal Rate(decimal around) => decimal.Round(around * (0.95m + 0.1m * (decimal)_random.NextDouble()), 6);

    private async Task GiveAsync(Func<string, string, string, string, Task<string>> open, int n)
    {
        var currency = Currencies[_random.Next(Currencies.Length)];
        var isPlan = _random.Next(8) == 0;
        var amount = currency == "JPY" ? _random.Next(500, 10_000) : _random.Next(5, 400);
        var session = await open(amount.ToString(CultureInfo.InvariantCulture), currency, isPlan ? "monthly" : "once", $"donor{n}@example.org");
        if (!isPlan && _random.Next(12) == 0)
        {
            PayByDebit(session, succeeds: _random.Next(8) != 0);
            return;
        }
        if (_random.Next(15) == 0)
            stripe.Decline(session);
        var paid = stripe.Pay(session);
        if (!isPlan)
        {
            Book((string)paid["payment_intent"]!, session);
            return;
        }
        BookInvoice((string)paid["invoice"]!);
        _plans.Enqueue((string)paid["subscription"]!, Now.AddMonths(1));
    }

    private void PayByDebit(string session, bool succeeds)
    {
        var intent = (string)stripe.PayByBankDebit(session, succeeds)["payment_intent"]!;
        clock.Advance(PracticeStripe.BankDebitTakes);
        stripe.RunDue();
        if (!succeeds)
            return;
        var gift = Book(intent, session);
        if (_random.Next(5) == 0)
            Later(2, 30, () => Return(gift));
    }

    /// <summary>What was given back or is disputed meanwhile does not come back a second time.</summary>
    private void Return(Gift gift)
    {
        if (IsUntouched(stripe.Get("charge", gift.Charge)))
            stripe.FailLate(gift.Charge);
    }

    private static bool IsUntouched(JsonObject charge) =>
        (string)charge["status"]! == "succeeded" && (long)charge["amount_refunded"]! == 0 && !(bool)charge["disputed"]!;

    private void Renew(string plan)
    {
        if ((string)stripe.Get("subscription", plan)["status"]! == "canceled")
            return;
        if (_random.Next(40) == 0)
        {
            stripe.CancelPlan(plan);
            return;
        }
        var isPaid = _random.Next(20) != 0;
        var invoice = (string)stripe.Renew(plan, isPaid)["id"]!;
        _plans.Enqueue(plan, Now.AddMonths(1));
        if (isPaid)
        {
            BookInvoice(invoice);
        }
        else if (_random.Next(2) == 0)
        {
            stripe.UpdateCard(plan, "1881", 5, 2033);
            stripe.PayInvoice(invoice);
            BookInvoice(invoice);
        }
        // Otherwise Stripe tries three times more, and the plan is over.
    }

    private void Trouble()
    {
        if (Gifts.Count == 0)
            return;
        var gift = Gifts[_random.Next(Math.Max(0, Gifts.Count - 200), Gifts.Count)];
        var happens = _random.Next(100);
        if (happens == 99)
            stripe.BillFee(_random.Next(1, 500));
        if (happens >= 7)
            return;
        var charge = stripe.Get("charge", gift.Charge);
        if (!IsUntouched(charge))
            return;
        if (happens < 5)
        {
            // Thousandths of a dinar come in tens.
            var refund = (string)stripe.Refund(gift.Charge, happens < 2 ? (long)charge["amount"]! / 30 * 10 : null)["id"]!;
            if (_random.Next(4) == 0)
                Later(1, 10, () => stripe.FailRefund(refund));
        }
        else
        {
            var (dispute, won) = ((string)stripe.Dispute(gift.Charge, warning: _random.Next(5) == 0)["id"]!, _random.Next(2) == 0);
            Later(5, 60, () => stripe.CloseDispute(dispute, won, feeReturned: won && _random.Next(2) == 0));
        }
    }

    private void Later(int atLeastDays, int atMostDays, Action action) => _later.Enqueue(action, Now.AddDays(_random.Next(atLeastDays, atMostDays)));

    private Gift Book(string intent, string told)
    {
        var gift = new Gift((string)stripe.Get("payment_intent", intent)["latest_charge"]!, intent, told);
        Gifts.Add(gift);
        return gift;
    }

    private void BookInvoice(string invoice) =>
        Book((string)stripe.Get("invoice", invoice, "payments")["payments"]!["data"]![0]!["payment"]!["payment_intent"]!, invoice);
}
