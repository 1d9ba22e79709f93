using System.Text.Json.Nodes;
using Newsroom.Backend.Donations;
using Newsroom.Backend.Webhooks;

namespace Newsroom.Backend.Tests.Hooks;

/// <summary>What is told of gifts: each fact once, in whatever order and however often Stripe tells it; and never who gave.</summary>
public sealed class WhatOtherSystemsHearOfGifts : IAsyncLifetime
{
    private const string Nowhere = "https://receiver.example.com/hook";
    private GivingApp _app = null!;

    private NewsroomApp Newsroom => _app.Newsroom;

    public async ValueTask InitializeAsync()
    {
        _app = await GivingApp.StartAsync();
        await Newsroom.RegisterHookAsync(Nowhere);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task A_gift_is_told_once_through_repeated_events_and_many_at_once()
    {
        var events = _app.Pay(await _app.OpenCheckoutAsync("15", email: "Ada.Lovelace@example.org", more: [("name", "Ada Lovelace"), ("message", "Words"), ("src", "ada@example.org")]));
        await _app.DeliverAsync([.. events, .. events]);
        await Newsroom.SyncAtOnceAsync(await Newsroom.OnlyGiftAsync(), await Newsroom.InboxAsync());
        await Newsroom.RunEnqueuedJobsAsync();
        var gift = await Newsroom.OnlyGiftAsync();
        var told = await Newsroom.OnlyToldAsync();
        Assert.Equal((gift.PublicId, "donation.succeeded"), (told.Subject, told.Type));
        var data = JsonNode.Parse(told.Payload)!["data"]!;
        Assert.Equal(["id", "status", "amount", "frequency", "donor", "plan", "liveMode"], data.AsObject().Select(p => p.Key));
        Assert.Equal((gift.PublicId, "succeeded", 1500, "USD", "once", false), ((string)data["id"]!, (string)data["status"]!, (int)data["amount"]!["amount"]!,
            (string)data["amount"]!["currency"]!, (string)data["frequency"]!, (bool)data["liveMode"]!));
        Assert.Equal((string)(await Newsroom.GetAsync($"/api/v1/donations/{gift.PublicId}"))["donor"]!, (string)data["donor"]!);
    }

    [Fact]
    public async Task Each_refund_is_told_once_in_every_order_of_its_events()
    {
        foreach (var order in Orders.Of(3))
        {
            Newsroom.Clock.Advance(TimeSpan.FromSeconds(5));
            var gift = await _app.BookedAsync();
            _app.Stripe.Refund(_app.ChargeOf(gift), 400);
            _app.Stripe.Refund(_app.ChargeOf(gift));
            var events = _app.Stripe.TakeEvents().Where(e => e.Type is "refund.created" or "charge.refunded").ToList();
            foreach (var at in order)
            {
                await _app.DeliverAsync([events[at], events[at]]);
                await Newsroom.RunEnqueuedJobsAsync();
            }
            var told = (await Newsroom.ToldAsync()).FindAll(d => d.Subject == gift.PublicId && d.Type == EventTypes.DonationRefunded).ConvertAll(d => JsonNode.Parse(d.Payload)!["data"]!);
            Assert.Equal([400, 1100], told.Select(d => (int)d["amount"]!["amount"]!).Order());
            Assert.Equal("refunded", (string)told[^1]["status"]!);
            Assert.Equal(1500, (int)told[^1]["refunded"]!["amount"]!);
        }
    }

    [Fact]
    public async Task A_refund_that_fails_is_none()
    {
        var gift = await _app.BookedAsync();
        var refund = (string)_app.Stripe.Refund(_app.ChargeOf(gift))["id"]!;
        _app.Stripe.FailRefund(refund);
        await _app.HearAsync();
        Assert.Equal(["donation.succeeded"], await Newsroom.ToldTypesAsync());
    }

    [Fact]
    public async Task A_plan_is_told_when_it_begins_misses_a_payment_and_ends()
    {
        var plan = await _app.BeginPlanAsync();
        Assert.Equal(["subscription.started", "donation.succeeded"], await Newsroom.ToldTypesAsync());
        var id = Assert.Single(await Newsroom.PlansAsync()).PublicId;
        Assert.Equal(id, (string)JsonNode.Parse((await Newsroom.ToldAsync())[1].Payload)!["data"]!["plan"]!);

        var invoice = (string)_app.Stripe.Renew(plan, succeeds: false)["id"]!;
        await TwiceAsync();
        _app.Stripe.PayInvoice(invoice, succeeds: false);
        await TwiceAsync();
        var missed = JsonNode.Parse((await Newsroom.ToldAsync())[2].Payload)!;
        Assert.Equal(("subscription.payment_failed", id, 1000, 1), ((string)missed["type"]!, (string)missed["data"]!["id"]!, (int)missed["data"]!["amount"]!["amount"]!, (int)missed["data"]!["attempts"]!));

        _app.Stripe.CancelPlan(plan);
        await TwiceAsync();
        await Newsroom.RunOnlyAsync<CheckPlans>();
        Assert.Equal(["subscription.started", "donation.succeeded", "subscription.payment_failed", "subscription.cancelled"], await Newsroom.ToldTypesAsync());
        var ended = JsonNode.Parse((await Newsroom.ToldAsync())[3].Payload)!["data"]!;
        Assert.Equal((id, "canceled", "monthly", 1000), ((string)ended["id"]!, (string)ended["status"]!, (string)ended["frequency"]!, (int)ended["amount"]!["amount"]!));
    }

    [Fact]
    public async Task A_plan_that_is_heard_of_only_after_its_end_has_begun_and_ended()
    {
        var session = await _app.OpenCheckoutAsync("10", "monthly");
        _app.Pay(session);
        _app.Stripe.CancelPlan((string)_app.Stripe.Get("checkout.session", session)["subscription"]!);
        await _app.HearAsync();
        await Newsroom.RunDueJobsAsync();
        Assert.Equal(["donation.succeeded", "subscription.cancelled", "subscription.started"], (await Newsroom.ToldTypesAsync()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_gift_is_told_once_through_a_fault_before_each_read_on_its_way()
    {
        for (var read = 1; read <= 24; read++)
        {
            await _app.DeliverAsync(_app.Pay(await _app.OpenCheckoutAsync(email: $"donor{read}@example.org")).Where(e => e.Type == "checkout.session.completed"));
            Newsroom.BeforeRead(read, () => throw new IOException("The disk is gone."));
            try
            {
                await Newsroom.RunEnqueuedJobsAsync();
            }
            catch (IOException)
            {
                // Outside the attempt itself: as if the program had died there.
            }
            Newsroom.BeforeRead(int.MaxValue, () => Task.CompletedTask);
            await Newsroom.AdvanceAsync(TimeSpan.FromMinutes(6));
        }
        Assert.Equal(24, (await Newsroom.ToldTypesAsync()).Count(t => t == EventTypes.DonationSucceeded));
    }

    [Fact]
    public async Task Nothing_that_is_told_says_who_it_is()
    {
        await Newsroom.AddNewsletterAsync();
        await Newsroom.PostFormAsync("/subscribe", ("email", "Ada.Lovelace@example.org"), ("name", "Ada Lovelace"));
        await Newsroom.RunDueJobsAsync();
        await Newsroom.PostFormAsync(Newsroom.MailsTo("ada.lovelace@example.org")[^1].Link("/confirm/"));
        await _app.DeliverAsync(_app.Pay(await _app.OpenCheckoutAsync("10", "monthly", "Ada.Lovelace@example.org", [("name", "Ada Lovelace"), ("campaign", "for-lovelace")])));
        await Newsroom.RunDueJobsAsync();
        _app.Stripe.Refund(_app.ChargeOf(await Newsroom.OnlyGiftAsync()));
        _app.Stripe.Renew(Assert.Single(await Newsroom.PlansAsync()).SubscriptionId, succeeds: false);
        await _app.HearAsync();
        _app.Stripe.CancelPlan(Assert.Single(await Newsroom.PlansAsync()).SubscriptionId);
        await _app.HearAsync();
        await Newsroom.PushStoriesAsync();
        await Newsroom.StepAsync(await Newsroom.ComposeAsync(), "send");
        await Newsroom.RunDueJobsAsync();
        await Newsroom.PostFormAsync(await Newsroom.LeaveLinkAsync("Ada.Lovelace@example.org", "this-week"));
        await Newsroom.EraseAsync("ada.lovelace@example.org");
        var told = await Newsroom.ToldAsync();
        Assert.Equal(EventTypes.Known.Order(StringComparer.Ordinal), told.Select(d => d.Type).Distinct().Order(StringComparer.Ordinal));
        Assert.DoesNotContain(told, d => d.Payload.Contains('@', StringComparison.Ordinal) || d.Payload.Contains("lovelace", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Stripe tells all it has to tell, twice.</summary>
    private async Task TwiceAsync()
    {
        var events = _app.Stripe.TakeEvents();
        await _app.DeliverAsync([.. events, .. events]);
        await Newsroom.RunEnqueuedJobsAsync();
        await _app.DeliverAsync(events);
        await Newsroom.RunEnqueuedJobsAsync();
    }
}
