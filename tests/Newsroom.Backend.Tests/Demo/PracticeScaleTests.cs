using Microsoft.Extensions.Time.Testing;
using Newsroom.Backend.Demo.Practice;
using Stripe;

namespace Newsroom.Backend.Tests;

/// <summary>An account of ten thousand gifts, fraud warnings and the balance, and the ways in which webhooks may go wrong.</summary>
public sealed class APracticeAccountAtScale : IAsyncLifetime
{
    private readonly FakeTimeProvider _clock = new(NewsroomApp.Start);
    private PracticeAccountHost _host = null!;
    private StripeClient _client = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private PracticeStripe Stripe => _host.Stripe;

    public async ValueTask InitializeAsync()
    {
        _host = await PracticeAccountHost.StartAsync(_clock);
        _client = _host.Client();
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Takes_two_years_of_ten_thousand_gifts_and_still_answers_at_once()
    {
        // Time of the processor, and not of the wall: other tests and programs run beside this one.
        var began = Environment.CpuUsage.TotalTime;
        var history = new RebuiltHistory(Stripe, _clock, seed: 1);
        await history.HappenAsync(10_000, history.OpenUnknownAsync, () => Task.FromResult(Stripe.TakeEvents()));
        var made = Environment.CpuUsage.TotalTime;
        Assert.InRange(made - began, TimeSpan.Zero, TimeSpan.FromMinutes(1));

        // Each of these, were it to go through the whole account, would take a tenth of a second and more.
        for (var i = 0; i < 100; i++)
        {
            var gift = history.Gifts[i * history.Gifts.Count / 100];
            Assert.Equal(gift.Charge, Assert.Single((await _client.V1.Charges.ListAsync(new ChargeListOptions { PaymentIntent = gift.PaymentIntent, Limit = 1 }, cancellationToken: Token)).Data
                .FindAll(c => c.Status != "failed" || c.FailureBalanceTransactionId is not null)).Id);
            await _client.V1.Refunds.ListAsync(new RefundListOptions { Charge = gift.Charge }, cancellationToken: Token);
            await _client.V1.Disputes.ListAsync(new DisputeListOptions { Charge = gift.Charge }, cancellationToken: Token);
            await _client.V1.BalanceTransactions.ListAsync(new BalanceTransactionListOptions { Limit = 100, StartingAfter = (string)Stripe.Get("charge", gift.Charge)["balance_transaction"]! }, cancellationToken: Token);
        }
        Assert.InRange(Environment.CpuUsage.TotalTime - made, TimeSpan.Zero, TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Warns_of_fraud_until_the_charge_is_refunded()
    {
        var charge = _host.Give(_clock);
        Stripe.TakeEvents();
        Stripe.WarnOfFraud(charge);
        Assert.Equal("radar.early_fraud_warning.created", Assert.Single(Stripe.TakeEvents()).Type);
        var warning = Assert.Single((await _client.V1.Radar.EarlyFraudWarnings.ListAsync(new() { Charge = charge }, cancellationToken: Token)).Data);
        Assert.True(warning.Actionable);
        Assert.Equal(warning.Id, Assert.Single((await _client.V1.Radar.EarlyFraudWarnings.ListAsync(new() { PaymentIntent = warning.PaymentIntentId }, cancellationToken: Token)).Data).Id);
        Assert.Empty((await _client.V1.Radar.EarlyFraudWarnings.ListAsync(new() { Charge = _host.Give(_clock) }, cancellationToken: Token)).Data);
        Stripe.Refund(charge, 500);
        Assert.True((await _client.V1.Radar.EarlyFraudWarnings.GetAsync(warning.Id, cancellationToken: Token)).Actionable);
        Stripe.Refund(charge);
        Assert.False((await _client.V1.Radar.EarlyFraudWarnings.GetAsync(warning.Id, cancellationToken: Token)).Actionable);
    }

    [Fact]
    public async Task Has_a_balance_that_is_the_sum_of_its_movements()
    {
        _host.Give(_clock);
        _host.Give(_clock, 2000, "eur");
        var first = await _client.V1.Balance.GetAsync(cancellationToken: Token);
        Assert.Equal([("eur", 0L), ("usd", 0L)], first.Available.Select(a => (a.Currency, a.Amount)));
        Assert.Equal([("eur", 1912L), ("usd", 1426L)], first.Pending.Select(a => (a.Currency, a.Amount)));
        _clock.Advance(TimeSpan.FromDays(2));
        Assert.Equal([1912L, 1426L], (await _client.V1.Balance.GetAsync(cancellationToken: Token)).Available.Select(a => a.Amount));
        Stripe.PayOut();
        Assert.Empty((await _client.V1.Balance.GetAsync(cancellationToken: Token)).Available);
        _host.Give(_clock);
        Assert.Equal(Stripe.List("balance_transaction").Sum(t => (long)t["net"]!), (await _client.V1.Balance.GetAsync(cancellationToken: Token)).Pending.Sum(a => a.Amount));
    }

    [Fact]
    public async Task Lists_the_events_it_lost_as_not_delivered()
    {
        Stripe.WebhooksTravel = WebhookTravel.Lost;
        _host.Give(_clock);
        Assert.Empty(Stripe.TakeEvents());
        Stripe.WebhooksTravel = WebhookTravel.AtOnce;
        _host.Give(_clock);
        await Stripe.DeliverDueAsync(_ => Task.FromResult(true));
        var lost = await _client.V1.Events.ListAsync(new EventListOptions { DeliverySuccess = false, Types = ["charge.succeeded", "charge.failed"] }, cancellationToken: Token);
        Assert.Equal("charge.succeeded", Assert.Single(lost.Data).Type);
        Assert.Equal(2, (await _client.V1.Events.ListAsync(new EventListOptions { Types = ["charge.succeeded"] }, cancellationToken: Token)).Data.Count);
        // As far back as Stripe's list reaches.
        _clock.Advance(TimeSpan.FromDays(31));
        _host.Give(_clock);
        Assert.Single((await _client.V1.Events.ListAsync(new EventListOptions { Types = ["charge.succeeded"] }, cancellationToken: Token)).Data);
    }

    [Fact]
    public void Sends_the_events_of_one_action_backwards_or_in_any_order()
    {
        _host.Give(_clock);
        var types = Stripe.TakeEvents().Select(e => e.Type).ToList();
        Stripe.WebhooksTravel = WebhookTravel.Backwards;
        _host.Give(_clock);
        Assert.Equal(types.AsEnumerable().Reverse(), Stripe.TakeEvents().Select(e => e.Type));
        Stripe.WebhooksTravel = WebhookTravel.Shuffled;
        var orders = Enumerable.Range(0, 30).Select(_ =>
        {
            _host.Give(_clock);
            return string.Join(' ', Stripe.TakeEvents().Select(e => e.Type));
        }).ToList();
        Assert.All(orders, o => Assert.Equal(types.Order(StringComparer.Ordinal), o.Split(' ').Order(StringComparer.Ordinal)));
        Assert.True(orders.ToHashSet(StringComparer.Ordinal).Count > 1);
    }
}
