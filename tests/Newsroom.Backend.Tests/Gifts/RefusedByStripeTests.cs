using System.Net;
using System.Text.Json;
using Newsroom.Backend.Donations.Stripe;

namespace Newsroom.Backend.Tests;

public sealed class AGiftThatStripeRefusesForGood
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task For_its_sum_names_the_field()
    {
        await using var app = await GivingApp.StartAsync(new() { ["Stripe:Minimum"] = "0.10" });
        var answer = await app.Newsroom.GiveAsync("0.20");
        var page = await answer.Content.ReadAsStringAsync(Token);
        Assert.True(answer.StatusCode == HttpStatusCode.UnprocessableEntity, page);
        Assert.Contains("href=\"#amount\"", page, StringComparison.Ordinal);
        Assert.Contains("amount_too_small", (await app.Newsroom.OnlyGiftAsync()).LastError, StringComparison.Ordinal);
        var json = await app.Newsroom.CheckoutByJsonAsync("""{"amount":"0.20","email":"bob@example.org"}""");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, json.StatusCode);
        Assert.True(JsonDocument.Parse(await json.Content.ReadAsStringAsync(Token)).RootElement.GetProperty("errors").TryGetProperty("amount", out _));
    }

    [Theory]
    [InlineData("email_invalid", null, "email")]
    [InlineData("parameter_invalid_empty", "customer_email", "email")]
    [InlineData("amount_too_large", null, "amount")]
    [InlineData("parameter_invalid_integer", "line_items[0][price_data][unit_amount]", "amount")]
    [InlineData(null, "line_items[0][price_data][currency]", "currency")]
    [InlineData("url_invalid", "success_url", null)]
    [InlineData(null, null, null)]
    public void Names_only_what_the_donor_can_change(string? code, string? parameter, string? field) => Assert.Equal(field, CheckoutPages.FieldOf(code, parameter));

    [Fact]
    public async Task Since_the_fee_lifts_it_over_what_can_be_charged_is_not_asked_for()
    {
        await using var app = await GivingApp.StartAsync(new() { ["Stripe:Maximum"] = "999999.99", ["Stripe:FeeCover:Percent"] = "2.2", ["Stripe:FeeCover:Fixed"] = "0.30" });
        var answer = await app.Newsroom.GiveAsync("999000", "once", "ada@example.org", ("cover_fees", "true"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains("href=\"#amount\"", await answer.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        Assert.Empty(await app.Newsroom.GiftsAsync());
    }
}
