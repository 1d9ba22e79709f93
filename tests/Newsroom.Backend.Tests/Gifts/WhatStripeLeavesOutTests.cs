using Newsroom.Backend.Donations;

namespace Newsroom.Backend.Tests;

/// <summary>Of money that was taken Stripe may tell little: another API version, a proxy, a server that only speaks like it.</summary>
public sealed class AGiftOfWhichLittleIsTold
{
    [Theory]
    [InlineData("once")]
    [InlineData("monthly")]
    public async Task Is_booked_and_receipted_with_the_sum_and_the_day_it_was_given(string frequency)
    {
        await using var app = await GivingApp.StartAsync(spare: true);
        await app.DeliverAsync(app.Pay(await app.OpenCheckoutAsync("15", frequency)));
        await app.Newsroom.RunDueJobsAsync();
        var gift = await app.Newsroom.OnlyGiftAsync();
        Assert.Equal((DonationStatus.Succeeded, 1500, NewsroomApp.Start), (gift.Status, gift.AmountMinor, gift.PaidAt));
        var mail = Assert.Single(app.Newsroom.Mails);
        Assert.Contains("2026-000001", mail.Text, StringComparison.Ordinal);
        Assert.Contains("$15.00", mail.Text, StringComparison.Ordinal);
        if (frequency == "monthly")
        {
            var plan = Assert.Single(await app.Newsroom.PlansAsync());
            Assert.Equal((1500, Frequency.Monthly, PlanStatus.Active, gift.PlanId!.Value), (plan.AmountMinor, plan.Frequency, plan.Status, plan.Id));
        }
    }

    [Theory]
    [InlineData("once", "payment_intents")]
    [InlineData("monthly", "invoices")]
    [InlineData("monthly", "subscriptions")]
    [InlineData("monthly", "invoices", "subscriptions", "invoice_payments")]
    public async Task Is_booked_from_its_session_where_the_rest_does_not_exist_and_once_when_it_does(string frequency, params string[] missing)
    {
        await using var app = await GivingApp.StartAsync(spare: true);
        var session = await app.OpenCheckoutAsync("15", frequency);
        var events = app.Pay(session);
        app.Stripe.Lacks.UnionWith(missing);
        await app.DeliverAsync(events.Where(e => e.Type == "checkout.session.completed"));
        await app.Newsroom.RunDueJobsAsync();
        Assert.Equal(DonationStatus.Succeeded, (await app.Newsroom.OnlyGiftAsync()).Status);
        Assert.Equal(frequency == "once" ? 0 : 1, (await app.Newsroom.PlansAsync()).Count);

        app.Stripe.Lacks.Clear();
        app.Stripe.AnswersSparely = false;
        await app.DeliverAsync(events);
        await app.Newsroom.RunDueJobsAsync();
        await app.Newsroom.OnlyGiftAsync();
        Assert.Single(app.Newsroom.Mails);
        Assert.All(await app.Newsroom.InboxAsync(), e => Assert.True(e.State is StripeEventState.Applied or StripeEventState.Ignored, e.LastError));
    }

    [Fact]
    public async Task Is_not_somebody_elses_plan()
    {
        await using var app = await GivingApp.StartAsync(spare: true);
        var events = app.Pay(await app.OpenCheckoutAsync("15", "monthly"));
        await using var another = await GivingApp.StartAsync(new() { ["Stripe:ApiBase"] = app.Stripe.Account.Url });
        app.Stripe.Lacks.Add("checkout");
        await another.DeliverAsync(events);
        await another.Newsroom.RunDueJobsAsync();
        Assert.All(await another.Newsroom.InboxAsync(), e => Assert.Equal(StripeEventState.Ignored, e.State));
        Assert.Empty(await another.Newsroom.GiftsAsync());
    }
}

/// <summary>One gift can come to have several sessions; the donor pays on one of them, or on two.</summary>
public sealed class AGiftWithSeveralSessions
{
    private static readonly (string, string) Form = ("form", "form_1");

    [Fact]
    public async Task Is_not_closed_by_late_news_of_an_old_one()
    {
        await using var app = await GivingApp.StartAsync();
        var first = await app.OpenCheckoutAsync("15", "once", "ada@example.org", Form);
        app.Stripe.Expire(first);
        var expired = app.Stripe.TakeEvents();
        await app.DeliverAsync(expired);
        await app.Newsroom.RunDueJobsAsync();
        var second = await app.OpenCheckoutAsync("15", "once", "ada@example.org", Form);
        await app.DeliverAsync(expired.Select(e => e with { Id = "evt_late", Json = e.Json.Replace(e.Id, "evt_late", StringComparison.Ordinal) }));
        await app.Newsroom.RunDueJobsAsync();
        var open = await app.Newsroom.OnlyGiftAsync();
        Assert.Equal((DonationStatus.CheckoutOpen, second, true), (open.Status, open.SessionId, open.IsOpen));

        app.Pay(second);
        await app.Newsroom.AdvanceAsync(TimeSpan.FromMinutes(20));
        Assert.Equal(DonationStatus.Succeeded, (await app.Newsroom.OnlyGiftAsync()).Status);
    }

    [Theory]
    [InlineData("usd", "paid twice")]
    [InlineData("jpy", "paid twice")]
    public async Task Paid_on_two_of_them_is_booked_once_and_the_other_payment_kept_for_a_person(string currency, string why)
    {
        await using var app = await GivingApp.StartAsync();
        await app.DeliverAsync(app.Pay(await app.OpenCheckoutAsync()));
        await app.Newsroom.RunDueJobsAsync();
        var gift = await app.Newsroom.OnlyGiftAsync();
        await LeaveToAPersonAsync(app, app.PayOnAnotherSession(gift.PublicId, currency, 1500), why);
        var after = await app.Newsroom.OnlyGiftAsync();
        Assert.Equal((gift.SessionId, gift.PaymentIntentId, 1500), (after.SessionId, after.PaymentIntentId, after.AmountMinor));
        Assert.Single(app.Newsroom.Mails);
    }

    [Fact]
    public async Task Paid_in_another_currency_is_not_booked_as_the_same_number_and_kept_for_a_person()
    {
        await using var app = await GivingApp.StartAsync();
        await app.OpenCheckoutAsync();
        var gift = await app.Newsroom.OnlyGiftAsync();
        await LeaveToAPersonAsync(app, app.PayOnAnotherSession(gift.PublicId, "jpy", 1500), "another currency");
        Assert.Equal(DonationStatus.CheckoutOpen, (await app.Newsroom.OnlyGiftAsync()).Status);
        Assert.Empty(app.Newsroom.Mails);
    }

    private static async Task LeaveToAPersonAsync(GivingApp app, IReadOnlyList<Demo.Practice.PracticeEvent> events, string why)
    {
        var completed = events.Single(e => e.Type == "checkout.session.completed");
        await app.DeliverAsync([completed]);
        await app.Newsroom.RunDueJobsAsync();
        var kept = (await app.Newsroom.InboxAsync()).Single(e => e.EventId == completed.Id);
        Assert.Equal(StripeEventState.Unmatched, kept.State);
        Assert.Contains(why, kept.LastError, StringComparison.Ordinal);
    }
}
