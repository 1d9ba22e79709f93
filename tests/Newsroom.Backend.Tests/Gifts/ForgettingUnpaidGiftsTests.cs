using Newsroom.Backend.Donations;

namespace Newsroom.Backend.Tests;

/// <summary>A gift that was begun and never paid: nobody needs what its form said any more.</summary>
public sealed class AGiftThatWasNeverPaid
{
    private const string Ada = "ada@example.org";
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Is_forgotten_after_fifteen_days_once_its_checkout_has_expired()
    {
        await using var app = await GivingApp.StartAsync();
        app.Stripe.Expire(await app.OpenCheckoutAsync("25", "yearly", Ada, ("name", "Ada Reader"), ("message", "For the harbour.")));
        await app.HearAsync();
        await app.DeliverAsync(app.Pay(await app.OpenCheckoutAsync("15", "once", "bob@example.org")));
        await app.Newsroom.RunDueJobsAsync();
        app.Newsroom.Clock.Advance(ForgetUnpaidGifts.KeptFor - Minute);
        await app.Newsroom.RunOnlyAsync<ForgetUnpaidGifts>();
        Assert.Equal([DonationStatus.Expired, DonationStatus.Succeeded], (await app.Newsroom.GiftsAsync()).Select(g => g.Status));
        app.Newsroom.Clock.Advance(2 * Minute);
        await app.Newsroom.RunOnlyAsync<ForgetUnpaidGifts>();
        Assert.Equal("bob@example.org", (await app.Newsroom.OnlyGiftAsync()).Address);
        Assert.DoesNotContain(Ada, await app.Newsroom.DumpAsync(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Is_forgotten_when_it_was_authorised_and_not_captured()
    {
        await using var app = await GivingApp.StartAsync();
        var gift = new Donation { Address = Ada, AmountMinor = 1500, CurrencyCode = "USD", Frequency = Frequency.Once, CreatedAt = NewsroomApp.Start };
        gift.OpenCheckout("cs_test_1", "https://checkout.example.org/cs_test_1");
        gift.Apply(new GiftSnapshot { State = GiftState.Rejected, Amount = null, LiveMode = false, SessionId = "cs_test_1" }, NewsroomApp.Start);
        await app.Newsroom.ArrangeAsync(async db => await db.AddAsync(gift, TestContext.Current.CancellationToken));
        app.Newsroom.Clock.Advance(ForgetUnpaidGifts.KeptFor + Minute);
        await app.Newsroom.RunOnlyAsync<ForgetUnpaidGifts>();
        Assert.Empty(await app.Newsroom.GiftsAsync());
    }

    /// <summary>The first payment of a regular gift may still be had by Stripe's later tries.</summary>
    [Fact]
    public async Task Whose_bank_refused_is_kept_longer_when_it_is_a_regular_one()
    {
        await using var app = await GivingApp.StartAsync();
        foreach (var frequency in new[] { "once", "monthly" })
        {
            app.Stripe.PayByBankDebit(await app.OpenCheckoutAsync("15", frequency, Ada), succeeds: false);
            app.Stripe.Advance(Demo.Practice.PracticeStripe.BankDebitTakes + TimeSpan.FromSeconds(1));
            await app.HearAsync();
        }
        Assert.All(await app.Newsroom.GiftsAsync(), g => Assert.Equal(DonationStatus.Failed, g.Status));
        app.Newsroom.Clock.Advance(ForgetUnpaidGifts.KeptFor + Minute);
        await app.Newsroom.RunOnlyAsync<ForgetUnpaidGifts>();
        Assert.Equal(Frequency.Monthly, (await app.Newsroom.OnlyGiftAsync()).Frequency);
        app.Newsroom.Clock.Advance(ForgetUnpaidGifts.FailedPlanKeptFor - ForgetUnpaidGifts.KeptFor);
        await app.Newsroom.RunOnlyAsync<ForgetUnpaidGifts>();
        Assert.Empty(await app.Newsroom.GiftsAsync());
    }

    [Fact]
    public async Task Is_in_what_the_privacy_page_says()
    {
        await using var app = await GivingApp.StartAsync();
        var page = await app.Newsroom.Http.GetStringAsync("/privacy", TestContext.Current.CancellationToken);
        Assert.Contains("A gift that was begun and not paid", page, StringComparison.Ordinal);
        Assert.Contains("15 days; 90 days for a regular gift", page, StringComparison.Ordinal);
    }
}
