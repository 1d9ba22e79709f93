using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using Newsroom.Backend.Demo.Practice;
using Stripe;

namespace Newsroom.Backend.Tests;

/// <summary>A plan changed by the real client while it runs, and what the account tells of its endpoint and its events.</summary>
public sealed class PracticeStripePlanChangesUnderTheRealClient : IAsyncLifetime
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));
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
    public async Task The_next_invoice_is_of_the_new_amount()
    {
        var plan = await BeginAsync();
        var item = plan.Items.Data[0];
        // The product that was made beside the checkout's price is put away.
        await Assert.ThrowsAsync<StripeException>(() => ChangeAsync(plan.Id, item.Id, item.Price.ProductId));
        var product = await _client.V1.Products.CreateAsync(new ProductCreateOptions { Name = "Gift" }, cancellationToken: Token);
        var changed = await ChangeAsync(plan.Id, item.Id, product.Id);
        Assert.Equal((item.Id, 2500L), (changed.Items.Data[0].Id, changed.Items.Data[0].Price.UnitAmount));
        var updated = Assert.Single(Stripe.TakeEvents());
        Assert.Equal("customer.subscription.updated", updated.Type);
        Assert.NotNull(JsonNode.Parse(updated.Json)!["data"]!["previous_attributes"]!["items"]);
        Assert.Equal(2500, Stripe.Renew(plan.Id)["amount_paid"]!.GetValue<long>());
        await Assert.ThrowsAsync<StripeException>(() => _client.V1.Subscriptions.UpdateAsync(plan.Id,
            new SubscriptionUpdateOptions { Items = [new SubscriptionItemOptions { Id = "si_other", Quantity = 2 }] }, cancellationToken: Token));
    }

    private Task<Subscription> ChangeAsync(string plan, string item, string product) => _client.V1.Subscriptions.UpdateAsync(plan, new SubscriptionUpdateOptions
    {
        ProrationBehavior = "none",
        Items =
        [
            new SubscriptionItemOptions
            {
                Id = item,
                PriceData = new SubscriptionItemPriceDataOptions
                {
                    Currency = "usd",
                    Product = product,
                    UnitAmount = 2500,
                    Recurring = new SubscriptionItemPriceDataRecurringOptions { Interval = "month" },
                },
            },
        ],
    }, cancellationToken: Token);

    [Theory]
    [InlineData("void", "void", "invoice.voided")]
    [InlineData("mark_uncollectible", "uncollectible", "invoice.marked_uncollectible")]
    [InlineData("keep_as_draft", "draft", "invoice.created")]
    public async Task A_paused_plan_collects_nothing_until_it_is_resumed(string behavior, string invoiceStatus, string lastEvent)
    {
        var plan = await BeginAsync();
        var paused = await _client.V1.Subscriptions.UpdateAsync(plan.Id,
            new SubscriptionUpdateOptions { PauseCollection = new SubscriptionPauseCollectionOptions { Behavior = behavior } }, cancellationToken: Token);
        Assert.Equal(("active", behavior), (paused.Status, paused.PauseCollection.Behavior));
        Assert.Equal("customer.subscription.updated", Assert.Single(Stripe.TakeEvents()).Type);
        Assert.Equal(invoiceStatus, Stripe.Renew(plan.Id)["status"]!.GetValue<string>());
        Assert.Equal(lastEvent, Stripe.TakeEvents()[^1].Type);
        Assert.Single(Stripe.List("charge"));

        Stripe.UpdatePlan(plan.Id, StripeParameters.Read(new Dictionary<string, string> { ["pause_collection"] = "" }));
        Assert.Null((await _client.V1.Subscriptions.GetAsync(plan.Id, cancellationToken: Token)).PauseCollection);
        Assert.Equal("paid", Stripe.Renew(plan.Id)["status"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_plan_may_end_with_its_period_and_think_better_of_it()
    {
        var plan = await BeginAsync();
        var ending = await UpdateAsync(plan, ends: true);
        Assert.True(ending.CancelAtPeriodEnd);
        Assert.Equal(plan.Items.Data[0].CurrentPeriodEnd, ending.CancelAt);
        Assert.Equal("cancellation_requested", ending.CancellationDetails.Reason);
        var going = await UpdateAsync(plan, ends: false);
        Assert.False(going.CancelAtPeriodEnd);
        Assert.Null(going.CancelAt);
        Assert.Equal(2, Stripe.TakeEvents().Count);
        await UpdateAsync(plan, ends: false);
        Assert.Empty(Stripe.TakeEvents());

        await UpdateAsync(plan, ends: true);
        Stripe.Renew(plan.Id);
        Assert.Equal("canceled", (await _client.V1.Subscriptions.GetAsync(plan.Id, cancellationToken: Token)).Status);
        Assert.Equal("customer.subscription.deleted", Stripe.TakeEvents()[^1].Type);
        Assert.Single(Stripe.List("charge"));
    }

    [Fact]
    public async Task The_endpoint_is_where_webhooks_go()
    {
        Assert.Empty((await _client.V1.WebhookEndpoints.ListAsync(cancellationToken: Token)).Data);
        Stripe.WebhookUrl = "https://news.example.org/webhooks/stripe";
        var endpoint = Assert.Single((await _client.V1.WebhookEndpoints.ListAsync(cancellationToken: Token)).Data);
        Assert.Equal(("we_practice", Stripe.WebhookUrl, "enabled", StripeConfiguration.ApiVersion), (endpoint.Id, endpoint.Url, endpoint.Status, endpoint.ApiVersion));
        Assert.Equal(["*"], endpoint.EnabledEvents);
        Stripe.WebhookEvents = ["charge.succeeded"];
        Assert.Equal(["charge.succeeded"], (await _client.V1.WebhookEndpoints.ListAsync(cancellationToken: Token)).Data[0].EnabledEvents);
    }

    [Fact]
    public void Old_events_are_forgotten_once_they_are_delivered()
    {
        var store = new PracticeStore();
        for (var i = 0; i < 4; i++)
            store.Add(WireObjects.Event(i, "customer.created", [], null))["pending_webhooks"] = i == 1 ? 1L : 0L;
        store.KeepEvents(1, since: 0);
        Assert.Equal([1L, 3L], store.Of("event").Select(e => PracticeStore.Number(e, "created")));
    }

    private async Task<Subscription> BeginAsync()
    {
        var plan = _host.BeginPlan();
        Stripe.TakeEvents();
        return await _client.V1.Subscriptions.GetAsync(plan, cancellationToken: Token);
    }

    private Task<Subscription> UpdateAsync(Subscription plan, bool ends) => _client.V1.Subscriptions.UpdateAsync(plan.Id,
        new SubscriptionUpdateOptions { CancelAtPeriodEnd = ends }, cancellationToken: Token);
}
