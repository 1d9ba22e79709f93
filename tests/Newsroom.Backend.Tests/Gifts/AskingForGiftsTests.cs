using System.Net;
using System.Text.Json;
using Newsroom.Backend.Donations;

namespace Newsroom.Backend.Tests;

public sealed class AskingForGiftsByApi
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Finds_by_address_also_what_was_never_paid()
    {
        await using var app = await GivingApp.StartAsync();
        await app.OpenCheckoutAsync("15", "once", "Ada@Example.org");
        await app.DeliverAsync(app.Pay(await app.OpenCheckoutAsync("25", "once", "ada@example.org")));
        await app.OpenCheckoutAsync("35", "once", "bob@example.org");
        await app.Newsroom.RunDueJobsAsync();
        var list = JsonDocument.Parse(await app.Newsroom.Api.GetStringAsync("/api/v1/donations?email=ADA@example.org", Token)).RootElement;
        Assert.Equal(["checkoutOpen", "succeeded"], list.GetProperty("items").EnumerateArray().Select(g => g.GetProperty("status").GetString()));
    }

    [Fact]
    public async Task Without_stripes_key_a_sync_is_not_possible_now_and_the_reconciler_goes_on()
    {
        await using var app = await NewsroomApp.StartAsync();
        var gift = new Donation { Address = "ada@example.org", AmountMinor = 1500, CurrencyCode = "USD", Frequency = Frequency.Once, CreatedAt = NewsroomApp.Start };
        gift.OpenCheckout("cs_test_1", "https://checkout.example.org/cs_test_1");
        await app.ArrangeAsync(async db => await db.AddAsync(gift, Token));
        var answer = await app.Api.PostAsync($"/api/v1/donations/{gift.PublicId}/sync", null, Token);
        var said = await answer.Content.ReadAsStringAsync(Token);
        Assert.True(answer.StatusCode == HttpStatusCode.ServiceUnavailable, said);
        Assert.Contains("Stripe:SecretKey", said, StringComparison.Ordinal);
        await app.AdvanceAsync(TimeSpan.FromMinutes(30));
        Assert.Equal(DonationStatus.CheckoutOpen, (await app.OnlyGiftAsync()).Status);
    }
}
